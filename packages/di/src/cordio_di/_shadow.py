"""The application as one context sees it: with fakes of its own, and with what is made with them."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import Context
from typing import TYPE_CHECKING

from cordio_di._app_scope import HERE, AppScope
from cordio_di._graph import reach
from cordio_di._service import Service
from cordio_di._slot import Fake, Slot

if TYPE_CHECKING:
    import asyncio

__all__ = ["Shadow"]


class Shadow(AppScope):
    """Services that reach a fake of this context have a place here; others share that of the application."""

    def __init__(self, root: AppScope, fakes: Mapping[Service, object]) -> None:
        super().__init__(root.registry)
        self.root, self.before = root, HERE.get()
        self.outer = root.here()
        self._fakes = {service: [Fake(fake)] for service, fake in fakes.items()}

    def slot(self, service: Service, /) -> Slot:
        """Return the place of a service: here if a fake has to do with it."""
        if service in self.slots:
            return self.slots[service]
        if service in self._fakes:
            return self.slots.setdefault(service, Slot(service, self, self._fakes[service]))
        if self._reaches_a_fake(service):
            return self.slots.setdefault(service, Slot(service, self))
        return self.outer.slot(service)

    def faked(self) -> list[Service]:
        """Return the services that a test has replaced, here or for all."""
        return [*self._fakes, *self.outer.faked()]

    def admit(self, service: Service, /) -> None:
        """Raise unless the application is open, in the event loop that runs."""
        self.outer.admit(service)

    def context(self) -> Context:
        """Return a copy of the application's context in which this one's fakes are seen."""
        context = self.outer.context()
        context.run(HERE.set, self)
        return context

    def note(self, service: Service, error: BaseException, /) -> None:
        """Remember that the stop of a service failed, until the container is left."""
        self.outer.note(service, error)

    def leave(self) -> list[asyncio.Task[None]]:
        """Let what was made here stop; who still runs in this context sees the application as it is."""
        self.is_over = True
        return self.end(self.slots.values())

    def _reaches_a_fake(self, service: Service) -> bool:
        if service.lifetime != "app":
            return False
        return any(found in self._fakes for found in reach(self.registry, [service], self.faked()).order)
