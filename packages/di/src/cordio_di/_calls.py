"""How handlers get their services from a container."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from cordio_di._exceptions import WiringError
from cordio_di._graph import no_handler, refuse
from cordio_di._ground import Ground

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeVar, overload

    from cordio_di._protocols import Filled
    from cordio_di._service_scope import ServiceScope

    R = TypeVar("R")

__all__ = ["Calls"]


class Calls(Ground):
    """The room of a container where handlers are filled with services."""

    if TYPE_CHECKING:

        @overload
        def inject(self, handler: Callable[..., Awaitable[R]], /) -> Filled[R]: ...

        @overload
        def inject(self, handler: Callable[..., R], /) -> Filled[R]: ...

    def inject(self, handler: Callable[..., object], /) -> Filled[object]:
        """Return a handler as an async function whose services need not be given; as a decorator too.

        What the caller gives always wins, and a default stays. What fills the rest is worked out at the first
        call, so that services may be registered later. A call that reaches services of an event opens the
        event's scope, or joins the one around it; an exception of the handler is thrown into them, and they
        cannot swallow it. A sync handler runs in the event loop, as it is.

        Parameters
        ----------
        handler : callable
            A function, a method, a partial or a callable object, async or not.

        Returns
        -------
        callable
            An async function with the handler's parameters.

        Raises
        ------
        WiringError
            If nobody can call it, or it is a generator: its body would run when the event is over.

        Examples
        --------
        >>> from cordio_di import Container
        >>> import asyncio
        >>> container = Container()
        >>> @container.inject
        ... def double(number: int, factor: int = 2) -> int:
        ...     return factor * number
        >>> asyncio.run(double(4))
        8
        """
        from cordio_di._injected import Injected

        refuse(no_handler(handler))
        injected = Injected(handler, self._app)
        self._injected.add(injected)
        return injected.function

    def scope(
        self, name: str = "event", /, *, inside: ServiceScope | None = None, follows: bool = True
    ) -> ServiceScope:
        """Return a scope to open with ``async with``: what runs inside, in any task, shares its services.

        Parameters
        ----------
        name : str
            ``event``, or a scope of one's own.
        inside : ServiceScope or None
            The open scope that it lies in; the one around the running code unless given.
        follows : bool
            Whether calls inside the block join it by themselves; else only those in ``with scope.joined()``.

        Returns
        -------
        ServiceScope
            The scope, not yet open.

        Raises
        ------
        WiringError
            If there is no such scope, or `inside` is none.

        Examples
        --------
        >>> from cordio_di import Container
        >>> Container(scopes=["session"]).scope("session").name
        'session'
        """
        from cordio_di._service_scope import ServiceScope

        known = self._registry.scopes[1:]
        if name not in known:
            raise WiringError([f"there is no scope {name!r} to open: write {' or '.join(map(repr, known))}"])
        if not (inside is None or isinstance(inside, ServiceScope)):
            raise WiringError([f"{inside!r} is no scope to lie in: give what container.scope returns"])
        return ServiceScope(self._app.here(), name, inside, follows)
