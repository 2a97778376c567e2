"""The two brokers, told apart by their settings alone: each test here runs on both."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiormq.abc import DeliveredMessage
from pamqp import commands as spec

from cordio_amqp import AmqpSettings
from cordio_amqp._broker import Channel, trunk

LIMIT = 60.0


@dataclass
class Seat:
    """A channel, and what came in on it."""

    channel: Channel
    came: asyncio.Queue[DeliveredMessage] = field(default_factory=asyncio.Queue)

    async def put(self, queue: str, *bodies: bytes, exchange: str = "", **properties: object) -> None:
        """Publish; return when the broker has confirmed."""
        said = spec.Basic.Properties(message_id="m", **properties)  # type: ignore[arg-type]  # given
        for body in bodies:
            await self.channel.basic_publish(
                body, exchange=exchange, routing_key=queue, properties=said, mandatory=True
            )

    async def consume(self, queue: str, prefetch: int = 0, **options: object) -> str:
        """Consume into `came`."""
        await self.channel.basic_qos(prefetch_count=prefetch)
        # The options are those of the channel, as a test gives them.
        begun = await self.channel.basic_consume(queue, self.came.put, **options)  # type: ignore[arg-type]
        return begun.consumer_tag or ""

    async def next(self) -> DeliveredMessage:
        """Wait for what comes next."""
        return await asyncio.wait_for(self.came.get(), LIMIT)

    async def bodies(self, count: int) -> list[bytes]:
        """Wait for so many, and return their bodies."""
        return [(await self.next()).body for _ in range(count)]

    async def count(self, queue: str) -> int:
        """Return how many wait."""
        return (await self.channel.queue_declare(queue, passive=True)).message_count or 0

    async def becomes(self, queue: str, count: int) -> None:
        """Wait until so many wait."""
        async with asyncio.timeout(LIMIT):
            while await self.count(queue) != count:
                await asyncio.sleep(0.01)

    async def drained(self, queue: str) -> list[bytes]:
        """Take all that waits now, and return the bodies."""
        found: list[bytes] = []
        while (message := await self.channel.basic_get(queue, no_ack=True)).delivery.name == "Basic.GetOk":
            found.append(message.body)
        return found


@dataclass
class Place:
    """One of the two brokers."""

    name: str
    options: dict[str, Any]

    @property
    def settings(self) -> AmqpSettings:
        """Its settings."""
        return AmqpSettings.model_validate(self.options)

    @asynccontextmanager
    async def seat(self, *, confirms: bool = True) -> AsyncIterator[Seat]:
        """Open a connection with a channel."""
        line = await trunk(self.settings)
        try:
            yield Seat(await line.channel(confirms=confirms))
        finally:
            await line.close(LIMIT)


@pytest.fixture(params=["memory", "rabbitmq"])
def place(request: pytest.FixtureRequest) -> Place:
    """A broker: the one in this process, or RabbitMQ."""
    if request.param == "memory":
        return Place("memory", {"port": 1, "url": "memory:"})
    return Place("rabbitmq", {"port": request.getfixturevalue("rabbitmq").port})
