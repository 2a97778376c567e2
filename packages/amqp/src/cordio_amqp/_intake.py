"""One channel on which messages come in, from its opening to its loss."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from aiormq.exceptions import AMQPError, ChannelInvalidStateError

from cordio_amqp._delivery import Delivery
from cordio_amqp._exceptions import AmqpError

if TYPE_CHECKING:
    from aiormq.abc import DeliveredMessage
    from pamqp import commands as spec
    from pamqp.common import FieldTable

    from cordio_amqp._broker import Channel, TrunkLine

__all__ = ["Intake"]

_TAG = "cordio"
_LOSS = (AMQPError, ChannelInvalidStateError, OSError)


class Intake:
    """Takes what the broker hands out on one channel, and settles it there; the rest comes again."""

    def __init__(self, trunk: TrunkLine, channel: Channel, take: Callable[[Intake, Delivery], None]) -> None:
        self._trunk, self._channel, self._take = trunk, channel, take
        self._is_taking = True
        self.lost = asyncio.Event()
        channel.closing.add_done_callback(self._lose)
        channel.on_consumer_cancel_callbacks.add(self._lose)

    @property
    def is_lost(self) -> bool:
        """Whether nothing can be settled on it any more."""
        return self.lost.is_set()

    async def consume(self, queue: str, prefetch: int, arguments: FieldTable | None = None) -> None:
        """Begin."""
        await self._channel.basic_qos(prefetch_count=prefetch)
        await self._channel.basic_consume(queue, self._come, consumer_tag=_TAG, arguments=arguments)

    async def acknowledge(self, delivery: Delivery) -> bool:
        """Take the message off the queue; return False if it comes again, since the channel is lost."""
        return await self._settled(delivery, is_rejected=False)

    async def reject(self, delivery: Delivery) -> bool:
        """Take the message off the queue, to its dead-letter exchange if it has one; else as `acknowledge`."""
        return await self._settled(delivery, is_rejected=True)

    async def answer(self, to: str, body: bytes, properties: spec.Basic.Properties) -> bool:
        """Publish an answer ahead of the acknowledgement; return False if the channel is lost.

        Never mandatory: the broker returns what goes to a direct reply-to even where it was delivered.
        """
        try:
            await self._channel.basic_publish(body, routing_key=to, properties=properties, wait=False)
        except _LOSS:
            return False
        return True

    async def pause(self) -> None:
        """Let no more messages come; those on their way still do."""
        await self._trunk.done(self._cancelled())

    async def resume(self, queue: str, prefetch: int, arguments: FieldTable | None = None) -> None:
        """Let messages come again."""
        await self._trunk.done(self.consume(queue, prefetch, arguments))

    async def cancel(self) -> None:
        """Let no more messages come; those that were not begun by now come again elsewhere."""
        self._is_taking = False
        with suppress(AmqpError):  # it is lost, and hands out nothing more
            await self._trunk.done(self._cancelled())

    async def close(self) -> None:
        """Close the channel when the broker has heard of all that was settled on it."""
        with suppress(AmqpError):  # it is lost; what the broker has not heard of comes again
            await self._trunk.done(self._channel.close())

    async def _cancelled(self) -> None:
        await self._channel.basic_cancel(_TAG)

    def _come(self, message: DeliveredMessage) -> None:
        if self._is_taking:
            self._take(self, Delivery(message))

    async def _settled(self, delivery: Delivery, *, is_rejected: bool) -> bool:
        if self.is_lost:
            return False
        try:
            if is_rejected:
                await self._channel.basic_reject(delivery.tag, requeue=False, wait=False)
            else:
                await self._channel.basic_ack(delivery.tag, wait=False)
        except _LOSS:
            return False
        return True

    def _lose(self, *_: object) -> None:
        self.lost.set()
