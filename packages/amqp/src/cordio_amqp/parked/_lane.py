"""The walk through a parking queue, which takes nothing off it but what it is told to."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import suppress
from typing import TYPE_CHECKING, Self

from pamqp import commands as spec

from cordio_amqp._broker import trunk
from cordio_amqp._delivery import Delivery
from cordio_amqp._exceptions import AmqpError
from cordio_amqp._topology import waiting_in

if TYPE_CHECKING:
    from ssl import SSLContext
    from types import TracebackType

    from cordio_amqp._broker import Channel
    from cordio_amqp._settings import AmqpSettings

__all__ = ["Lane"]


class Lane:
    """A channel on a parking queue: what was seen and is not `done` goes back to its place at the end."""

    def __init__(self, settings: AmqpSettings, queue: str, tls: SSLContext | None = None) -> None:
        self._settings, self._queue, self._tls = settings, queue, tls

    async def __aenter__(self) -> Self:
        """Connect, and count what is there; raise AmqpError."""
        self._line = await trunk(self._settings, self._tls)
        try:
            await self._line.done(self._open())
        except BaseException:
            await self._line.close(self._settings.close_timeout)
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        """Give back what was not taken off, and disconnect."""
        try:
            with suppress(AmqpError):  # it is lost; what was not taken off is in its place by that, too
                await self._line.done(self._channel.close())
        finally:
            await self._line.close(self._settings.close_timeout)

    async def deliveries(self) -> AsyncIterator[Delivery]:
        """Yield each message that was there at the beginning, the oldest first."""
        for _ in range(self._count):
            found: list[Delivery] = []
            await self._line.done(self._next(found))
            if not found:
                return
            yield found[0]

    async def done(self, delivery: Delivery) -> None:
        """Take a message off the queue; raise AmqpError."""
        await self._line.done(self._acknowledged(delivery))

    async def _open(self) -> None:
        self._channel: Channel = await self._line.channel()
        self._count = await waiting_in(self._channel, self._queue)

    async def _next(self, found: list[Delivery]) -> None:
        message = await self._channel.basic_get(self._queue)
        if not isinstance(message.delivery, spec.Basic.GetEmpty):
            found.append(Delivery(message))

    async def _acknowledged(self, delivery: Delivery) -> None:
        await self._channel.basic_ack(delivery.tag)
