"""One handler with the services that fill its parameters: the plain way, which any signature can take."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping

from cordio_di._app_scope import AppScope
from cordio_di._event_scope import EventScope
from cordio_di._exceptions import WiringError
from cordio_di._graph import reach, refuse
from cordio_di._need import needs, signature
from cordio_di._place import is_async, place
from cordio_di._registry import Fault
from cordio_di._scope import MISSING
from cordio_di._service import Service
from cordio_di._waits import together

__all__ = ["Call"]


class Call:
    """What is known of an injected handler before it is called.

    ``services`` says what fills which parameter. ``is_direct`` says that a call needs nothing but the objects
    of services of the application, so that it can be compiled.
    """

    def __init__(self, handler: Callable[..., object], app: AppScope) -> None:
        self.handler, self.app = handler, app
        self.signature = signature(handler)
        found = {need.parameter: app.registry.find(need) for need in needs(handler)}
        self.services = {name: fill for name, fill in found.items() if isinstance(fill, Service)}
        self.faults = {name: fill.text for name, fill in found.items() if isinstance(fill, Fault)}
        self._order = self._event_order(self.services.values())
        self.is_direct = is_async(handler) and not self.faults and not self._order

    async def run(self, given: Mapping[str, object]) -> object:
        """Call the handler with what the caller gives; services fill what is not given.

        `given` is by parameter, as ``inspect.BoundArguments.arguments``; ``MISSING`` stands for nothing.
        """
        arguments = {name: value for name, value in given.items() if value is not MISSING}
        self._refuse_faults(arguments)
        wanted = {name: service for name, service in self.services.items() if name not in arguments}
        order = self._order if len(wanted) == len(self.services) else self._event_order(wanted.values())
        if not order:
            return await self._filled(wanted, arguments, EventScope.current(self.app) or self.app)
        scope = EventScope.current(self.app)
        if scope is not None:
            return await self._filled(wanted, arguments, scope)
        async with EventScope(self.app) as scope:
            await scope.make(order)
            return await self._filled(wanted, arguments, scope)

    async def _filled(
        self, wanted: Mapping[str, Service], arguments: dict[str, object], scope: AppScope | EventScope
    ) -> object:
        values = await together([scope.slot(service) for service in wanted.values()])
        arguments.update(zip(wanted, values, strict=True))
        bound = inspect.BoundArguments(self.signature, arguments)
        result = self.handler(*bound.args, **bound.kwargs)
        return await result if inspect.isawaitable(result) else result

    def _refuse_faults(self, arguments: Mapping[str, object]) -> None:
        faults = [text for name, text in self.faults.items() if name not in arguments]
        if faults:
            raise WiringError([f"{place(self.handler)}: {text}" for text in faults])

    def _event_order(self, services: Iterable[Service]) -> tuple[Service, ...]:
        """Return the services of the event that are reached, those that are needed first."""
        if all(service.lifetime == "app" for service in services):
            return ()
        found = reach(self.app.registry, services, self.app.faked())
        refuse(found.problems)
        return tuple(found.of("event"))
