"""The way of one message: through its handler, and then to where it belongs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cordio_amqp._delivery import Delivery, Unreadable
from cordio_amqp._execution import Execution
from cordio_amqp._verdict import Verdict, judged, parked

if TYPE_CHECKING:
    from pamqp.common import FieldValue

    from cordio_amqp._content import Content
    from cordio_amqp._intake import Intake
    from cordio_amqp._mover import Mover
    from cordio_amqp._source import Source
    from cordio_core.protocols import Runtime

__all__ = ["Handling"]

_RETURNED = "it came back again and again without being settled"
_MOST_RAW = 1 << 16  # so that the headers of the parked message fit into a frame
_WORDS = {"ack": "acknowledged", "reject": "rejected", "retry": "tried again later", "park": "parked"}


class Handling:
    """Runs the plan of a queue for each of its messages."""

    def __init__(self, source: Source, queue: str, runtime: Runtime, mover: Mover, content: Content) -> None:
        self._source, self._queue, self._mover = source, queue, mover
        self._plan, self._log = source.plan, runtime.monitor.log
        self._execution = Execution(source, runtime, content)

    async def handle(self, intake: Intake, delivery: Delivery) -> None:
        """Handle a message, and settle it when its handler has come to an answer."""
        with self._execution.event(delivery) as span:
            verdict = await self._verdict(delivery, span.trace_id)
            span.answered(verdict.error or _WORDS[verdict.action], at=self._plan.code)
            await self._settle(intake, delivery, verdict, span.trace_id)

    async def _verdict(self, delivery: Delivery, trace: str) -> Verdict:
        if delivery.returned_too_often:
            return parked(_RETURNED)
        try:
            response = await self._execution.response(delivery, trace)
        except Unreadable as error:
            return parked(str(error))
        verdict = judged(response, delivery.attempt, self._source.retry)
        if verdict.action == "retry" and self._source.consumption.stream is not None:
            # One that went back would be new to all who read the stream.
            return replace(verdict, action="park")
        return verdict

    async def _settle(self, intake: Intake, delivery: Delivery, verdict: Verdict, trace: str) -> None:
        kind = self._source.consumption.type

        def is_wanted() -> bool:
            return not intake.is_lost

        if verdict.action == "retry":
            moved = await self._mover.retry(delivery, self._queue, kind, verdict.delay, is_wanted)
        elif verdict.action == "park":
            self._tell(delivery, verdict)
            about = self._about(delivery, verdict, trace)
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

    def _about(self, delivery: Delivery, verdict: Verdict, trace: str) -> dict[str, FieldValue]:
        raw = delivery.raw[:_MOST_RAW]
        return {
            "x-parked-error": verdict.error,
            "x-parked-incident": verdict.incident,
            "x-parked-handler": self._plan.place.partition(" (")[0],
            "x-parked-queue": self._queue,
            "x-parked-trace": trace,
            **({"x-parked-properties": bytearray(raw)} if raw else {}),
        }

    def _tell(self, delivery: Delivery, verdict: Verdict) -> None:
        self._log.error(
            "a message is parked",
            queue=self._queue,
            why=verdict.error,
            attempt=delivery.attempt,
            message_id=delivery.headers.get("message-id", ""),
        )
