"""Handlers of topics: what is declared for them, and what is told where it cannot be."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import aio_pika
import pytest

from cordio_amqp import queue, topic
from cordio_core import EntrypointError
from cordio_core import topic as plain_topic

if TYPE_CHECKING:
    from tools.servers import RabbitMQ

    from .conftest import Apps, Desks

LIMIT = 60.0


def test_exchange_and_queue_are_declared_and_named_and_messages_come_by_their_key(
    rabbitmq: RabbitMQ, apps: Apps, desks: Desks, name: str
) -> None:
    async def main() -> None:
        app = apps(rabbitmq.port, name)
        came: asyncio.Queue[tuple[str, str]] = asyncio.Queue()

        @app.on(plain_topic(name, "*.cancelled"))
        async def cancelled(sku: str) -> None:
            await came.put(("cancelled", sku))

        @app.on(topic(name, "eu.#", queue=f"{name}.own"))
        async def european(sku: str) -> None:
            await came.put(("european", sku))

        async with asyncio.timeout(LIMIT), desks(rabbitmq.port) as desk, app.running():
            exchange = await desk.channel.get_exchange(name)
            for key in ("us.placed", "us.cancelled", "eu.placed"):
                message = aio_pika.Message(f'"{key}"'.encode())
                await exchange.publish(message, key, mandatory=False)
            assert [await came.get(), await came.get()] == [
                ("cancelled", "us.cancelled"),
                ("european", "eu.placed"),
            ]
            listed = rabbitmq.control("list_queues", "name", "durable", "type")
            for each in (f"{name}.cancelled", f"{name}.cancelled.parked", f"{name}.own"):
                assert f"{each}\ttrue\trabbit_quorum_queue" in listed or f"{each}\ttrue\tquorum" in listed

    asyncio.run(main())


def test_messages_wait_in_the_queue_while_the_service_is_away(
    rabbitmq: RabbitMQ, apps: Apps, desks: Desks, name: str
) -> None:
    async def main() -> None:
        came: asyncio.Queue[str] = asyncio.Queue()

        async def cancelled(sku: str) -> None:
            await came.put(sku)

        async with asyncio.timeout(LIMIT), desks(rabbitmq.port) as desk:
            for number in range(2):
                app = apps(rabbitmq.port, name)
                app.on(topic(name, "#"))(cancelled)
                async with app.running():
                    if number:
                        assert await came.get() == "A-1"
                exchange = await desk.channel.get_exchange(name)
                await exchange.publish(aio_pika.Message(b'"A-1"', delivery_mode=2), "any")

    asyncio.run(main())


def test_a_queue_that_is_there_with_other_options_is_told_with_the_difference(
    rabbitmq: RabbitMQ, apps: Apps, desks: Desks, name: str
) -> None:
    async def main() -> None:
        app = apps(rabbitmq.port)

        @app.on(queue(name))
        async def place(sku: str) -> None: ...

        @app.on(queue(f"{name}.absent", declare=False))
        async def read(sku: str) -> None: ...

        async with asyncio.timeout(LIMIT), desks(rabbitmq.port) as desk:
            await desk.channel.declare_queue(name, durable=True)
            with pytest.raises(EntrypointError) as caught:
                async with app.running():
                    pass
            assert f"the queue '{name}' cannot be used: its x-queue-type is " in str(caught.value)
            assert "'quorum' is wanted" in str(caught.value)
            assert "type='classic'" in str(caught.value)
            assert f"'{name}.absent' cannot be used: it is not there" in str(caught.value), "both at once"

    asyncio.run(main())


def test_an_exchange_that_is_there_with_another_type_is_told_with_the_difference(
    rabbitmq: RabbitMQ, apps: Apps, desks: Desks, name: str
) -> None:
    async def main() -> None:
        app = apps(rabbitmq.port)

        @app.on(topic(name, "#"))
        async def place(sku: str) -> None: ...

        async with asyncio.timeout(LIMIT), desks(rabbitmq.port) as desk:
            await desk.channel.declare_exchange(name, "fanout", durable=True)
            with pytest.raises(EntrypointError) as caught:
                async with app.running():
                    pass
            assert f"the exchange '{name}' cannot be used: its type is 'fanout', and 'topic' is wanted" in str(
                caught.value
            )

    asyncio.run(main())


def test_a_queue_that_is_not_to_be_declared_has_to_be_there(rabbitmq: RabbitMQ, apps: Apps, name: str) -> None:
    async def main() -> None:
        app = apps(rabbitmq.port)

        @app.on(queue(name, declare=False))
        async def place(sku: str) -> None: ...

        with pytest.raises(EntrypointError, match=f"the queue '{name}' cannot be used: it is not there"):
            async with asyncio.timeout(LIMIT), app.running():
                pass

    asyncio.run(main())


def test_an_exchange_of_the_broker_is_used_as_it_is(
    rabbitmq: RabbitMQ, apps: Apps, desks: Desks, name: str
) -> None:
    async def main() -> None:
        app = apps(rabbitmq.port, name)
        came = asyncio.Event()

        @app.on(topic("amq.topic", name))
        async def place(sku: str) -> None:
            came.set()

        async with asyncio.timeout(LIMIT), desks(rabbitmq.port) as desk, app.running():
            exchange = await desk.channel.get_exchange("amq.topic")
            await exchange.publish(aio_pika.Message(b'"A-1"'), name)
            await came.wait()

    asyncio.run(main())


def test_a_wrong_password_ends_the_start_and_is_not_told(rabbitmq: RabbitMQ, apps: Apps, name: str) -> None:
    async def main() -> None:
        app = apps(rabbitmq.port, password="secret-of-ours")

        @app.on(queue(name))
        async def place(sku: str) -> None: ...

        with pytest.raises(EntrypointError, match="denies access") as caught:
            async with asyncio.timeout(LIMIT), app.running():
                pass
        assert "secret-of-ours" not in str(caught.value)

    asyncio.run(main())
