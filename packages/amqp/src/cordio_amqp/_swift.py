"""A channel of aiormq on which messages take a shorter way."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from inspect import iscoroutine
from typing import TYPE_CHECKING, cast

from aiormq.abc import DeliveredMessage
from aiormq.channel import Channel
from aiormq.exceptions import ChannelInvalidStateError
from pamqp import commands as spec

from cordio_amqp._confirms import Confirms
from cordio_amqp._frames import acknowledgement, content, delivered, header, publishing, rejection, returned
from cordio_amqp._sieve import BODY, HEADER, METHOD

if TYPE_CHECKING:
    from aiormq.abc import (
        AbstractConnection,
        ArgumentsType,
        ConfirmationFrameType,
        ConsumerCallback,
        TimeoutType,
    )
    from pamqp.header import ContentHeader

    from cordio_amqp._wire import Wire

__all__ = ["SwiftChannel"]

_DELIVER, _RETURN = b"\x00\x3c\x00\x3c", b"\x00\x3c\x00\x32"
_ACK, _NACK = b"\x00\x3c\x00\x50", b"\x00\x3c\x00\x78"
_LOST = "the connection was lost"
_MOST_KEYS = 1024
_FRAME_MAX = 131072  # where the broker names no limit: RabbitMQ's own default
_AROUND = 8  # what a frame has around its payload: section 4.2.3
_CONTENT_HEADER = 12  # what is in the frame before the properties: AMQP 0-9-1, section 4.2.6.1
_log = logging.getLogger("cordio_amqp")


class SwiftChannel(Channel):
    """Takes deliveries, returns and confirms as they come in, and writes messages and settlements in batches.

    All else is aiormq's: opening, declaring, consuming, closing.
    """

    def __init__(self, connection: AbstractConnection, number: int, wire: Wire, *, confirms: bool) -> None:
        super().__init__(connection, number, publisher_confirms=confirms)
        self._outlet, self._takers = wire.outlet, wire.sieve.takers
        self._most = (connection.connection_tune.frame_max or _FRAME_MAX) - _AROUND
        self._callbacks: dict[str, Callable[[DeliveredMessage], object]] = {}
        self._frame: spec.Basic.Deliver | spec.Basic.Return | None = None
        self._header: ContentHeader | None = None
        self._body: list[bytes] = []
        self._missing = 0
        self._confirms = Confirms(self.loop)
        self._keys: dict[tuple[str, str, bool], bytes] = {}
        self._takers[number] = self._take
        connection.channels[number] = self
        self._closing.add_done_callback(self._ended)

    async def close(self, exc: object = asyncio.CancelledError, timeout: TimeoutType = None) -> None:
        """Close it; what was settled before is written before."""
        self._outlet.flush()
        await super().close(exc, timeout)  # type: ignore[arg-type]  # as it was given

    async def basic_consume(
        self,
        queue: str,
        consumer_callback: Callable[[DeliveredMessage], object],
        *,
        no_ack: bool = False,
        exclusive: bool = False,
        arguments: ArgumentsType | None = None,
        consumer_tag: str | None = None,
        timeout: TimeoutType = None,
    ) -> spec.Basic.ConsumeOk:
        """Consume; a callback that is no coroutine function runs with no task of its own."""
        tag = consumer_tag or f"ctag.{self.number}.{len(self._callbacks)}"
        self._callbacks[tag] = consumer_callback
        return await super().basic_consume(
            queue,
            cast("ConsumerCallback", consumer_callback),
            no_ack=no_ack,
            exclusive=exclusive,
            arguments=arguments,
            consumer_tag=tag,
            timeout=timeout,
        )

    async def basic_ack(self, delivery_tag: int, multiple: bool = False, wait: bool = True) -> None:
        """Acknowledge."""
        if multiple or not delivery_tag:
            self._outlet.flush()
            return await super().basic_ack(delivery_tag, multiple, wait)
        self._demand_open()
        self._outlet.write(acknowledgement(self.number, delivery_tag))

    async def basic_reject(self, delivery_tag: int, *, requeue: bool = True, wait: bool = True) -> None:
        """Reject."""
        self._demand_open()
        self._outlet.write(rejection(self.number, delivery_tag, requeue=requeue))

    async def basic_nack(
        self, delivery_tag: int, multiple: bool = False, requeue: bool = True, wait: bool = True
    ) -> None:
        """Reject one or more."""
        self._outlet.flush()
        await super().basic_nack(delivery_tag, multiple, requeue, wait)

    async def basic_publish(
        self,
        body: bytes,
        *,
        exchange: str = "",
        routing_key: str = "",
        properties: spec.Basic.Properties | None = None,
        mandatory: bool = False,
        immediate: bool = False,
        timeout: TimeoutType = None,
        wait: bool = True,
    ) -> ConfirmationFrameType | None:
        """Publish; with confirms return when it is confirmed, or raise PublishError or DeliveryError."""
        said = properties or spec.Basic.Properties()
        if self._outlet.is_full:
            await self._outlet.drained()
        confirmed = self.post(
            exchange, routing_key, said.marshal(), body, said.message_id or "", mandatory=mandatory
        )
        if confirmed is None:
            return None
        await confirmed
        return spec.Basic.Ack()

    def has_room(self, properties: bytes) -> bool:
        """Whether properties fit into one frame; with more the broker would close the connection."""
        return _CONTENT_HEADER + len(properties) <= self._most

    def post(
        self,
        exchange: str,
        key: str,
        properties: bytes,
        body: bytes,
        message_id: str,
        *,
        mandatory: bool = True,
    ) -> asyncio.Future[None] | None:
        """Write a message; return what is done when it is confirmed, None on a channel without confirms."""
        self._demand_open()
        method = self._keys.get((exchange, key, mandatory)) or self._key(exchange, key, mandatory)
        self._outlet.write(method + content(self.number, properties, body, self._most))
        if not self.publisher_confirms:
            return None
        return self._confirms.next(message_id)

    def _key(self, exchange: str, key: str, mandatory: bool) -> bytes:
        if len(self._keys) >= _MOST_KEYS:
            self._keys.clear()
        made = self._keys[exchange, key, mandatory] = publishing(
            self.number, exchange, key, mandatory=mandatory
        )
        return made

    def _demand_open(self) -> None:
        if self.is_closed:
            raise ChannelInvalidStateError(f"{self!r} closed")

    def _take(self, kind: int, payload: bytes) -> bool:
        """Take a frame; return False to leave it to aiormq."""
        if kind == METHOD:
            return self._take_method(payload)
        if self._frame is None:
            return False
        if kind == HEADER:
            self._header = header(payload)
            self._missing = self._header.body_size
        elif kind == BODY:
            self._body.append(payload)
            self._missing -= len(payload)
        if not self._missing:
            self._complete()
        return True

    def _take_method(self, payload: bytes) -> bool:
        method = payload[:4]
        if method == _DELIVER:
            self._frame = delivered(payload)
        elif method == _ACK or method == _NACK:
            self._confirms.told(
                int.from_bytes(payload[4:12]), is_multiple=bool(payload[12] & 1), is_kept=method == _ACK
            )
        elif method == _RETURN:
            self._frame = returned(payload)
        else:
            return False
        return True

    def _complete(self) -> None:
        frame, about, body = self._frame, self._header, self._body
        self._frame, self._header, self._body = None, None, []
        assert frame is not None and about is not None
        message = DeliveredMessage(frame, about, body[0] if len(body) == 1 else b"".join(body), self)
        if isinstance(frame, spec.Basic.Return):
            if not self._confirms.returned(message, frame):
                for told in self.on_return_callbacks:
                    told(message)
        else:
            self._deliver(message, frame.consumer_tag or "")

    def _deliver(self, message: DeliveredMessage, tag: str) -> None:
        callback = self._callbacks.get(tag)
        if callback is None or self.is_closed:
            return
        try:
            work = callback(message)
        except Exception:  # it ends no connection, and so no other consumer
            _log.exception("the callback of a consumer failed")
            return
        if iscoroutine(work):
            self.create_task(work).add_done_callback(self._on_consumer_done)

    def _ended(self, closing: asyncio.Future[object]) -> None:
        self._takers.pop(self.number, None)
        error = None if closing.cancelled() else closing.exception()
        reason = error if isinstance(error, Exception) else ConnectionError(_LOST)
        self._confirms.end(reason)
