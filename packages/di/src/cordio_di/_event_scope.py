"""The services that live for one event."""

from __future__ import annotations

from collections.abc import Iterable
from contextvars import Context, ContextVar, Token, copy_context
from types import TracebackType
from typing import Self

from cordio_di._app_scope import AppScope, note
from cordio_di._exceptions import ServiceClosed
from cordio_di._life import unavailable
from cordio_di._opened import Opened, opened, within
from cordio_di._scope import MISSING, Wire
from cordio_di._service import Service
from cordio_di._slot import Slot
from cordio_di._waits import arguments, uninterrupted

__all__ = ["EventScope"]


class EventScope:
    """An async context manager around one event; what runs inside it, in any task, shares its services.

    The services that the opening call reaches are made and closed in its own task. What is asked for later,
    by any task of the event, lives in a task of its own until the event ends.
    """

    def __init__(self, app: AppScope) -> None:
        self.app = app
        self.is_open = True
        self._outer: EventScope | None = None
        self._token: Token[EventScope | None] | None = None
        self._slots: dict[Service, Slot] = {}
        self._opened: list[tuple[Service, Opened]] = []
        self._failures: list[BaseException] = []

    @staticmethod
    def current(app: AppScope) -> EventScope | None:
        """Return the open scope around the running code; None if there is none of this application."""
        scope = _current.get()
        while scope is not None and not (scope.app is app and scope.is_open):
            scope = scope._outer
        return scope

    async def __aenter__(self) -> Self:
        """Become the scope of what runs inside."""
        self._outer = _current.get()
        self._token = _current.set(self)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        """Close what was made, users first; each gets the exception of the event, and none can swallow it."""
        self.is_open = False
        if self._token is not None:
            _current.reset(self._token)
        await self._close(error)
        self._tell(error)

    def slot(self, service: Service, /) -> Slot:
        """Return the place of a service: here if it lives for the event, else in the application."""
        if service.lifetime == "app":
            return self.app.slot(service)
        if service not in self._slots:
            self._slots[service] = Slot(service, self, self.app.slot(service).fakes)
        return self._slots[service]

    def wires(self, service: Service, /) -> tuple[Wire, ...]:
        """Return what fills the parameters of a service; raise if something does not fit."""
        return self.app.wires(service)

    def admit(self, service: Service, /) -> None:
        """Raise unless the event goes on and the application is open."""
        if not self.is_open:
            raise ServiceClosed(service.name, "its event has ended: await all tasks of an event inside it")
        self.app.admit(service)

    def context(self) -> Context:
        """Return a copy of the context of whoever asks."""
        return copy_context()

    def note(self, service: Service, error: BaseException, /) -> None:
        """Remember that the stop of a service failed."""
        error.add_note(f"while the service {service.name!r}, {service.place}, was closed")
        self._failures.append(error)

    async def make(self, services: Iterable[Service]) -> None:
        """Make services that live for the event, in this task; those that are needed come first."""
        for service in services:
            slot = self.slot(service)
            if slot.value is MISSING:
                self.admit(service)
                await self._make(slot)

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
            raise ExceptionGroup("services of the event were not closed", others)


_current: ContextVar[EventScope | None] = ContextVar("cordio_di.event", default=None)
