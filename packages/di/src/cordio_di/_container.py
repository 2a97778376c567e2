"""The container: the one thing that users of this package hold."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType
from typing import Self, TypeVar, cast, overload
from weakref import WeakSet

from cordio_di._annotation import EMPTY, split
from cordio_di._app_scope import AppScope, note
from cordio_di._discovery import Discovery
from cordio_di._exceptions import WiringError
from cordio_di._fit import fits
from cordio_di._graph import Given, Handler, Reach, problems, reach, refuse, roots
from cordio_di._health import Health, asked
from cordio_di._injected import Filled, Injected
from cordio_di._limit import seconds
from cordio_di._need import Need
from cordio_di._registry import Registry
from cordio_di._scope import MISSING
from cordio_di._service import Lifetime, Service, announced, factory, ready
from cordio_di._slot import Slot
from cordio_di._waits import together, uninterrupted

__all__ = ["Container"]

T = TypeVar("T")
R = TypeVar("R")
H = TypeVar("H", bound=Handler)


class Container:
    """Services by name and type, started in order and only when used; an async context manager.

    Parameters
    ----------
    discover : bool
        Whether services that installed distributions announce (entry points of the group
        ``cordio.services``) are found too; one is imported only when something asks for it.

    Examples
    --------
    >>> import asyncio
    >>> container = Container()
    >>> @container.service
    ... async def greeting() -> str:
    ...     return "Hello"
    >>> @container.inject
    ... async def greet(who: str, greeting: str) -> str:
    ...     return f"{greeting}, {who}!"
    >>> async def main() -> str:
    ...     async with container:
    ...         return await greet("world")
    >>> asyncio.run(main())
    'Hello, world!'
    """

    def __init__(self, *, discover: bool = True) -> None:
        self._injected: WeakSet[Injected] = WeakSet()
        self._registry = Registry(Discovery(discover), self._changed)
        self._app = AppScope(self._registry)

    @overload
    def service(
        self,
        target: T,
        /,
        *,
        name: str | None = None,
        scope: Lifetime = "app",
        start_within: str | float | None = None,
        stop_within: str | float | None = None,
    ) -> T: ...

    @overload
    def service(
        self,
        target: None = None,
        /,
        *,
        name: str | None = None,
        scope: Lifetime = "app",
        start_within: str | float | None = None,
        stop_within: str | float | None = None,
    ) -> Callable[[T], T]: ...

    def service(
        self,
        target: T | None = None,
        /,
        *,
        name: str | None = None,
        scope: Lifetime = "app",
        start_within: str | float | None = None,
        stop_within: str | float | None = None,
    ) -> T | Callable[[T], T]:
        """Take a class or a factory as a service; as a decorator, bare or with options.

        A class is made with its constructor and entered if it has ``__aenter__``; a generator starts before
        its one ``yield`` and stops after it. Its type is the class, or what the function is said to return.

        Parameters
        ----------
        target : class or callable or None
            What makes the service.
        name : str or None
            Its name; the target's own in snake case unless given.
        scope : str
            ``app``: one for the application; ``event``: one for each event.
        start_within : str or float or None
            The limit for its start, as ``"5s"`` or seconds; unless given, 60 seconds for a service of the
            application, and none for one of an event.
        stop_within : str or float or None
            The limit for its stop; unless given, 10 seconds, and none for one of an event.

        Returns
        -------
        class or callable
            The target as it is, or a decorator.
        """

        def take(found: T) -> T:
            make = cast(Callable[..., object], found)
            self._registry.add(factory(make, name, scope, start_within, stop_within))
            return found

        return take if target is None else take(target)

    def value(self, name: str, value: object, /) -> None:
        """Offer a ready object; one of the same name gives way to it, unless it is in use.

        Parameters
        ----------
        name : str
            The name of the service.
        value : object
            The object; its type is the service's, unless `expect` has announced another.

        Raises
        ------
        WiringError
            If the object is not of the type that was announced, or the one it replaces is in use.

        Examples
        --------
        >>> Container().value("greeting", "Hello")
        """
        known = self._registry.services.get(name)
        if known is None or not known.is_ready:
            return self._registry.add(ready(name, value))
        if self._app.is_open and self._app.slot(known).own is not MISSING:
            raise WiringError([f"{known} is in use: offer another object before the start, or use override"])
        if known.promised and fits(known.declared, type(value)) is False:
            raise WiringError([f"{known} cannot be a {type(value).__qualname__}: offer what was announced"])
        self._replace(known, ready(name, value, known.declared if known.promised else EMPTY))

    def expect(self, name: str, type_: type, /) -> None:
        """Announce an object that `value` will offer before its first use.

        Parameters
        ----------
        name : str
            The name of the service.
        type_ : type
            What the object will be; `object` if nothing can be said.

        Raises
        ------
        WiringError
            If a ready object of that name is of another type.

        Examples
        --------
        >>> container = Container()
        >>> container.expect("config", dict)
        >>> container.provides("config", dict)
        True
        """
        known = self._registry.services.get(name)
        if known is None or not known.is_ready:
            return self._registry.add(announced(name, type_))
        if fits(type_, known.declared) is False:
            raise WiringError([f"{known} is no {type_.__qualname__}: announce what it is"])

    def provides(self, name: str, annotation: object, /) -> bool:
        """Tell whether a service is meant by a parameter; `check` tells whether one fits.

        A parameter that is annotated with a plain value (a number, text, a list, an enumeration, …) is the
        caller's, unless a service of that name is of that very type.

        Parameters
        ----------
        name : str
            The parameter.
        annotation : object
            Its annotation, resolved; ``inspect.Parameter.empty`` for none.

        Returns
        -------
        bool
            Whether it is left to the container.

        Examples
        --------
        >>> container = Container()
        >>> container.value("limit", 10)
        >>> container.provides("limit", int), container.provides("limit", str)
        (True, False)
        """
        return self._registry.find(Need(name, split(annotation))) is not None

    def check(
        self,
        handlers: Collection[Handler],
        /,
        given: Mapping[H, Collection[str]] | Collection[str] | None = None,
    ) -> None:
        """Find all mistakes before anything starts.

        Parameters
        ----------
        handlers : collection of callable
            The functions that services are to be injected into.
        given : mapping of callable to names, or collection of names, or None
            The parameters that the callers will pass, by handler or for all of them.

        Raises
        ------
        WiringError
            If a parameter is filled by nothing or by two services, a name and a type disagree, services need
            each other in a loop, one outlives what it needs, or an annotation does not resolve.

        Examples
        --------
        >>> async def place(order_id: int, orders): ...
        >>> container = Container()
        >>> container.value("orders", [])
        >>> container.check([place], given=["order_id"])
        """
        known = cast(Given, given)  # the keys of a mapping are invariant, so that any kind of function must do
        refuse(problems(self._registry, handlers, known, self._app.faked()))

    def sections(self, handlers: Collection[Handler], /) -> dict[str, type]:
        """Return the settings models, by section, of the services that handlers reach.

        Parameters
        ----------
        handlers : collection of callable
            The functions that services are to be injected into.

        Returns
        -------
        dict of str to type
            For each service whose ``settings`` come from `config`: its name, and the model.
        """
        found = self._reach(handlers)
        made = [service for service in found.order if found.needs[service]]
        wires = [
            (service.name, wire.model) for service in made for wire in self._registry.wiring(service).wires
        ]
        return {name: model for name, model in wires if model is not None}

    async def prepare(self, handlers: Collection[Handler], /) -> None:
        """Start exactly the services that handlers reach, independent ones at the same time.

        Those that live for one event are made by the event; what they need of the application is started.

        Parameters
        ----------
        handlers : collection of callable
            The functions that services are to be injected into.

        Raises
        ------
        WiringError
            If the services do not fit together.
        ServiceUnavailable
            If one does not start; what had started for it is stopped again.
        """
        found = self._reach(handlers)
        refuse(found.problems)
        new = [slot for slot in map(self._app.slot, found.of("app")) if slot.life is None]
        try:
            await together([self._app.slot(service) for service in found.tops("app")])
        except BaseException:
            await uninterrupted(self._app.end(new))
            raise

    @overload
    def inject(self, handler: Callable[..., Awaitable[R]], /) -> Filled[R]: ...

    @overload
    def inject(self, handler: Callable[..., R], /) -> Filled[R]: ...

    def inject(self, handler: Callable[..., object], /) -> Filled[object]:
        """Return a handler as an async function whose services need not be given; as a decorator too.

        What the caller gives always wins. What fills the rest is worked out at the first call, so that
        services may be registered later. A call that reaches services of an event opens the event's scope,
        or joins the one around it; an exception of the handler is thrown into them, and they cannot swallow
        it. A sync handler runs in the event loop, as it is.

        Parameters
        ----------
        handler : callable
            A function, a method, a partial or a callable object, async or not.

        Returns
        -------
        callable
            An async function with the handler's parameters.

        Examples
        --------
        >>> import asyncio
        >>> container = Container()
        >>> @container.inject
        ... def double(number: int, factor: int = 2) -> int:
        ...     return factor * number
        >>> asyncio.run(double(4))
        8
        """
        injected = Injected(handler, self._app)
        self._injected.add(injected)
        return cast(Filled[object], injected.function)

    async def health(self, within: str | float = 2.0) -> dict[str, Health]:
        """Ask all started services of the application that have ``async def health(self)``, at the same time.

        Parameters
        ----------
        within : str or float
            The limit for each, as ``"500ms"`` or seconds.

        Returns
        -------
        dict of str to Health
            How they are, by name; ``down`` if ``health`` raises or takes too long.
        """
        slots = [slot for slot in self._app.slots.values() if slot.service.lifetime == "app"]
        started = {slot.service.name: slot.value for slot in slots if slot.value is not MISSING}
        return await asked(started, seconds(within))

    @contextmanager
    def override(self, **fakes: object) -> Iterator[None]:
        """Put other objects in the place of services for a while, as tests do; it nests.

        What was made with the real ones is stopped, and made anew at its next use; the same again at the end.

        Parameters
        ----------
        **fakes : object
            The objects, by the names of the services.

        Yields
        ------
        None
            Nothing; the services are replaced inside the block.

        Raises
        ------
        WiringError
            If there is no service of such a name.

        Examples
        --------
        >>> import asyncio
        >>> container = Container()
        >>> container.value("limit", 10)
        >>> @container.inject
        ... async def read(limit: int) -> int:
        ...     return limit
        >>> with container.override(limit=1):
        ...     asyncio.run(read())
        1
        """
        slots = [self._app.slot(self._known(name)) for name in fakes]
        for slot, fake in zip(slots, fakes.values(), strict=True):
            slot.fakes.append(fake)
        self._overridden(slots)
        try:
            yield
        finally:
            for slot in slots:
                slot.fakes.pop()
            self._overridden(slots)

    async def __aenter__(self) -> Self:
        """Open the container: services may start from now on, none does yet.

        Returns
        -------
        Container
            Itself.
        """
        self._app.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        """Stop all services, users before what they use.

        Parameters
        ----------
        kind : type or None
            The type of the exception that ends the block.
        error : BaseException or None
            That exception; stops that fail are noted on it.
        trace : TracebackType or None
            Its traceback.

        Raises
        ------
        ExceptionGroup
            Of `StopFailed`, one for each stop that failed.
        """
        failures = await self._app.close()
        if error is not None:
            note(error, failures)
        elif failures:
            raise ExceptionGroup("services did not stop", failures)

    def _reach(self, handlers: Collection[Handler]) -> Reach:
        return reach(self._registry, roots(self._registry, handlers), self._app.faked())

    def _known(self, name: str) -> Service:
        found = self._registry.find(Need(name))
        if not isinstance(found, Service):
            raise WiringError(
                [f"no service is called {name!r}{self._registry.near(name)}: override one that is"]
            )
        return found

    def _replace(self, old: Service, new: Service) -> None:
        self._registry.add(new, instead_of_ready=True)
        self._app.replace(old, new)

    def _overridden(self, slots: list[Slot]) -> None:
        for slot in slots:
            slot.show()
        self._app.renew(slots)
        self._changed()

    def _changed(self) -> None:
        for injected in self._injected:
            injected.reset()
