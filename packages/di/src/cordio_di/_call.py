"""One handler with the services that fill its parameters: the plain way, which any signature can take."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from cordio_di._app_scope import AppScope
from cordio_di._around import current
from cordio_di._compile_event import can_be_planned
from cordio_di._exceptions import WiringError
from cordio_di._graph import Reach, reach, refuse
from cordio_di._need import needs, signature
from cordio_di._place import place
from cordio_di._record import Plan
from cordio_di._registry import Fault
from cordio_di._service import Service
from cordio_di._service_scope import ServiceScope
from cordio_di._stock import missing_scope
from cordio_di._waits import together
from cordio_di._wire import MISSING

if TYPE_CHECKING:
    from cordio_di._protocols import Scope

__all__ = ["Call"]


class Call:
    """What is known of an injected handler before it is called.

    ``services`` says what fills which parameter. ``is_direct`` says that a call needs nothing but the objects
    of services of the application, and ``plan`` what it makes for an event, so that it can be compiled;
    ``held`` are the services that stop when idle, but not during a call.
    """

    def __init__(self, handler: Callable[..., object], app: AppScope) -> None:
        self.handler, self.app = handler, app
        self.signature = signature(handler)
        found = {need.parameter: app.registry.find(need) for need in needs(handler)}
        self.services = {name: fill for name, fill in found.items() if isinstance(fill, Service)}
        self.faults = {name: fill.text for name, fill in found.items() if isinstance(fill, Fault)}
        is_of_app = all(service.lifetime == "app" for service in self.services.values())
        self.is_direct = not self.faults and is_of_app and not app.root.shadows
        reached = Reach() if is_of_app else self._reach(self.services.values())
        self._order = tuple(reached.of("event"))
        self.plan = self._planned(reached)
        self.held = tuple(dict.fromkeys(self._idle(reached)))

    async def run(self, given: Mapping[str, object]) -> object:
        """Call the handler with what the caller gives; services fill what is not given.

        `given` is by parameter, as ``inspect.BoundArguments.arguments``; ``MISSING`` stands for nothing.
        """
        app = self.app.root.here()
        if app is not self.app:
            return await Call(self.handler, app).run(given)
        arguments = {name: value for name, value in given.items() if value is not MISSING}
        self._refuse_faults(arguments)
        wanted = {name: service for name, service in self.services.items() if name not in arguments}
        self._admit(wanted.values())
        held = [self.app.slot(service) for service in self.held if wanted]
        for slot in held:
            slot.hold()
        try:
            return await self._run(wanted, arguments)
        finally:
            for slot in held:
                slot.release()

    async def _run(self, wanted: Mapping[str, Service], arguments: dict[str, object]) -> object:
        order = self._order if len(wanted) == len(self.services) else self._event_order(list(wanted.values()))
        around = current(self.app)
        if not order or (around is not None and around.name == "event"):
            scope = around.under(self.app) if around else self._application(wanted.values())
            return await self._filled(wanted, arguments, scope)
        async with ServiceScope(self.app) as event:
            await event.make(order, self.app)
            return await self._filled(wanted, arguments, event)

    async def _filled(
        self, wanted: Mapping[str, Service], arguments: dict[str, object], scope: Scope
    ) -> object:
        values = await together([scope.slot(service) for service in wanted.values()])
        arguments.update(zip(wanted, values, strict=True))
        bound = inspect.BoundArguments(self.signature, arguments)
        result = self.handler(*bound.args, **bound.kwargs)
        return await result if inspect.isawaitable(result) else result

    def _admit(self, wanted: Iterable[Service]) -> None:
        """Refuse a closed container and a foreign event loop, also where the objects are there."""
        for service in wanted:
            if self.app.slot(service).fake is MISSING:
                self.app.admit_use(service)

    def _application(self, wanted: Iterable[Service]) -> AppScope:
        for service in wanted:
            if service.lifetime != "app":
                raise missing_scope(service)
        return self.app

    def _refuse_faults(self, arguments: Mapping[str, object]) -> None:
        faults = [text for name, text in self.faults.items() if name not in arguments]
        if faults:
            raise WiringError([f"{place(self.handler)}: {text}" for text in faults])

    def _event_order(self, services: Collection[Service]) -> tuple[Service, ...]:
        """Return the services of the event that are reached, those that are needed first."""
        if all(service.lifetime == "app" for service in services):
            return ()
        return tuple(self._reach(services).of("event"))

    def _reach(self, services: Iterable[Service]) -> Reach:
        found = reach(self.app.registry, services, self.app.faked())
        refuse(found.problems)
        return found

    def _planned(self, found: Reach) -> Plan | None:
        can_be = (
            self._order
            and not self.faults
            and not self.app.root.shadows
            and can_be_planned(found.order, self.app.faked())
        )
        return Plan(self.app, self._order) if can_be else None

    def _idle(self, found: Reach) -> Iterator[Service]:
        yield from (service for service in self.services.values() if service.idle is not None)
        for service in self._order:
            yield from (need for need in found.needs[service] if need.idle is not None)
