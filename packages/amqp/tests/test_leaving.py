"""The end of a service whose messages are on their way, or wait."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from cordio_amqp import Amqp, AmqpSettings, NotSent
from cordio_core import Duration

if TYPE_CHECKING:
    from tools.servers import RabbitMQ

    from .conftest import Boxes, Proxies

LIMIT = 60.0


def test_messages_on_their_way_at_the_exit_are_confirmed(
    rabbitmq: RabbitMQ, boxes: Boxes, proxies: Proxies
) -> None:
    async def main() -> None:
        async with boxes(rabbitmq) as box, proxies(rabbitmq.port) as proxy, asyncio.timeout(LIMIT):
            async with Amqp(AmqpSettings(port=proxy.port)) as amqp:
                await amqp.publish("", box.name, "well")
                proxy.hold(proxy.questions)
                publish = asyncio.create_task(amqp.publish("", box.name, "on its way"))
                await proxy.asked.wait()
                asyncio.get_running_loop().call_soon(proxy.questions.set)
            assert isinstance(await publish, str)
            assert await box.count() == 2

    asyncio.run(main())


def test_the_exit_ends_who_waits_for_a_connection(rabbitmq: RabbitMQ, proxies: Proxies) -> None:
    async def main() -> None:
        async with proxies(rabbitmq.port) as proxy, asyncio.timeout(LIMIT):
            proxy.hold(proxy.answers)
            async with Amqp(
                AmqpSettings(port=proxy.port, timeout=Duration("1h"), connect_timeout=Duration("1h"))
            ) as amqp:
                publish = asyncio.create_task(amqp.publish("", "any", "waiting"))
                await proxy.asked.wait()
            with pytest.raises(NotSent, match="closed"):
                await publish

    asyncio.run(main())


def test_a_cancelled_exit_leaves_no_connection(rabbitmq: RabbitMQ, boxes: Boxes, proxies: Proxies) -> None:
    async def main() -> None:
        async with boxes(rabbitmq) as box, proxies(rabbitmq.port) as proxy, asyncio.timeout(LIMIT):
            amqp = await Amqp(AmqpSettings(port=proxy.port, close_timeout=Duration("1h"))).__aenter__()
            await amqp.publish("", box.name, "well")
            proxy.hold(proxy.answers)
            closing = asyncio.create_task(amqp.__aexit__(None, None, None))
            await proxy.asked.wait()
            closing.cancel()
            with pytest.raises(asyncio.CancelledError):
                await closing
            await proxy.left.wait()

    asyncio.run(main())
