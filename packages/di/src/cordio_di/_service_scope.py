"""The services that live for one event, or for one scope of the user's own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import Token, copy_context
from types import TracebackType
from typing import TYPE_CHECKING, Self

from cordio_di._app_scope import AppScope, put_back
from cordio_di._around import CURRENT, Found, current, innermost
from cordio_di._closing import Closing
from cordio_di._exceptions import ContainerInUse, WiringError
from cordio_di._waits import together
from cordio_di._wire import MISSING

if TYPE_CHECKING:
    import asyncio

__all__ = ["ServiceScope"]


class ServiceScope(Closing):
    """An async context manager around what shares services; made by ``Container.scope``.

    The services of an event that the opening call reaches are made and closed in its own task. All others
    live in tasks of their own until the scope ends. While it ends, what is stopped in it can still use, and
    call with, what was made before it; nothing is made any more.

    Parameters
    ----------
    app : AppScope
        The services of the application.
    name : str
        Which scope it is.
    inside : ServiceScope or None
        The open scope that it lies in; the one around the running code unless given.
    follows : bool
        Whether calls inside join it by themselves.

    Examples
    --------
    >>> import asyncio
    >>> from cordio_di import Container
    >>> container = Container(scopes=["session"])
    >>> container.service(dict, name="basket", scope="session")
    <class 'dict'>
    >>> async def main() -> bool:
    ...     async with container, container.scope("session") as session:
    ...         return await session.get("basket") is await session.get("basket")
    >>> asyncio.run(main())
    True
    """

    def __init__(
        self, app: AppScope, name: str = "event", inside: ServiceScope | None = None, follows: bool = True
    ) -> None:
        super().__init__(app, name, inside)
        self._follows = follows
        self._entered = False
        self.told: BaseException | None = None
        self._token: Token[Found] | None = None
        self.opener: asyncio.Task[object] | None = None

    async def get(self, wanted: str, /) -> object:
        """Return the object of a service; make it if it is not there.

        One that stops when idle is held until the scope is left.

        Parameters
        ----------
        wanted : str
            The name of the service.

        Returns
        -------
        object
            What stands for it in this scope, or in a wider one.

        Raises
        ------
        WiringError
            If no service has that name.
        ServiceClosed
            If the scope is not open.
        """
        service = self.app.registry.named(wanted)
        if service is None:
            near = self.app.registry.near(wanted)
            raise WiringError([f"no service is called {wanted!r}{near}: register one of that name"])
        slot = self.place(service, self.app.root.here())
        if slot.fake is MISSING:
            self.admit(service)
        self.hold(slot)
        return (await together([slot]))[0]

    @contextmanager
    def joined(self) -> Iterator[Self]:
        """Let what runs inside join this scope, wherever it was opened: another task, a callback.

        An event that lies in this scope already stays the one around; any other scope is not seen inside.

        Yields
        ------
        Self
            The scope.

        Raises
        ------
        ContainerInUse
            If it is left in another context, as another task has: the first one still joins it.
        """
        if self._is_around():
            yield self
            return
        token = CURRENT.set(self)
        try:
            yield self
        finally:
            is_here = put_back(CURRENT, token)
        if not is_here and self.is_open:
            raise ContainerInUse(
                f"this scope {self.name!r} is left in another context than it was joined in",
                "join it and leave it in the same task",
            )

    async def __aenter__(self) -> Self:
        """Open the scope, in the one that is around it; nothing is made yet.

        Returns
        -------
        ServiceScope
            Itself.

        Raises
        ------
        ContainerInUse
            If it was open before, or lies in a narrower one, whose services calls inside would lose, or if
            the container is open in another event loop.
        """
        if self._entered:
            raise ContainerInUse(f"this scope {self.name!r} was entered before", "open another one")
        self.app.root.refuse_elsewhere()
        self._find_outer()
        if self._follows:
            self._token = CURRENT.set(self)
        import asyncio

        self._context, self.opener = copy_context(), asyncio.current_task()
        return self.opened()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        """Close what was made, users first; each gets the exception of the event, and none can swallow it.

        Parameters
        ----------
        kind : type or None
            The type of the exception that ends the block.
        error : BaseException or None
            That exception.
        trace : TracebackType or None
            Its traceback.
        """
        self.is_open = False
        if self._token is not None:
            put_back(CURRENT, self._token)  # elsewhere, nobody joins it any more: it is not open
        await self.close(error)

    def opened(self) -> Self:
        """Be open, with its place in the context set already."""
        self.is_open = self._entered = True
        self.app.root.scopes.add(self)
        return self

    def _find_outer(self) -> None:
        """Lie in the scope around; one that does not follow may be opened in a narrower one and outlive it."""
        if self.outer is not None:
            self._refuse_narrower(self.outer)
            return
        self.outer = innermost()
        while self.outer is not None and self._is_narrower(self.outer):
            if self._follows:
                self._refuse_narrower(self.outer)
            self.outer = self.outer.outer

    def _is_narrower(self, other: ServiceScope) -> bool:
        scopes = self.app.registry.scopes
        is_own = other.app.root is self.app.root and other.is_open
        return is_own and scopes.index(other.name) > scopes.index(self.name)

    def _refuse_narrower(self, other: ServiceScope) -> None:
        if self._is_narrower(other):
            raise ContainerInUse(
                f"the scope {self.name!r} is opened inside the narrower scope {other.name!r}",
                f"open it around the {other.name}, or with follows=False: then calls do not join it",
            )

    def _is_around(self) -> bool:
        scope = current(self.app)
        while scope is not None and scope is not self:
            scope = scope.outer
        return scope is self and self.is_open
