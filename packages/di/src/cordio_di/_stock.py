"""The services of one event, or of a scope of the user's own: where they stand, and how they are made."""

from __future__ import annotations

from collections.abc import Iterable
from contextvars import Context, copy_context
from typing import TYPE_CHECKING

from cordio_di._app_scope import AppScope
from cordio_di._around import enter
from cordio_di._exceptions import ServiceClosed
from cordio_di._life import unavailable
from cordio_di._opened import Opened, started
from cordio_di._service import Service
from cordio_di._slot import Slot
from cordio_di._waits import arguments, together
from cordio_di._wire import MISSING

if TYPE_CHECKING:
    from cordio_di._protocols import Scope
    from cordio_di._service_scope import ServiceScope
    from cordio_di._wire import Wire

__all__ = ["Stock", "missing_scope"]


class Stock:
    """The slots of one scope.

    A slot belongs to the application or, where a fake has to do with its service, to the override that brings
    the fake. ``app`` is what the scope was opened in; ``is_ending`` says that its services are being closed.
    """

    def __init__(self, app: AppScope, name: str, outer: ServiceScope | None) -> None:
        self.app, self.name, self.outer = app, name, outer
        self.is_open = self.is_ending = False
        self._context = Context()
        self._slots: dict[tuple[AppScope, Service], Slot] = {}
        self._opened: list[tuple[Slot, Opened]] = []
        self._held: list[Slot] = []
        self._failures: list[BaseException] = []

    def under(self, app: AppScope) -> Scope:
        """Return the scope as it is seen with the fakes of `app`."""
        return self if app is self.app else _Seen(self, app)

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
        return self.place(service, self.app)

    def place(self, service: Service, app: AppScope) -> Slot:
        """Return the place of a service as it is seen with the fakes of `app`."""
        if service.lifetime == "app":
            return app.slot(service)
        if service.lifetime != self.name:
            return self._wider(service).place(service, app)
        owner = app.owner(service)
        if (owner, service) not in self._slots:
            self._slots[owner, service] = Slot(service, self.under(owner), owner.fake(service))
        return self._slots[owner, service]

    def wires(self, service: Service, /) -> tuple[Wire, ...]:
        """Return what fills the parameters of a service; raise if something does not fit."""
        return self.app.wires(service)

    def admit(self, service: Service, /) -> None:
        """Raise unless the scope goes on and the application is open."""
        if self.is_ending:
            raise ServiceClosed(service.name, f"its {self.name} is ending: {_WHILE_ENDING}")
        if not self.is_open:
            raise ServiceClosed(service.name, f"its {self.name} has ended: await all its tasks inside it")
        self.app.admit_use(service)

    def context(self) -> Context:
        """Return a copy of the context of whoever asks in an event, else of the one that opened the scope."""
        return copy_context() if self.name == "event" else self._context.copy()

    def note(self, service: Service, error: BaseException, /) -> None:
        """Remember that the stop of a service failed."""
        error.add_note(f"while the service {service.name!r}, {service.place}, was closed")
        self._failures.append(error)

    def stopping(self) -> None:
        """Let what this task runs from now on see the scope as one that ends, if it does."""
        if self.is_ending:
            enter(self.ended())

    def ended(self) -> ServiceScope:
        """Return the scope as it is seen while it ends: with what is still there, and nothing new."""
        from cordio_di._service_scope import ServiceScope

        seen = ServiceScope(self.app, self.name, self.outer)
        seen.is_open = seen.is_ending = True
        seen._slots = self._slots
        return seen

    def hold(self, slot: Slot) -> None:
        """Keep a service that stops when idle until the scope is left."""
        if slot.service.idle is not None and slot not in self._held:
            self._held.append(slot)
            slot.hold()

    async def make(self, services: Iterable[Service], app: AppScope) -> None:
        """Make services that live for the event, in this task; those that are needed come first.

        Once something was asked for besides, the others live in tasks of their own too: they may need it, and
        what lives in a task stops before what was made here. So does what an override stops before the event.
        """
        for service in services:
            slot = self.place(service, app)
            if slot.value is MISSING:
                self.admit(service)
                alone = app is self.app and all(other.life is None for other in self._slots.values())
                await (self._make(slot) if alone else together([slot]))

    async def _make(self, slot: Slot) -> None:
        service = slot.service
        slot.making = True
        try:
            found = await started(service, await arguments(slot))
        except Exception as error:
            raise unavailable(service, error) from (error.__cause__ or error)
        finally:
            slot.making = False
        self._opened.append((slot, found))
        slot.put(found.value)

    def _wider(self, service: Service) -> ServiceScope:
        scope = self.outer
        while scope is not None and not (scope.app.root is self.app.root and scope.name == service.lifetime):
            scope = scope.outer
        if scope is None:
            raise missing_scope(service)
        return scope


class _Seen:
    """A scope as it is seen with the fakes of an override."""

    def __init__(self, stock: Stock, app: AppScope) -> None:
        self.stock, self.app = stock, app
        self.wires, self.admit, self.note = app.wires, stock.admit, stock.note
        self.stopping = stock.stopping

    def slot(self, service: Service, /) -> Slot:
        """Return the place of a service."""
        return self.stock.place(service, self.app)

    def context(self) -> Context:
        """Return the context of the scope, in which the fakes are seen."""
        context = self.stock.context()
        self.app.show_in(context)
        return context


_WHILE_ENDING = "what is stopped in it can use what it was made with: take it as a parameter"


def missing_scope(service: Service) -> ServiceClosed:
    """Make the exception for a service whose scope is not open."""
    opened = f"async with container.scope({service.lifetime!r})"
    return ServiceClosed(service.name, f"no scope {service.lifetime!r} is open around it: write `{opened}`")
