"""The way of one call: through its handler, and back to who has called."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from pamqp import commands as spec

from cordio_amqp._delivery import Delivery, Unreadable
from cordio_amqp._exceptions import InvalidMessage
from cordio_amqp._execution import Execution
from cordio_amqp._writing import Written
from cordio_amqp.rpc._replies import Reply, Unwritable, failure, reply
from cordio_amqp.rpc._wire import FAILURE, STATUS

if TYPE_CHECKING:
    from cordio_amqp._content import Content
    from cordio_amqp._intake import Intake
    from cordio_amqp._source import Source
    from cordio_amqp._writing import Writing
    from cordio_core.protocols import Runtime

__all__ = ["Answering"]

_RETURNED = "this call came back again and again without an answer"
_UNREADABLE, _UNWRITABLE, _UNANSWERED = "invalid_call", "unwritable_answer", "unanswered"


class Answering:
    """Answers the calls of one procedure; each is taken off its queue when its answer has left."""

    def __init__(
        self, source: Source, queue: str, runtime: Runtime, content: Content, writing: Writing
    ) -> None:
        self._plan, self._queue, self._log = source.plan, queue, runtime.monitor.log
        self._writing = writing
        self._execution = Execution(source, runtime, content)

    async def handle(self, intake: Intake, delivery: Delivery) -> None:
        """Answer a call, unless its caller does not wait any more."""
        with self._execution.event(delivery) as span:
            if _is_overdue(delivery):
                span.answered("overdue", at=self._plan.code)
                self._log.info("a call came too late to be answered", queue=self._queue)
                settled = await intake.acknowledge(delivery)
            else:
                answer = await self._reply(delivery, span.trace_id)
                span.answered(_said(answer), at=self._plan.code)
                settled = await self._settle(intake, delivery, answer)
        if not settled:
            self._log.warning("a call was answered in vain: its channel was lost", queue=self._queue)

    async def _reply(self, delivery: Delivery, trace: str) -> Reply:
        if delivery.returned_too_often:
            return failure(500, _UNANSWERED, _RETURNED)
        try:
            return self._fitted(reply(await self._execution.response(delivery, trace)))
        except Unreadable as error:
            return failure(400, _UNREADABLE, str(error))
        except Unwritable as error:
            self._log.error("an answer cannot be written as a message", at=self._plan.place, why=str(error))
            return failure(500, _UNWRITABLE, "the answer cannot be written as a message")

    def _fitted(self, answer: Reply) -> Reply:
        """Return the answer as it goes out, compressed if it is large; raise Unwritable if it is too large."""
        try:
            made = self._writing.fitted(Written(answer.body, answer.content_type))
        except InvalidMessage as error:
            raise Unwritable(error.reason) from error
        return replace(answer, body=made.body, encoding=made.encoding)

    async def _settle(self, intake: Intake, delivery: Delivery, answer: Reply) -> bool:
        """Answer, then acknowledge, on one channel: the broker sees them in this order, or not the latter."""
        to = delivery.properties.reply_to
        if to and not await intake.answer(to, answer.body, _properties(delivery, answer)):
            return False
        return await intake.acknowledge(delivery)


def _is_overdue(delivery: Delivery) -> bool:
    return delivery.deadline is not None and delivery.deadline <= asyncio.get_running_loop().time()


def _said(answer: Reply) -> str:
    return f"status {answer.status}" if answer.kind == FAILURE else "answered"


def _properties(delivery: Delivery, answer: Reply) -> spec.Basic.Properties:
    called = delivery.properties
    return spec.Basic.Properties(
        content_type=answer.content_type,
        content_encoding=answer.encoding,
        correlation_id=called.correlation_id or called.message_id,
        message_id=called.message_id,
        message_type=answer.kind,
        headers={STATUS: answer.status},
        delivery_mode=1,
    )
