"""Publishing with confirms: ours and the peers, each imported where it is measured."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pydantic import BaseModel

from cordio_amqp import Amqp
from tools.bench.amqp._place import QUEUE, Send, senders, server, settings
from tools.bench.clock import Run


@asynccontextmanager
async def ours() -> AsyncIterator[Send]:
    """Publish by `Amqp`."""
    async with Amqp(settings()) as amqp:
        yield lambda order: amqp.publish("", QUEUE, order)


def aio_pika() -> Run:
    """Publish by aio-pika, with confirms, mandatory and persistent as ours."""
    import aio_pika as library

    @asynccontextmanager
    async def sending() -> AsyncIterator[Send]:
        async with (
            await library.connect_robust(server().url) as connection,
            connection.channel(on_return_raises=True) as channel,
        ):

            async def send(order: object) -> None:
                assert isinstance(order, BaseModel)
                body = order.model_dump_json().encode()
                message = library.Message(
                    body, content_type="application/json", delivery_mode=library.DeliveryMode.PERSISTENT
                )
                await channel.default_exchange.publish(message, QUEUE)

            yield send

    return senders(sending)


def aiormq() -> Run:
    """Publish by aiormq."""
    import aiormq as library

    @asynccontextmanager
    async def sending() -> AsyncIterator[Send]:
        connection = await library.connect(server().url)
        channel = await connection.channel()

        async def send(order: object) -> None:
            assert isinstance(order, BaseModel)
            said = library.spec.Basic.Properties(content_type="application/json", delivery_mode=2)
            body = order.model_dump_json().encode()
            await channel.basic_publish(body, routing_key=QUEUE, properties=said, mandatory=True)

        yield send
        await connection.close()

    return senders(sending)


def faststream() -> Run:
    """Publish by FastStream's broker."""
    from faststream.rabbit import RabbitBroker  # type: ignore[import-not-found]  # a peer

    @asynccontextmanager
    async def sending() -> AsyncIterator[Send]:
        async with RabbitBroker(server().url) as broker:
            yield lambda order: broker.publish(order, QUEUE, persist=True)

    return senders(sending)
