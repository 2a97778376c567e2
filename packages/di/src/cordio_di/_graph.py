"""The services that functions reach, in the order of their needs, and what is wrong on the way."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from cordio_di._exceptions import WiringError
from cordio_di._fit import shapeless
from cordio_di._need import Need, needs, positional_only, signature
from cordio_di._place import place, yields
from cordio_di._registry import Fault, Registry
from cordio_di._service import Lifetime, Service

TYPE_CHECKING = False
if TYPE_CHECKING:
    import inspect

__all__ = ["Given", "Handler", "Reach", "listed", "no_handler", "problems", "reach", "refuse", "roots"]

Handler = Callable[..., object]
Given = Mapping[Handler, Collection[str]] | Collection[str] | None


class Reach:
    """What is reached: each service once, those that are needed before those that need them."""

    __slots__ = ("needs", "order", "problems")

    def __init__(self) -> None:
        self.order: list[Service] = []
        self.needs: dict[Service, tuple[Service, ...]] = {}
        self.problems: list[str] = []

    def of(self, lifetime: Lifetime) -> list[Service]:
        """Return those of one lifetime."""
        return [service for service in self.order if service.lifetime == lifetime]

    def tops(self, lifetime: Lifetime) -> list[Service]:
        """Return those of one lifetime that no other one of it needs."""
        found = self.of(lifetime)
        needed = {need for service in found for need in self.needs[service]}
        return [service for service in found if service not in needed]


class _Walk:
    """One walk over the graph in depth, each service and each need once; without recursion."""

    def __init__(self, registry: Registry, leaves: Collection[Service]) -> None:
        self.registry, self.leaves = registry, leaves
        self.found = Reach()
        self._done: set[Service] = set()
        self._path: dict[Service, None] = {}
        self._ways: list[Iterator[Service]] = []

    def visit(self, root: Service) -> None:
        if root not in self._done:
            self._enter(root)
        while self._ways:
            for need in self._ways[-1]:
                if need in self._path:
                    self.found.problems.append(self._loop(need))
                elif need not in self._done:
                    self._enter(need)
                    break
            else:
                self._leave()

    def _enter(self, service: Service) -> None:
        sources = () if service in self.leaves else self._sources(service)
        self.found.needs[service] = sources
        self._path[service] = None
        self._ways.append(iter(sources))

    def _sources(self, service: Service) -> tuple[Service, ...]:
        wiring = self.registry.wiring(service)
        self.found.problems.extend(wiring.faults)
        if service.idle is None and service.lifetime == "app":
            self.found.problems.extend(
                [_never_idle(service, source) for source in wiring.sources if source.idle is not None]
            )
        return wiring.sources

    def _leave(self) -> None:
        self._ways.pop()
        service, _ = self._path.popitem()
        self._done.add(service)
        self.found.order.append(service)

    def _loop(self, need: Service) -> str:
        path = list(self._path)
        loop = path[path.index(need) :]
        names = " -> ".join(service.name for service in (*loop, need))
        places = ", ".join(service.place for service in loop)
        return f"services need each other: {names}: break the loop at one of {places}"


def reach(registry: Registry, roots: Iterable[Service], leaves: Collection[Service] = ()) -> Reach:
    """Follow the needs of `roots`; what `leaves` need is not followed."""
    walk = _Walk(registry, leaves)
    for root in roots:
        walk.visit(root)
    return walk.found


def roots(registry: Registry, handlers: Iterable[Handler]) -> list[Service]:
    """Return the services that fill parameters of `handlers`, each once."""
    found = (registry.find(need) for handler in handlers for need in needs(handler))
    return list(dict.fromkeys(service for service in found if isinstance(service, Service)))


def problems(
    registry: Registry, handlers: Collection[Handler], given: Given, leaves: Collection[Service]
) -> list[str]:
    """Return all that is wrong with `handlers` and the services that they reach."""
    faults = [
        f"{place(handler)}: {text}"
        for handler in handlers
        for need in needs(handler)
        if need.parameter not in _names(given, handler)
        for text in _wrong(registry, need)
    ]
    unfit = [text for handler in handlers for text in no_handler(handler)]
    unknown = list(_unknown(handlers, given))
    return [*unfit, *unknown, *faults, *reach(registry, roots(registry, handlers), leaves).problems]


def listed(handlers: Iterable[Handler]) -> list[Handler]:
    """Return handlers as a list, also those that can be gone through only once; refuse what stands alone."""
    if isinstance(handlers, (str, Mapping)) or not isinstance(handlers, Iterable):
        label = place(handlers) if callable(handlers) else repr(handlers)
        raise WiringError([f"{label} is no collection of handlers: write a list, as in [handler]"])
    return list(handlers)


def no_handler(handler: object) -> list[str]:
    """Return why something is no handler: nobody can call it, or its body would run when its event is over."""
    if isinstance(handler, (classmethod, staticmethod)):
        kind = type(handler).__name__
        return [f"{place(handler)} is a {kind} already: write the decorator under @{kind}, not above it"]
    if not callable(handler):
        return [f"{handler!r} is no handler: give a function, a method or another callable"]
    if not yields(handler):
        return []
    return [
        f"{place(handler)} is a generator: its body would run after its services are closed: "
        "return the items, or open `async with container.scope() as scope` in it "
        "and take services with `scope.get`"
    ]


def refuse(problems: Collection[str]) -> None:
    """Raise the error for all problems, if there are any."""
    if problems:
        raise WiringError(list(dict.fromkeys(problems)))


def _names(given: Given, handler: Handler) -> Collection[str]:
    if given is None:
        return ()
    names = given.get(handler, ()) if isinstance(given, Mapping) else given
    if not isinstance(names, Collection):
        raise WiringError([f"given={names!r} is no collection of names: write a list, as in ['number']"])
    return (names,) if isinstance(names, str) else names


def _unknown(handlers: Collection[Handler], given: Given) -> Iterator[str]:
    """Tell which names of `given` are no parameter's: they are misspelt, or left over."""
    if given is None:
        return
    known = [(handler, signature(handler).parameters) for handler in handlers if callable(handler)]
    if isinstance(given, Mapping):
        for handler in given:
            if handler not in handlers:
                yield f"given names parameters of {place(handler)}, which is not among what is checked"
        asked = [(f"{place(handler)}: ", _names(given, handler), [found]) for handler, found in known]
    else:
        asked = [("", _names(given, print), [found for _, found in known])]
    for where, names, takers in asked:
        for name in names:
            if not any(name in found or _takes_any(found) for found in takers):
                yield f"{where}given names {name!r}, but there is no such parameter: spell it as it is"


def _takes_any(parameters: Mapping[str, inspect.Parameter]) -> bool:
    return any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters.values())


def _wrong(registry: Registry, need: Need) -> Iterator[str]:
    found = registry.find(need)
    if isinstance(found, Fault):
        yield found.text
    elif found is None and need.required and not need.fillable:
        yield positional_only(need)
    elif found is None and need.required:
        named = registry.services.get(need.parameter)
        hint = registry.near(need.parameter) if named is None else f" ({named} is of another type)"
        yield (
            f"nothing fills the parameter '{need}'{hint}: register a service of that name or type, "
            f"give it a default, or pass it{shapeless(need.annotation.type)}"
        )


def _never_idle(service: Service, source: Service) -> str:
    return (
        f"{source}, stops when it is idle, but {service}, holds it for good: "
        f"give {service.name!r} an idle limit too, or take it from {source.name!r}"
    )
