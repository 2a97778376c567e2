"""Calls whose connection is lost or held, on a real broker."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from cordio_amqp import Amqp, AmqpSettings, CallOverdue, NotSent, OutcomeUnknown
from cordio_core import rpc

if TYPE_CHECKING:
    from tools.servers import RabbitMQ

    from .conftest import Apps, Proxies

LIMIT = 60.0


def test_calls_in_flight_fail_as_unknown_when_their_connection_is_lost_and_later_ones_go_on(
    rabbitmq: RabbitMQ, apps: Apps, proxies: Proxies, name: str
) -> None:
    async def main() -> None:
        app, entered, go = apps(rabbitmq.port), asyncio.Queue[int](), asyncio.Event()

        @app.on(rpc(name))
        async def price(number: int) -> int:
            await entered.put(number)
            await go.wait()
            return number

        async with asyncio.timeout(LIMIT), app.running(), proxies(rabbitmq.port) as proxy:
            async with Amqp(AmqpSettings(port=proxy.port)) as amqp:
                calls = [asyncio.create_task(amqp.call(name, number=number)) for number in range(3)]
                for _ in calls:
                    await entered.get()
                proxy.cut()
                for call in calls:
                    with pytest.raises(OutcomeUnknown, match="lost before the answer"):
                        await call
                go.set()
                assert await amqp.call(name, number=7) == 7
                assert amqp.calls.in_flight == 0

    asyncio.run(main())


def test_a_call_is_answered_by_another_when_its_handler_has_lost_the_connection(
    rabbitmq: RabbitMQ, apps: Apps, proxies: Proxies, name: str
) -> None:
    async def main() -> None:
        entered, go = asyncio.Event(), asyncio.Event()

        async with asyncio.timeout(LIMIT), proxies(rabbitmq.port) as proxy:
            unlucky, lucky = apps(proxy.port), apps(rabbitmq.port)

            @unlucky.on(rpc(name))
            async def wait() -> str:
                entered.set()
                await go.wait()
                return "unlucky"

            @lucky.on(rpc(name))
            async def answer() -> str:
                return "lucky"

            async with unlucky.running(), Amqp(AmqpSettings(port=rabbitmq.port)) as amqp:
                call = asyncio.create_task(amqp.call(name))
                await entered.wait()
                async with lucky.running():
                    proxy.hold(proxy.answers)
                    proxy.cut()
                    assert await call == "lucky"
                go.set()
                proxy.answers.set()

    asyncio.run(main())


def test_a_broker_that_does_not_answer_costs_a_call_no_more_than_its_limit(
    rabbitmq: RabbitMQ, apps: Apps, proxies: Proxies, name: str
) -> None:
    async def main() -> None:
        app = apps(rabbitmq.port)

        @app.on(rpc(name))
        async def price() -> int:
            return 7

        async with asyncio.timeout(LIMIT), app.running(), proxies(rabbitmq.port) as proxy:
            async with Amqp(AmqpSettings(port=proxy.port)) as amqp:
                assert await amqp.call(name) == 7
                proxy.hold(proxy.questions)
                with pytest.raises(CallOverdue):
                    await amqp.call(name, timeout="200ms")
                proxy.questions.set()
                assert await amqp.call(name) == 7

    asyncio.run(main())


def test_a_call_that_reaches_no_broker_is_surely_not_sent() -> None:
    async def main() -> None:
        async with asyncio.timeout(LIMIT), Amqp(AmqpSettings(port=1)) as amqp:
            with pytest.raises(NotSent):
                await amqp.call("price", timeout="100ms")

    asyncio.run(main())


@pytest.mark.parametrize("steps", [0, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89])
def test_a_call_cancelled_at_any_moment_leaves_the_next_ones_alone(
    rabbitmq: RabbitMQ, apps: Apps, name: str, steps: int
) -> None:
    async def main() -> None:
        app = apps(rabbitmq.port)

        @app.on(rpc(name))
        async def double(number: int) -> int:
            return 2 * number

        async with asyncio.timeout(LIMIT), app.running(), Amqp(AmqpSettings(port=rabbitmq.port)) as amqp:
            calls = [asyncio.create_task(amqp.call(name, number=number)) for number in range(5)]
            for _ in range(steps):
                await asyncio.sleep(0)
            for call in calls:
                call.cancel()
            await asyncio.gather(*calls, return_exceptions=True)
            assert amqp.calls.in_flight == 0
            answers = await asyncio.gather(*(amqp.call(name, number=number) for number in range(5)))
            assert answers == [0, 2, 4, 6, 8]

    asyncio.run(main())


def test_leaving_the_service_lets_calls_in_flight_come_to_their_end(
    rabbitmq: RabbitMQ, apps: Apps, name: str
) -> None:
    async def main() -> None:
        app, entered, go = apps(rabbitmq.port), asyncio.Event(), asyncio.Event()

        @app.on(rpc(name))
        async def price() -> int:
            entered.set()
            await go.wait()
            return 7

        async with asyncio.timeout(LIMIT), app.running():
            async with Amqp(AmqpSettings(port=rabbitmq.port)) as amqp:
                call = asyncio.create_task(amqp.call(name))
                await entered.wait()
                asyncio.get_running_loop().call_soon(go.set)
            assert await call == 7

    asyncio.run(main())
