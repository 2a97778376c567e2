"""The services that live for one event, or for one scope of the user's own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import Context, ContextVar, Token, copy_context
from types import TracebackType
from typing import TYPE_CHECKING, Self, cast

from cordio_di._app_scope import AppScope, note, put_back
from cordio_di._exceptions import ContainerInUse, ServiceClosed, WiringError
from cordio_di._life import unavailable
from cordio_di._opened import Opened, opened, within
from cordio_di._scope import MISSING, Wire
from cordio_di._service import Service
from cordio_di._slot import Slot
from cordio_di._waits import arguments, together, uninterrupted

if TYPE_CHECKING:
    from cordio_di._record import Plan

__all__ = ["ServiceScope", "around", "enter", "is_around", "leave", "missing_scope"]


class ServiceScope:
    """An async context manager around what shares services; made by ``Container.scope``.

    The services of an event that the opening call reaches are made and closed in its own task. All others
    live in tasks of their own until the scope ends.

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
        self.app, self.name = app, name
        self.is_open = False
        self._outer, self._follows = inside, follows
        self._context = Context()
        self.told: BaseException | None = None
        self._token: Token[ServiceScope | list[object] | None] | None = None
        self._slots: dict[Service, Slot] = {}
        self._opened: list[tuple[Service, Opened]] = []
        self._failures: list[BaseException] = []
        self._entered = False

    async def get(self, wanted: str, /) -> object:
        """Return the object of a service; make it if it is not there.

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
        """
        service = self.app.registry.named(wanted)
        if service is None:
            near = self.app.registry.near(wanted)
            raise WiringError([f"no service is called {wanted!r}{near}: register one of that name"])
        return (await together([self.slot(service)]))[0]

    @contextmanager
    def joined(self) -> Iterator[Self]:
        """Let what runs inside join this scope, wherever it was opened: another task, a callback.

        Yields
        ------
        Self
            The scope.

        Raises
        ------
        ContainerInUse
            If it is left in another context, as another task has: the first one still joins it.
        """
        token = _current.set(self)
        try:
            yield self
        finally:
            is_here = put_back(_current, token)
        if not is_here and self.is_open:
            raise ContainerInUse(
                f"this scope {self.name!r} is left in another context than it was joined in",
                "join it and leave it in the same task",
            )

    def _wider(self, service: Service) -> ServiceScope:
        scope = self._outer
        while scope is not None and not (scope.app is self.app and scope.name == service.lifetime):
            scope = scope._outer
        if scope is None:
            raise missing_scope(service)
        return scope

    @staticmethod
    def current(app: AppScope) -> ServiceScope | None:
        """Return the open scope around the running code; None if there is none of this application."""
        scope = _around()
        while scope is not None and not (scope.app is app and scope.is_open):
            scope = scope._outer
        return scope

    async def __aenter__(self) -> Self:
        """Open the scope, in the one that is around it; nothing is made yet.

        Returns
        -------
        ServiceScope
            Itself.

        Raises
        ------
        ContainerInUse
            If it was open before.
        """
        if self._entered:
            raise ContainerInUse(f"this scope {self.name!r} was entered before", "open another one")
        self._outer = self._outer or _around()
        if self._follows:
            self._token = _current.set(self)
        self._context = copy_context()
        self.is_open = self._entered = True
        return self

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
            put_back(_current, self._token)  # elsewhere, nobody joins it any more: it is not open
        await self.close(error)

    def slot(self, service: Service, /) -> Slot:
        """Return the place of a service: here if it lives for this scope, else in a wider one.

        Parameters
        ----------
        service : Service
            The service.

        Returns
        -------
        Slot
            Its place.
        """
        if service.lifetime == "app":
            return self.app.slot(service)
        if service.lifetime != self.name:
            return self._wider(service).slot(service)
        if service not in self._slots:
            self._slots[service] = Slot(service, self, self.app.slot(service).fakes)
        return self._slots[service]

    def wires(self, service: Service, /) -> tuple[Wire, ...]:
        """Return what fills the parameters of a service; raise if something does not fit."""
        return self.app.wires(service)

    def admit(self, service: Service, /) -> None:
        """Raise unless the event goes on and the application is open."""
        if not self.is_open:
            raise ServiceClosed(service.name, f"its {self.name} has ended: await all its tasks inside it")
        self.app.admit(service)

    def context(self) -> Context:
        """Return a copy of the context of whoever asks in an event, else of the one that opened the scope."""
        return copy_context() if self.name == "event" else self._context.copy()

    def note(self, service: Service, error: BaseException, /) -> None:
        """Remember that the stop of a service failed."""
        error.add_note(f"while the service {service.name!r}, {service.place}, was closed")
        self._failures.append(error)

    async def make(self, services: Iterable[Service]) -> None:
        """Make services that live for the event, in this task; those that are needed come first.

        Once something was asked for besides, the others live in tasks of their own too: they may need it, and
        what lives in a task stops before what was made here.
        """
        for service in services:
            slot = self.slot(service)
            if slot.value is MISSING:
                self.admit(service)
                alone = all(other.life is None for other in self._slots.values())
                await (self._make(slot) if alone else together([slot]))

    async def _make(self, slot: Slot) -> None:
        service = slot.service
        slot.making = True
        try:
            found = await within(service.start_within, opened(service, await arguments(slot)))
        except Exception as error:
            raise unavailable(service, error) from (error.__cause__ or error)
        finally:
            slot.making = False
        self._opened.append((service, found))
        slot.put(found.value)

    def opened(self) -> Self:
        """Be open for an event that has its place in the context already."""
        self.is_open = self._entered = True
        return self

    def take(self, services: Iterable[tuple[Service, Opened]]) -> None:
        """Close these too, the last ones first, and after all that was made here."""
        self._opened[:0] = services

    async def close(self, error: BaseException | None) -> None:
        """Close everything and tell what went wrong; `error` is what ended the scope."""
        self.is_open = False
        await self._close(error)
        self._tell(error)

    async def _close(self, error: BaseException | None) -> None:
        lives = [slot.life for slot in self._slots.values() if slot.life is not None]
        for life in lives:
            life.end(error)
        try:
            await uninterrupted(life.task for life in lives)
        except BaseException as cancelled:  # noqa: B036  # `_tell` raises it when all is closed
            self._failures.append(cancelled)
        while self._opened:
            service, found = self._opened.pop()
            try:
                await within(service.stop_within, found.close(error or next(iter(self._failures), None)))
            except BaseException as failure:  # noqa: B036  # `_tell` raises it when all is closed
                self.note(service, failure)

    def _tell(self, error: BaseException | None) -> None:
        """Raise what went wrong while closing, or note it on `error`; a cancellation goes before both."""
        others = [failure for failure in self._failures if isinstance(failure, Exception)]
        if error is None or isinstance(error, Exception):
            for failure in self._failures:
                if not isinstance(failure, Exception):
                    note(failure, others)
                    raise failure
        if error is not None:
            note(error, others)
        elif len(others) == 1:
            raise others[0]
        elif others:
            raise ExceptionGroup(f"services of the {self.name} were not closed", others)


def missing_scope(service: Service) -> ServiceClosed:
    """Make the exception for a service whose scope is not open."""
    opened = f"async with container.scope({service.lifetime!r})"
    return ServiceClosed(service.name, f"no scope {service.lifetime!r} is open around it: write `{opened}`")


def _around() -> ServiceScope | None:
    """Return the scope around the running code; one of a generated call is made out of its record."""
    found = _current.get()
    if not isinstance(found, list):
        return found
    plan = cast("Plan | None", found[1])
    return None if plan is None else plan.scope(found)


def is_around(found: object) -> bool:
    """Tell whether what stands in the context may be open."""
    return not isinstance(found, list) or found[1] is not None


_current: ContextVar[ServiceScope | list[object] | None] = ContextVar("cordio_di.scope", default=None)
around, enter, leave = _current.get, _current.set, _current.reset
