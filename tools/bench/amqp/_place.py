"""The broker of the benchmarks, started when it is first needed; and the message that is sent about."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import cache
from typing import TypeAlias

import aiormq
from pydantic import BaseModel

from cordio_amqp import AmqpSettings
from tools.bench.clock import Run
from tools.rabbitmq import RabbitMQ

QUEUE = "bench"
AT_ONCE = 100
LIMIT = 60.0

Send: TypeAlias = Callable[[object], Awaitable[object]]
Sending: TypeAlias = Callable[[], AbstractAsyncContextManager[Send]]


class Order(BaseModel):
    """
    What is sent.

    Attributes
    ----------
    sku : str
        An article.
    count : int
        How many of it.
    """

    sku: str
    count: int


BODY = Order(sku="A-1", count=3).model_dump_json().encode()


@cache
def server() -> RabbitMQ:
    """
    Return the broker.

    Returns
    -------
    RabbitMQ
        It ends with this process.
    """
    made = RabbitMQ()
    made.start()
    return made


def settings() -> AmqpSettings:
    """
    Return settings for the broker.

    Returns
    -------
    AmqpSettings
        With a prefetch of 100.
    """
    return AmqpSettings(port=server().port, prefetch=AT_ONCE)


@asynccontextmanager
async def queue(messages: int = 0) -> AsyncIterator[str]:
    """
    Make a queue with messages in it.

    Parameters
    ----------
    messages : int
        How many.

    Yields
    ------
    str
        Its name; it is gone after the block.
    """
    connection = await aiormq.connect(server().url)
    channel = await connection.channel()
    await channel.queue_declare(QUEUE, durable=True)
    await channel.queue_purge(QUEUE)
    for _ in range(messages // AT_ONCE):
        await asyncio.gather(*(_put(channel) for _ in range(AT_ONCE)))
    yield QUEUE
    await channel.queue_purge(QUEUE)
    await connection.close()


async def _put(channel: aiormq.abc.AbstractChannel) -> None:
    said = aiormq.spec.Basic.Properties(content_type="application/json", delivery_mode=2)
    await channel.basic_publish(BODY, routing_key=QUEUE, properties=said)


def senders(sending: Sending, at_once: int = AT_ONCE) -> Run:
    """
    Measure a function that is called by several tasks at once.

    Parameters
    ----------
    sending : callable
        Makes the block in which there is something to call.
    at_once : int
        How many tasks there are.

    Returns
    -------
    callable
        Calls so many times in all, and returns the CPU seconds of this process.
    """
    server()

    async def some(send: Send, number: int) -> None:
        for _ in range(number):
            await send(Order(sku="A-1", count=3))

    async def turns(number: int) -> float:
        async with queue(), sending() as send:
            await asyncio.gather(*(some(send, 5) for _ in range(at_once)))
            begun = time.process_time()
            await asyncio.gather(*(some(send, number // at_once) for _ in range(at_once)))
            return time.process_time() - begun

    return lambda number: asyncio.run(turns(number))
