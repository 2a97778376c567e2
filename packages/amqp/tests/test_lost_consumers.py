"""Consumers whose connection, channel, queue or broker is lost: they come back, and no message is lost."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from aio_pika.exceptions import DeliveryError

from cordio_amqp import Amqp, AmqpError, AmqpSettings, Retries, queue, topic
from cordio_core import Duration, Response

if TYPE_CHECKING:
    from pamqp.common import FieldTable

    from tools.servers import RabbitMQ

    from .conftest import Apps, Desks, Progress, Proxies

LIMIT = 120.0
PREFETCH = 20


async def _publish(
    amqp: Amqp, first: int, confirmed: set[int], progress: Progress, ended: asyncio.Event
) -> None:
    """Publish one number after the other, none of them twice."""
    number = first
    while not ended.is_set():
        with suppress(AmqpError):
            await amqp.publish("orders", "any", number)
            confirmed.add(number)
            progress.step()
        number += 4


@pytest.mark.parametrize("down", ["kill", "stop"])
def test_a_broker_that_dies_under_load_costs_no_confirmed_message_and_few_duplicates(
    own_rabbitmq: RabbitMQ, apps: Apps, progress: Progress, down: str
) -> None:
    async def main() -> None:
        port, loop = own_rabbitmq.port, asyncio.get_running_loop()
        app = apps(port, prefetch=PREFETCH)
        handled: Counter[int] = Counter()
        times: dict[int, float] = {}

        @app.on(topic("orders", "#"))
        async def place(number: int) -> None:
            await asyncio.sleep(0.005)  # so that some are with the handler when the broker dies
            handled[number] += 1
            times.setdefault(number, loop.time())
            progress.step()

        confirmed: set[int] = set()
        ended = asyncio.Event()
        settings = AmqpSettings(port=port, timeout=Duration("60s"), connect_timeout=Duration("2s"))
        async with asyncio.timeout(LIMIT), app.running(), Amqp(settings) as amqp:
            publishers = [
                asyncio.create_task(_publish(amqp, first, confirmed, progress, ended)) for first in range(4)
            ]
            await progress.until(lambda: len(handled) > 300)
            await asyncio.to_thread(getattr(own_rabbitmq, down))
            await asyncio.to_thread(own_rabbitmq.start)
            back = loop.time()
            await progress.until(lambda: any(time > back for time in times.values()))
            resumed = loop.time() - back
            more = len(confirmed) + 200
            await progress.until(lambda: len(confirmed) >= more)
            ended.set()
            await asyncio.gather(*publishers)
            await progress.until(lambda: confirmed <= handled.keys())
        twice = sum(count - 1 for count in handled.values())
        print(f"resumed {resumed:.2f} s after the start, {len(confirmed)} confirmed, {twice} handled twice")
        assert twice <= PREFETCH, "more than had been handed out"
        assert resumed < 30

    asyncio.run(main())


def test_a_lost_connection_is_replaced_and_the_rest_is_handled(
    rabbitmq: RabbitMQ, apps: Apps, desks: Desks, proxies: Proxies, progress: Progress, name: str
) -> None:
    async def main() -> None:
        async with asyncio.timeout(LIMIT), desks(rabbitmq.port) as desk, proxies(rabbitmq.port) as proxy:
            app = apps(proxy.port)
            handled: Counter[int] = Counter()

            @app.on(queue(name, prefetch=5))
            async def place(number: int) -> None:
                await asyncio.sleep(0)
                handled[number] += 1
                progress.step()
                if len(handled) in (40, 80, 120, 160) and handled[number] == 1:
                    proxy.cut()

            async with app.running():
                await asyncio.gather(*(desk.send(name, str(number).encode()) for number in range(200)))
                await progress.until(lambda: len(handled) >= 200)
            assert sum(handled.values()) <= 200 + 5 * proxy.connections
            assert await desk.count(name) == 0

    asyncio.run(main())


def test_a_deleted_queue_is_declared_again_and_other_consumers_do_not_notice(
    rabbitmq: RabbitMQ, apps: Apps, desks: Desks, proxies: Proxies, name: str
) -> None:
    async def main() -> None:
        async with asyncio.timeout(LIMIT), desks(rabbitmq.port) as desk, proxies(rabbitmq.port) as proxy:
            app = apps(proxy.port)
            came: asyncio.Queue[str] = asyncio.Queue()
            go = asyncio.Event()
            slow: list[int] = []

            @app.on(queue(name))
            async def place(sku: str) -> None:
                await came.put(sku)

            @app.on(queue(f"{name}.slow"))
            async def wait(number: int) -> None:
                slow.append(number)
                await came.put("slow")
                await go.wait()

            async with app.running():
                await desk.send(f"{name}.slow", b"1")
                assert await came.get() == "slow"
                await desk.channel.queue_delete(name)
                while came.empty():  # until it is there again a message to it has nowhere to go, or is refused
                    with suppress(DeliveryError):
                        await desk.send(name, b'"A-1"')
                assert await came.get() == "A-1"
                go.set()
            assert slow == [1] and proxy.connections == 1
            assert await desk.count(f"{name}.slow") == 0

    asyncio.run(main())


def test_a_consumer_waits_at_the_start_for_a_broker_that_is_away(
    rabbitmq: RabbitMQ, apps: Apps, proxies: Proxies, name: str
) -> None:
    async def main() -> None:
        async with asyncio.timeout(LIMIT), proxies(rabbitmq.port) as proxy:
            proxy.hold(proxy.answers)
            app = apps(proxy.port, connect_timeout="100ms")

            @app.on(queue(name))
            async def place(sku: str) -> None: ...

            running = app.running()
            starting = asyncio.create_task(running.__aenter__())
            while proxy.connections < 3:
                await asyncio.sleep(0.01)
            assert not starting.done()
            proxy.answers.set()
            await starting
            await running.__aexit__(None, None, None)

    asyncio.run(main())


def test_a_message_whose_retry_cannot_be_published_stays_where_it_is(
    rabbitmq: RabbitMQ, apps: Apps, desks: Desks, proxies: Proxies, name: str
) -> None:
    async def main() -> None:
        async with asyncio.timeout(LIMIT), desks(rabbitmq.port) as desk, proxies(rabbitmq.port) as proxy:
            app = apps(proxy.port)
            attempts: list[str] = []

            @app.on(queue(name, retry=Retries(attempts=2, wait="10ms")))
            async def place(sku: str) -> Response:
                attempts.append(sku)
                if len(attempts) == 1:
                    proxy.cut()
                return Response(status=500)

            async with app.running():
                await desk.send(name, b'"A-1"')
                parked = await desk.next(f"{name}.parked")
                assert parked.body == b'"A-1"' and 2 <= len(attempts) <= 3
            assert await desk.count(name) == 0 and await desk.count(f"{name}.parked") == 0

    asyncio.run(main())


@pytest.mark.parametrize("lost", [".retry.20", ".parked"])
def test_a_deleted_queue_for_retries_or_parking_is_declared_again(
    rabbitmq: RabbitMQ, apps: Apps, desks: Desks, name: str, lost: str
) -> None:
    async def main() -> None:
        app = apps(rabbitmq.port)

        @app.on(queue(name, retry=Retries(attempts=2, wait="20ms")))
        async def place(sku: str) -> Response:
            return Response(status=500)

        async with asyncio.timeout(LIMIT), desks(rabbitmq.port) as desk, app.running():
            for _ in range(2):
                await desk.send(name, b'"A-1"')
                await desk.next(f"{name}.parked")
                await desk.channel.queue_delete(f"{name}{lost}")
                kept: FieldTable = {"x-queue-type": "quorum", "x-delivery-limit": 2**31 - 1}
                await desk.channel.declare_queue(f"{name}.parked", durable=True, arguments=kept)

    asyncio.run(main())
