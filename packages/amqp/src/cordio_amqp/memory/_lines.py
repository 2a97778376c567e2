"""The two ways to the broker in this process."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Self

from aiormq.exceptions import AMQPChannelError, ChannelClosed, DeliveryError
from pamqp import commands as spec

from cordio_amqp._exceptions import AmqpError, Unavailable, Unroutable
from cordio_amqp._failures import failed_publish
from cordio_amqp._flights import Gone
from cordio_amqp._properties import properties
from cordio_amqp.memory._channel import MemoryChannel
from cordio_amqp.memory._message import Message, copied
from cordio_amqp.memory._places import broker

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from cordio_amqp._letter import Letter
    from cordio_amqp._settings import AmqpSettings
    from cordio_amqp.memory._broker import Broker

__all__ = ["MemoryLink", "MemoryTrunk"]

_LOST = "the connection was closed"


class _Line:
    def __init__(self, made: Broker, settings: AmqpSettings) -> None:
        self._broker, self._settings = made, settings
        self._closed = False

    @classmethod
    def open(cls, settings: AmqpSettings) -> Self:
        """Connect."""
        return cls(broker(settings.where), settings)

    @property
    def usable(self) -> bool:
        """Whether it is open."""
        return not self._closed

    async def landed(self) -> None:
        """Wait for nothing: here nothing is ever on its way."""

    async def close(self, within: float) -> None:
        """Close it."""
        self.cut()

    def cut(self) -> None:
        """Close it."""
        self._closed = True


class MemoryLink(_Line):
    """Publishes."""

    async def send(self, letter: Letter, until: float) -> None:
        """Publish; raise Gone, or the AmqpError that tells the outcome."""
        if self._closed:
            raise Gone
        await asyncio.sleep(0)  # whoever publishes in a loop lets others run, as over a network
        message = Message(letter.exchange, letter.key, copied(properties(letter)), letter.body)
        try:
            outcome = self._broker.publish(message)
        except AMQPChannelError as error:
            raise failed_publish(letter, error, alone=True) from error
        if outcome == "unroutable":
            raise Unroutable(letter.exchange, letter.key, letter.message_id, "NO_ROUTE")
        if outcome == "full":
            raise failed_publish(letter, DeliveryError(None, spec.Basic.Nack()), alone=True)

    async def ping(self, until: float) -> None:
        """Raise Unavailable if it was closed."""
        if self._closed:
            raise Unavailable(self._settings.where, _LOST)


class MemoryTrunk(_Line):
    """Consumes."""

    def __init__(self, made: Broker, settings: AmqpSettings) -> None:
        super().__init__(made, settings)
        self._channels: list[MemoryChannel] = []

    async def channel(self, *, confirms: bool = False) -> MemoryChannel:
        """Open a channel."""
        if self._closed:
            raise ConnectionError(_LOST)
        self._channels = [each for each in self._channels if not each.is_closed]
        self._channels.append(MemoryChannel(self._broker, self, confirms=confirms))
        return self._channels[-1]

    async def done(self, work: Coroutine[object, object, None]) -> None:
        """Do something on it; raise AmqpError."""
        try:
            await work
        except AmqpError:
            raise
        except Exception as error:  # of a channel that was closed, as `Trunk.done` has it
            raise Unavailable(self._settings.where, str(error)) from error

    def cut(self) -> None:
        """Close it with all its channels; queues of its own are gone."""
        super().cut()
        for channel in self._channels:
            channel.shut(ChannelClosed(320, _LOST))
        for queue in [each for each in self._broker.queues.values() if each.owner is self]:
            queue.stop()
            self._broker.delete_queue(queue.name, if_unused=False, if_empty=False)
