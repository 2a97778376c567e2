"""Calls and their answers, both in this process: ours and the peers, each imported where it is measured."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from cordio_amqp import Amqp, AmqpEntrypoint, rpc
from cordio_core import App
from tools.bench.amqp._place import Order, Send, senders, server, settings
from tools.bench.amqp._takers import Configured
from tools.bench.clock import Run

AT_ONCE = 50
PROCEDURE = "bench.price"


def ours() -> Run:
    """Call a handler of an application."""

    @asynccontextmanager
    async def sending() -> AsyncIterator[Send]:
        app = App("bench", entrypoints=[AmqpEntrypoint()], configuring=Configured(settings()))

        @app.on(rpc(PROCEDURE))
        async def price(sku: str, count: int) -> int:
            return len(sku) * count

        async with app.running(), Amqp(settings()) as amqp:

            async def send(order: object) -> None:
                assert isinstance(order, Order)
                assert await amqp.call(PROCEDURE, sku=order.sku, count=order.count, into=int) == 9

            yield send

    return senders(sending, AT_ONCE)


def aio_pika() -> Run:
    """Call by aio-pika's pattern, with JSON."""
    import aio_pika as library
    from aio_pika.patterns import JsonRPC

    @asynccontextmanager
    async def sending() -> AsyncIterator[Send]:
        async with (
            await library.connect_robust(server().url) as connection,
            connection.channel() as answering,
            connection.channel() as calling,
        ):

            async def price(*, sku: str, count: int) -> int:
                return len(sku) * count

            await answering.set_qos(prefetch_count=AT_ONCE)
            answers = await JsonRPC.create(answering)
            await answers.register(PROCEDURE, price, auto_delete=True)
            calls = await JsonRPC.create(calling)

            async def send(order: object) -> None:
                assert isinstance(order, Order)
                assert await calls.call(PROCEDURE, {"sku": order.sku, "count": order.count}) == 9

            yield send

    return senders(sending, AT_ONCE)
