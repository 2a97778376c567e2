"""One event on its way through its plan: counted, watched, read and run."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from typing import TYPE_CHECKING

from cordio_amqp._delivery import Delivery, Unreadable
from cordio_amqp._waits import Waits
from cordio_core import Request, Response

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Mapping

    from cordio_amqp._content import Content
    from cordio_amqp._source import Source
    from cordio_core.protocols import Incoming, Runtime

    Data = Mapping[str, object] | Callable[[], Awaitable[Mapping[str, object]]]

__all__ = ["Execution"]


class Execution:
    """Runs the plan of a source for each of its messages."""

    def __init__(self, source: Source, runtime: Runtime, content: Content) -> None:
        self._source, self._runtime, self._content = source, runtime, content
        self._plan, self._log = source.plan, runtime.monitor.log
        self._tally = runtime.tally(self._plan.event.kind)
        self._waits = Waits(runtime.monitor, source.name(runtime.name))

    @contextmanager
    def event(self, delivery: Delivery) -> Iterator[Incoming]:
        """Count one event, and keep its span open."""
        with self._tally:
            self._runtime.recall()
            self._waits.tell(delivery)
            with self._runtime.monitor.incoming(self._plan.event.name, headers=delivery.headers) as span:
                yield span

    async def response(self, delivery: Delivery, trace: str) -> Response:
        """Return what the handler, or a rule for its exception, answers; raise Unreadable."""
        if delivery.problem:
            raise Unreadable(delivery.problem)
        request = delivery.request(self._plan.event, self._content.body(delivery), trace)
        if not self._plan.reads_late:
            return await self._run(request, self._values(delivery, request))
        unreadable: list[Unreadable] = []

        async def read() -> dict[str, object]:
            try:
                return self._values(delivery, request)
            except Unreadable as error:
                unreadable.append(error)
                raise

        response = await self._run(request, read)
        if unreadable:  # whatever a rule has answered: it could never be read
            raise unreadable[0]
        return response

    def _values(self, delivery: Delivery, request: Request) -> dict[str, object]:
        if not self._plan.data:
            return {}
        return delivery.values(self._content.data(delivery, request), self._source.payload)

    async def _run(self, request: Request, data: Data) -> Response:
        task = asyncio.current_task()
        before = task.cancelling() if task is not None else 0
        try:
            return await self._plan.run(request, data)
        except asyncio.CancelledError:
            if task is None or task.cancelling() > before:
                raise
            self._log.error("a handler was cancelled by what it awaits", at=self._plan.place)
            return Response(status=500)
