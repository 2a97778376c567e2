"""The services that are known, by name and by type, and what fills a parameter."""

from __future__ import annotations

from collections.abc import Callable

from cordio_di._annotation import EMPTY, arguments_of, is_plain, is_union, origin_of, tells
from cordio_di._discovery import Discovery, Unloadable
from cordio_di._exceptions import DuplicateService, WiringError
from cordio_di._fit import fits, is_protocol, shapeless
from cordio_di._need import Need, cure_of, needs, positional_only
from cordio_di._service import Service
from cordio_di._start import start_faults
from cordio_di._wire import Wire, too_short

__all__ = ["Fault", "Registry", "Wiring"]

_CONFIG, _SETTINGS = "config", "settings"


class Fault:
    """Why a parameter cannot be filled although a service is meant."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text


class Wiring:
    """What fills the parameters of a service, and what is wrong with the rest."""

    __slots__ = ("faults", "sources", "wires")

    def __init__(self, wires: tuple[Wire, ...], faults: tuple[str, ...]) -> None:
        self.wires, self.faults = wires, faults
        self.sources = tuple(dict.fromkeys([wire.source for wire in wires]))


class Registry:
    """All services by name; those that are only announced join when they are first asked for."""

    def __init__(
        self,
        discovery: Discovery,
        changed: Callable[[], None],
        scopes: tuple[str, ...] = ("app", "event"),
    ) -> None:
        self.scopes = scopes
        self.services: dict[str, Service] = {}
        self.discovery = discovery
        self._changed = changed
        self._discovered: set[str] = set()
        self._wirings: dict[Service, Wiring] = {}
        self._types: dict[Service, object] = {}
        self._index: dict[type, list[Service]] | None = None
        self._typed: dict[object, tuple[Service, ...]] = {}

    def add(self, service: Service, *, instead_of_ready: bool = False) -> None:
        """Take a service; one that was only discovered gives way, a ready object to another by choice."""
        if service.lifetime not in self.scopes:
            known = " or ".join(map(repr, self.scopes))
            raise WiringError([f"{service} has the scope {service.lifetime!r}: write {known}"])
        first = self.services.get(service.name)
        gives_way = service.name in self._discovered or (
            instead_of_ready and first is not None and first.is_ready
        )
        if first is not None and not gives_way:
            raise DuplicateService(service.name, first.place, service.place)
        self._discovered.discard(service.name)
        self._put(service)

    def named(self, name: str) -> Service | None:
        """Return the service of a name; import it if it is only announced."""
        if name not in self.services:
            service = self.discovery.load(name)
            if service is None:
                return None
            self._discovered.add(name)
            self._put(service)
        return self.services[name]

    def find(self, need: Need, asker: Service | None = None) -> Service | Fault | None:
        """Return what fills a parameter (of the service `asker`); None if it is not for a service to fill."""
        if need.fault is not None and need.fillable:
            return Fault(need.fault)
        if not need.is_open:
            return None
        try:
            return self._found(need, asker)
        except Unloadable as error:
            return Fault(str(error))

    def type_of(self, service: Service) -> object:
        """Return the type of a service; unknown if its annotation does not resolve."""
        if service not in self._types:
            try:
                self._types[service] = service.type()
            except Exception:  # an annotation is code of the user's; `wiring` tells what it raised
                self._types[service] = EMPTY
        return self._types[service]

    def wiring(self, service: Service) -> Wiring:
        """Return what fills the parameters of a service."""
        if service not in self._wirings:
            self._wirings[service] = self._wired(service)
        return self._wirings[service]

    def near(self, name: str) -> str:
        """Suggest names like a wrong one, in words."""
        from difflib import get_close_matches

        names = get_close_matches(str(name), {**self.discovery.entries, **self.services}, 3)
        return f" (did you mean {' or '.join(map(repr, names))}?)" if names else ""

    def _put(self, service: Service) -> None:
        self.services[service.name] = service
        self._wirings.clear()
        self._typed.clear()
        self._index = None
        self._changed()

    def _found(self, need: Need, asker: Service | None) -> Service | Fault | None:
        wanted, marked = need.annotation.type, need.annotation.name
        name = marked or need.parameter
        if marked is None and is_plain(wanted) and name not in self.services:
            return self._by_type(need, asker)
        service = self.named(name)
        if service is None:
            return self._by_type(need, asker) if marked is None else self._unknown(marked)
        fit = fits(wanted, self.type_of(service))
        if fit or (fit is None and not is_plain(wanted)):
            return service
        if marked is None and is_plain(wanted):
            return None
        return Fault(
            f"the parameter '{need}' has the name of {service}, but that is of the type "
            f"{_spelled(self.type_of(service))}: give the parameter that type or another name"
        )

    def _unknown(self, name: str) -> Fault:
        return Fault(f"no service is called {name!r}{self.near(name)}: register one of that name")

    def _by_type(self, need: Need, asker: Service | None) -> Service | Fault | None:
        wanted = need.annotation.type
        if not tells(wanted):
            return None
        found = [service for service in self._of_type(wanted) if service is not asker]
        if len(found) > 1:
            listed = " and ".join(f"{service.name!r}, {service.place}" for service in found)
            return Fault(
                f"more than one service fits the parameter '{need}': {listed}: "
                "call it as the one that is meant, or write Annotated[…, name(…)]"
            )
        return found[0] if found else None

    def _of_type(self, wanted: object) -> tuple[Service, ...]:
        try:
            hash(wanted)
        except TypeError:
            return ()
        broken = [error for name in self.discovery.of_package(wanted) if (error := self._unloadable(name))]
        if wanted not in self._typed:
            self._typed[wanted] = tuple(s for s in self._candidates(wanted) if fits(wanted, self.type_of(s)))
        if broken and not self._typed[wanted]:  # one of them may be what is meant
            raise broken[0]
        return self._typed[wanted]

    def _unloadable(self, name: str) -> Unloadable | None:
        """Import a service; return why it cannot be, if so."""
        try:
            self.named(name)
        except Unloadable as error:
            return error
        return None

    def _candidates(self, wanted: object) -> list[Service]:
        """Return the services whose type may fit, so that not each one is held against each annotation."""
        if is_union(wanted):
            parts = [part for part in arguments_of(wanted) if not is_plain(part)]
            return list(dict.fromkeys(service for part in parts for service in self._candidates(part)))
        origin = origin_of(wanted) or wanted
        if is_protocol(wanted) or not isinstance(origin, type):
            return list(self.services.values())
        if self._index is None:
            self._index = self._indexed()
        return self._index.get(origin, [])

    def _indexed(self) -> dict[type, list[Service]]:
        index: dict[type, list[Service]] = {}
        for service in self.services.values():
            known = self.type_of(service)
            origin = origin_of(known) or known
            for base in origin.__mro__ if isinstance(origin, type) else ():
                index.setdefault(base, []).append(service)
        return index

    def _wired(self, service: Service) -> Wiring:
        if service.is_ready:
            return Wiring((), ())
        wires: list[Wire] = []
        faults: list[str | None] = [*self._type_fault(service)]
        faults += [f"{service}: {text}" for text in start_faults(service)]
        for need in needs(service.make):
            found = self._wire(service, need)
            if isinstance(found, Wire):
                wires.append(found)
                faults.append(too_short(service, found.source, self.scopes))
            elif isinstance(found, Fault):
                faults.append(f"{service}: {found.text}")
        return Wiring(tuple(wires), tuple(fault for fault in faults if fault is not None))

    def _type_fault(self, service: Service) -> tuple[str, ...]:
        if self.type_of(service) is not EMPTY:
            return ()
        try:
            service.type()
        except Exception as error:  # an annotation is code of the user's: it may raise anything
            return (f"{service}: what it returns does not resolve ({error}): {cure_of(error, service.make)}",)
        return ()

    def _wire(self, service: Service, need: Need) -> Wire | Fault | None:
        source = self.find(need, service)
        if isinstance(source, Service):
            return Wire(need.parameter, source)
        sliced = need.parameter == _SETTINGS and need.fillable and need.fault is None
        found = self._slice(need) if sliced else source
        return self._missing(need) if found is None and need.required else found

    def _slice(self, need: Need) -> Wire | Fault | None:
        config, model = self.named(_CONFIG), need.annotation.type
        if config is None:
            text = "takes settings, but nothing offers the service 'config' that they come from"
            return Fault(f"{text}: call container.value('config', …)") if need.required else None
        if not isinstance(model, type) or model is EMPTY:
            return Fault("annotate the parameter 'settings' with the model of its section")
        if config.kind == "value" and not hasattr(config.make(), "slice"):
            return Fault(f"{config}, has no slice(section, model): offer a configuration that has one")
        return Wire(need.parameter, config, model)

    def _missing(self, need: Need) -> Fault:
        if not need.fillable:
            return Fault(positional_only(need))
        return Fault(
            f"nothing fills the parameter '{need}'{self.near(need.parameter)}: "
            f"register a service of that name or type, or give it a default{shapeless(need.annotation.type)}"
        )


def _spelled(type_: object) -> str:
    return getattr(type_, "__qualname__", str(type_))
