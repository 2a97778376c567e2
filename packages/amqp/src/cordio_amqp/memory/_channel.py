"""A channel to the broker in this process, as aiormq has it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, cast
from uuid import uuid4

from aiormq.abc import DeliveredMessage
from aiormq.exceptions import (
    ChannelClosed,
    DeliveryError,
    DuplicateConsumerTag,
    PublishError,
)
from pamqp import commands as spec
from pamqp.header import ContentHeader

from cordio_amqp.memory._broker import REPLY_TO
from cordio_amqp.memory._callbacks import Callback, Callbacks
from cordio_amqp.memory._declaring import Declaring
from cordio_amqp.memory._errors import refused, wrong
from cordio_amqp.memory._message import Message, copied
from cordio_amqp.memory._queue import Consumer, Queue
from cordio_amqp.memory._unsettled import Held, Unsettled

if TYPE_CHECKING:
    from aiormq.abc import (
        AbstractChannel,
        ArgumentsType,
        ConfirmationFrameType,
        ConsumerCancelCallback,
        ReturnCallback,
    )

    from cordio_amqp.memory._broker import Broker

__all__ = ["MemoryChannel"]


class MemoryChannel(Declaring):
    """Takes what a program does with its channel; an error closes it, and what is not settled comes again."""

    def __init__(self, broker: Broker, owner: object, *, confirms: bool) -> None:
        super().__init__(broker, owner)
        self.on_consumer_cancel_callbacks: set[ConsumerCancelCallback] = set()
        self.on_return_callbacks: set[ReturnCallback] = set()
        self._confirms, self._prefetch = confirms, 0
        self._unsettled, self._callbacks = Unsettled(), Callbacks()
        self._consumers: dict[str, tuple[Consumer, Callback]] = {}
        self._reply_to = ""
        self.closing: asyncio.Future[object] = asyncio.get_running_loop().create_future()

    @property
    def is_closed(self) -> bool:
        """Whether it is."""
        return self.closing.done()

    async def close(self) -> None:
        """Close it."""
        self.shut(ChannelClosed(200, "closed"))

    def shut(self, error: Exception) -> None:
        """Close it at once: consumers end, and what is not settled goes back."""
        if self.is_closed:
            return
        self.closing.set_exception(error)
        self.closing.exception()  # seen, even if nobody asks
        for tag in [*self._consumers]:
            self._leave(tag)
        self._broker.replies.pop(self._reply_to, None)
        self._unsettled.lose()
        self._callbacks.cancel()

    async def basic_qos(self, *, prefetch_count: int | None = None) -> spec.Basic.QosOk:
        """Limit how many messages each new consumer has at a time."""
        with self._attempt():
            self._prefetch = prefetch_count or 0
        return spec.Basic.QosOk()

    async def basic_consume(
        self,
        queue: str,
        consumer_callback: Callback,
        *,
        no_ack: bool = False,
        exclusive: bool = False,
        arguments: ArgumentsType | None = None,
        consumer_tag: str | None = None,
    ) -> spec.Basic.ConsumeOk:
        """Consume a queue, or the replies to what this channel publishes."""
        tag = consumer_tag or f"ctag.{uuid4().hex}"
        if tag in self._consumers:
            raise DuplicateConsumerTag(1)
        with self._attempt():
            found = self._replies(no_ack) if queue == REPLY_TO else self._queue(queue)
            if found.consumers and (exclusive or found.consumers[0].exclusive):
                raise refused(f"queue '{queue}' in vhost '/' in exclusive use")
            consumer = Consumer(tag, self, found, self._prefetch, no_ack, exclusive)
            self._consumers[tag] = consumer, consumer_callback
            found.consumers.append(consumer)
        found.pump()
        return spec.Basic.ConsumeOk(tag)

    async def basic_cancel(self, consumer_tag: str) -> spec.Basic.CancelOk:
        """Consume no more; what was handed out can still be settled."""
        with self._attempt():
            self._leave(consumer_tag)
        return spec.Basic.CancelOk(consumer_tag)

    async def basic_get(self, queue: str = "", no_ack: bool = False) -> DeliveredMessage:
        """Take the next message, if there is one."""
        with self._attempt():
            found = self._queue(queue)
            message = found.get()
        if message is None:
            return DeliveredMessage(spec.Basic.GetEmpty(), ContentHeader(), b"", self._as_aiormq)
        tag = self._unsettled.tag(message, found, None, is_settled=no_ack)
        frame = spec.Basic.GetOk(tag, message.is_redelivered, message.exchange, message.key, len(found))
        return self._delivered(frame, message)

    async def basic_ack(self, delivery_tag: int, multiple: bool = False, wait: bool = True) -> None:
        """Be done with a message."""
        self._settle(delivery_tag, Held.acknowledged, multiple=multiple)

    async def basic_nack(
        self, delivery_tag: int, multiple: bool = False, requeue: bool = True, wait: bool = True
    ) -> None:
        """Give a message back, or let it go to the dead-letter exchange."""
        self._settle(delivery_tag, Held.back if requeue else Held.rejected, multiple=multiple)

    async def basic_reject(self, delivery_tag: int, *, requeue: bool = True, wait: bool = True) -> None:
        """Give a message back, or let it go to the dead-letter exchange."""
        await self.basic_nack(delivery_tag, requeue=requeue)

    async def basic_publish(
        self,
        body: bytes,
        *,
        exchange: str = "",
        routing_key: str = "",
        properties: spec.Basic.Properties | None = None,
        mandatory: bool = False,
        wait: bool = True,
    ) -> ConfirmationFrameType | None:
        """Publish a message; raise PublishError if it was returned, DeliveryError if it was refused."""
        with self._attempt():
            said = copied(properties or spec.Basic.Properties())
            if said.reply_to == REPLY_TO:
                said.reply_to = self._own_replies()
            message = Message(exchange, routing_key, said, body)
            outcome = self._broker.publish(message)
        if outcome == "unroutable" and mandatory:
            self._return(message)
        if outcome == "full" and self._confirms:
            raise DeliveryError(None, spec.Basic.Nack())
        return spec.Basic.Ack() if self._confirms else None

    def deliver(self, consumer: Consumer, message: Message) -> None:
        """Hand a message to the callback of a consumer."""
        tag = self._unsettled.tag(message, consumer.queue, consumer, is_settled=consumer.no_ack)
        frame = spec.Basic.Deliver(consumer.tag, tag, message.is_redelivered, message.exchange, message.key)
        self._callbacks.call(self._consumers[consumer.tag][1], self._delivered(frame, message))

    def cancelled(self, consumer: Consumer) -> None:
        """Tell that the broker has ended a consumer, as when its queue is deleted."""
        self._consumers.pop(consumer.tag, None)
        for told in self.on_consumer_cancel_callbacks:
            told(spec.Basic.Cancel(consumer.tag))

    def _delivered(
        self, frame: spec.Basic.Deliver | spec.Basic.GetOk | spec.Basic.Return, message: Message
    ) -> DeliveredMessage:
        header = ContentHeader(0, len(message.body), message.out())
        return DeliveredMessage(frame, header, message.body, self._as_aiormq)

    @property
    def _as_aiormq(self) -> AbstractChannel:
        return cast("AbstractChannel", self)  # as far as this package uses it

    def _return(self, message: Message) -> None:
        frame = spec.Basic.Return(312, "NO_ROUTE", message.exchange, message.key)
        returned = self._delivered(frame, message)
        if self._confirms:
            raise PublishError(returned, frame)
        for told in self.on_return_callbacks:
            told(returned)

    def _settle(self, tag: int, end: Callable[[Held], None], *, multiple: bool) -> None:
        with self._attempt():
            tags = self._unsettled.tags(tag, multiple=multiple)
        self._unsettled.settle(tags, end)

    def _leave(self, tag: str) -> None:
        consumer, _ = self._consumers.pop(tag, (None, None))
        if consumer is None:
            return
        queue = consumer.queue
        queue.consumers.remove(consumer)
        if queue.auto_delete and not queue.consumers:
            self._delete(queue.name)
        else:
            queue.pump()

    def _replies(self, no_ack: bool) -> Queue:
        if not no_ack:
            raise wrong("reply consumer cannot acknowledge")
        replies = Queue(REPLY_TO)
        self._reply_to = f"{REPLY_TO}.{uuid4().hex}"
        self._broker.replies[self._reply_to] = replies.put
        return replies

    def _own_replies(self) -> str:
        if not self._reply_to:
            raise wrong("fast reply consumer does not exist")
        return self._reply_to
