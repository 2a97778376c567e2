"""Consuming with validation and acknowledgements: ours and the peers, each imported where it is measured."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import TypeAlias, TypeVar, cast

from cordio_amqp import AmqpEntrypoint, AmqpSettings
from cordio_amqp import queue as consumed
from cordio_core import App
from cordio_core.protocols import Monitoring
from tools.bench.amqp._place import AT_ONCE, LIMIT, QUEUE, Order, queue, server, settings
from tools.bench.clock import Run

T = TypeVar("T")
Take: TypeAlias = Callable[[Order], None]
Taking: TypeAlias = Callable[[Take], AbstractAsyncContextManager[None]]


@dataclass
class Configured:
    """
    Settings of the section ``amqp``, and every other one at its default.

    Attributes
    ----------
    amqp : AmqpSettings
        These.
    """

    amqp: AmqpSettings

    def configuration(self, sections: object, options: object, /) -> "Configured":
        """Return itself."""
        return self

    def slice(self, section: str, model: type[T], /) -> T:
        """Return the settings of a section."""
        return cast("T", self.amqp) if section == "amqp" else model()

    def __getitem__(self, key: str, /) -> object:
        raise KeyError(key)


def takers(taking: Taking) -> Run:
    """
    Measure how messages that wait are taken, validated and acknowledged.

    Parameters
    ----------
    taking : callable
        Makes the block in which a function gets each message.

    Returns
    -------
    callable
        Takes so many messages, and returns the CPU seconds of this process.
    """
    server()

    async def turns(number: int) -> float:
        whole = max(AT_ONCE, number // AT_ONCE * AT_ONCE)
        async with queue(whole):
            return await asyncio.wait_for(_taken(taking, whole), LIMIT)

    return lambda number: asyncio.run(turns(number))


async def _taken(taking: Taking, number: int) -> float:
    left, done = number, asyncio.Event()
    begun = 0.0

    def take(order: Order) -> None:
        nonlocal left, begun
        begun = begun or time.process_time()  # not the opening of what takes
        left -= 1
        if not left:
            done.set()

    async with taking(take):
        await done.wait()
        return time.process_time() - begun


@asynccontextmanager
async def ours(take: Take) -> AsyncIterator[None]:
    """Consume by an application."""
    async with application(take):
        yield


@asynccontextmanager
async def application(take: Take, monitoring: Monitoring | None = None) -> AsyncIterator[None]:
    """
    Run an application that consumes.

    Parameters
    ----------
    take : callable
        Gets each message.
    monitoring : Monitoring or None
        How it is watched.

    Yields
    ------
    None
        While it runs.
    """
    sources = [AmqpEntrypoint()]
    app = App("bench", entrypoints=sources, configuring=Configured(settings()), monitoring=monitoring)

    @app.on(consumed(QUEUE, type="classic"))
    async def handler(order: Order) -> None:
        take(order)

    async with app.running():
        yield


def aio_pika() -> Run:
    """Consume by aio-pika, with the validation by hand."""
    import aio_pika as library

    @asynccontextmanager
    async def taking(take: Take) -> AsyncIterator[None]:
        async with await library.connect_robust(server().url) as connection, connection.channel() as channel:
            await channel.set_qos(prefetch_count=AT_ONCE)

            async def handler(message: library.abc.AbstractIncomingMessage) -> None:
                take(Order.model_validate_json(message.body))
                await message.ack()

            await (await channel.get_queue(QUEUE)).consume(handler)
            yield

    return takers(taking)


def aiormq() -> Run:
    """Consume by aiormq, with the validation by hand."""
    import aiormq as library

    @asynccontextmanager
    async def taking(take: Take) -> AsyncIterator[None]:
        connection = await library.connect(server().url)
        channel = await connection.channel()
        await channel.basic_qos(prefetch_count=AT_ONCE)

        async def handler(message: library.abc.DeliveredMessage) -> None:
            take(Order.model_validate_json(message.body))
            await channel.basic_ack(message.delivery_tag or 0)

        await channel.basic_consume(QUEUE, handler)
        yield
        await connection.close()

    return takers(taking)


def faststream() -> Run:
    """Consume by FastStream."""
    from faststream.rabbit import (  # type: ignore[import-not-found]  # a peer
        Channel,
        RabbitBroker,
        RabbitQueue,
    )

    @asynccontextmanager
    async def taking(take: Take) -> AsyncIterator[None]:
        broker = RabbitBroker(server().url, default_channel=Channel(prefetch_count=AT_ONCE))

        @broker.subscriber(RabbitQueue(QUEUE, durable=True))  # type: ignore[untyped-decorator]  # a peer
        async def handler(order: Order) -> None:
            take(order)

        async with broker:
            await broker.start()
            yield

    return takers(taking)
