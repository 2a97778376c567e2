"""The way of one message: through its handler, and then to where it belongs."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from cordio_amqp._delivery import Delivery, Unreadable
from cordio_amqp._verdict import Verdict, judged, parked
from cordio_core import Request, Response

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from pamqp.common import FieldValue

    from cordio_amqp._intake import Intake
    from cordio_amqp._mover import Mover
    from cordio_amqp._source import Source
    from cordio_core.protocols import Runtime

    Data = Mapping[str, object] | Callable[[], Awaitable[Mapping[str, object]]]

__all__ = ["Handling"]

_RETURNED = "it came back again and again without being settled"
_WORDS = {"ack": "acknowledged", "reject": "rejected", "retry": "tried again later", "park": "parked"}


class Handling:
    """Runs the plan of a queue for each of its messages."""

    def __init__(self, source: Source, queue: str, runtime: Runtime, mover: Mover) -> None:
        self._source, self._queue, self._mover, self._runtime = source, queue, mover, runtime
        self._plan, self._log = source.plan, runtime.monitor.log
        self._tally = runtime.tally(self._plan.event.kind)

    async def handle(self, intake: Intake, delivery: Delivery) -> None:
        """Handle a message, and settle it when its handler has come to an answer."""
        self._tally.accepted += 1
        try:
            self._runtime.recall()
            with self._runtime.monitor.incoming(self._plan.event.name, headers=delivery.headers) as span:
                verdict = await self._verdict(delivery, span.trace_id)
                span.answered(verdict.error or _WORDS[verdict.action], at=self._plan.code)
                await self._settle(intake, delivery, verdict, span.trace_id)
        except asyncio.CancelledError:
            self._tally.cancelled += 1
            raise
        except BaseException:
            self._tally.finished += 1
            raise
        self._tally.finished += 1

    async def _verdict(self, delivery: Delivery, trace: str) -> Verdict:
        if delivery.returned_too_often:
            return parked(_RETURNED)
        request = delivery.request(self._plan.event, trace)
        try:
            response = await self._answered(delivery, request)
        except Unreadable as error:
            return parked(str(error))
        return judged(response, delivery.attempt, self._source.retry)

    async def _answered(self, delivery: Delivery, request: Request) -> Response:
        if not self._plan.reads_late:
            return await self._response(request, self._values(delivery, request))
        unreadable: list[Unreadable] = []

        async def read() -> dict[str, object]:
            try:
                return self._values(delivery, request)
            except Unreadable as error:
                unreadable.append(error)
                raise

        response = await self._response(request, read)
        if unreadable:  # whatever a rule has answered: it could never be read
            raise unreadable[0]
        return response

    def _values(self, delivery: Delivery, request: Request) -> dict[str, object]:
        return delivery.values(request, self._source.payload) if self._plan.data else {}

    async def _response(self, request: Request, data: Data) -> Response:
        task = asyncio.current_task()
        before = task.cancelling() if task is not None else 0
        try:
            return await self._plan.run(request, data)
        except asyncio.CancelledError:
            if task is None or task.cancelling() > before:
                raise
            self._log.error("a handler was cancelled by what it awaits", at=self._plan.place)
            return Response(status=500)

    async def _settle(self, intake: Intake, delivery: Delivery, verdict: Verdict, trace: str) -> None:
        kind = self._source.consumption.type

        def is_wanted() -> bool:
            return not intake.is_lost

        if verdict.action == "retry":
            moved = await self._mover.retry(delivery, self._queue, kind, verdict.delay, is_wanted)
        elif verdict.action == "park":
            self._tell(delivery, verdict)
            about = self._about(verdict, trace)
            moved = await self._mover.park(delivery, self._queue, kind, about, is_wanted)
        else:
            moved = True
        settle = intake.reject if verdict.action == "reject" else intake.acknowledge
        if not (moved and await settle(delivery)):
            self._log.warning(
                "a message was handled and comes again: its channel was lost",
                queue=self._queue,
                message_id=delivery.headers.get("message-id", ""),
            )

    def _about(self, verdict: Verdict, trace: str) -> dict[str, FieldValue]:
        return {
            "x-parked-error": verdict.error,
            "x-parked-incident": verdict.incident,
            "x-parked-handler": self._plan.place.partition(" (")[0],
            "x-parked-queue": self._queue,
            "x-parked-trace": trace,
        }

    def _tell(self, delivery: Delivery, verdict: Verdict) -> None:
        self._log.error(
            "a message is parked",
            queue=self._queue,
            why=verdict.error,
            attempt=delivery.attempt,
            message_id=delivery.headers.get("message-id", ""),
        )
