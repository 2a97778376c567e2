"""The application as it is seen during an override: with the fakes, and with what is made with them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextvars import Context
from typing import TYPE_CHECKING

from cordio_di._app_scope import HERE, AppScope
from cordio_di._graph import reach
from cordio_di._service import Service
from cordio_di._slot import Slot
from cordio_di._wire import MISSING

if TYPE_CHECKING:
    import asyncio

__all__ = ["Shadow"]


class Shadow(AppScope):
    """Services that reach one of its fakes have a place here; others share that of the application.

    One that is local is seen in its own context alone, over all those that are seen everywhere.
    """

    def __init__(self, root: AppScope, fakes: Mapping[str, object], is_local: bool) -> None:
        super().__init__(root.registry)
        self.root, self.is_local = root, is_local
        self.before = HERE.get() if is_local else None
        self._fakes = dict(fakes)
        self._affected: dict[Service, bool] = {}

    @property
    def outer(self) -> AppScope:
        """The application without this override."""
        return self.root.seen(self.before) if self.is_local else self.root.below(self)

    def slot(self, service: Service, /) -> Slot:
        """Return the place of a service: here if a fake has to do with it."""
        if not self.affects(service):
            return self.outer.slot(service)
        if service not in self.slots:
            self.slots[service] = Slot(service, self, self.fake(service))
        return self.slots[service]

    def owner(self, service: Service) -> AppScope:
        """Return the override whose fakes have to do with a service, or the application."""
        return self if self.affects(service) else self.outer.owner(service)

    def fake(self, service: Service) -> object:
        """Return the fake that stands for a service, or MISSING."""
        return self._fakes.get(service.name, MISSING)

    def faked(self) -> list[Service]:
        """Return the services that a test has replaced, by this override or by those around it."""
        own = [self.registry.services[name] for name in self._fakes]
        return [*own, *self.outer.faked()]

    def affects(self, service: Service) -> bool:
        """Tell whether one of the fakes stands for a service, or for something that it needs."""
        if service not in self._affected:
            self._affected[service] = any(need.name in self._fakes for need in self._reached(service))
        return self._affected[service]

    def look_again(self) -> None:
        """Forget which services the fakes have to do with: others were registered or replaced."""
        self._affected.clear()

    def admit(self, service: Service, /) -> None:
        """Raise unless a service may start."""
        self.root.admit(service)

    def admit_use(self, service: Service) -> None:
        """Raise unless the application is open, in the event loop that runs."""
        self.root.admit_use(service)

    def context(self) -> Context:
        """Return a copy of the application's context in which the fakes are seen."""
        context = self.root.context()
        self.show_in(context)
        return context

    def show_in(self, context: Context) -> None:
        """Let the fakes be seen in a context, if they are not seen everywhere."""
        local = self if self.is_local else self.before
        if local is not None:
            context.run(HERE.set, local)

    def note(self, service: Service, error: BaseException, /) -> None:
        """Remember that the stop of a service failed, until the container is left."""
        self.root.note(service, error)

    def leave(self) -> None:
        """Let what was made here stop; who still runs in this context sees the application as it is."""
        self.is_over = True
        self._let_go(lambda service: True)

    def renew(self, names: Collection[str]) -> None:
        """Let what was made here with other objects of these names stop; it is made anew at its next use."""
        changed = set(names) - self._fakes.keys()
        self._let_go(lambda service: any(need.name in changed for need in self._reached(service)))

    def _let_go(self, concerns: Callable[[Service], bool]) -> None:
        tasks: list[asyncio.Task[None]] = []
        narrow_first = sorted(self.root.scopes, key=lambda scope: -self.registry.scopes.index(scope.name))
        for scope in narrow_first:
            tasks += scope.let_go(self, concerns, tuple(tasks))
        slots = [slot for service, slot in self.slots.items() if concerns(service)]
        self.root.leave_to_stop([*tasks, *self.end(slots, tasks)])

    def _reached(self, service: Service) -> list[Service]:
        return reach(self.registry, [service], self.faked()).order
