"""Several brokers of one cluster: they are tried in turn."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from pydantic import SecretStr

from cordio_amqp import Amqp, AmqpSettings, NotSent
from cordio_core import Duration
from tools.ports import free_ports

from .conftest import LIMIT

if TYPE_CHECKING:
    from tools.servers import RabbitMQ

    from .conftest import Boxes, Proxies


@pytest.mark.parametrize("is_address", [False, True])
def test_a_broker_that_is_away_leaves_it_to_the_next_one(
    rabbitmq: RabbitMQ, boxes: Boxes, is_address: bool
) -> None:
    hosts = f"127.0.0.1:{free_ports(1)[0]},127.0.0.1:{rabbitmq.port}"
    address = SecretStr(f"amqp://guest:guest@{hosts}/")
    settings = AmqpSettings(url=address) if is_address else AmqpSettings(host=hosts)

    async def main() -> None:
        async with asyncio.timeout(LIMIT), boxes(rabbitmq) as box, Amqp(settings) as amqp:
            assert await amqp.publish("", box.name, "well") == (await box.get()).message_id

    asyncio.run(main())


def test_when_a_broker_is_lost_the_next_one_is_used(
    rabbitmq: RabbitMQ, boxes: Boxes, proxies: Proxies
) -> None:
    async def main() -> None:
        async with asyncio.timeout(LIMIT), boxes(rabbitmq) as box, proxies(rabbitmq.port) as second:
            async with proxies(rabbitmq.port) as first:
                settings = AmqpSettings(host=f"127.0.0.1:{first.port},127.0.0.1:{second.port}")
                amqp = await Amqp(settings).__aenter__()
                await amqp.publish("", box.name, "over the first")
                first.cut()
                while "connected=True" in repr(amqp):
                    await asyncio.sleep(0)
            await amqp.publish("", box.name, "over the second")
            assert (first.connections, second.connections, await box.count()) == (1, 1, 2)
            await amqp.__aexit__(None, None, None)

    asyncio.run(main())


def test_if_none_can_be_reached_each_is_named_with_its_reason() -> None:
    one, other = free_ports(2)
    settings = AmqpSettings(host=f"127.0.0.1:{one},localhost:{other}", timeout=Duration("200ms"))

    async def main() -> None:
        async with Amqp(settings) as amqp:
            with pytest.raises(NotSent, match=f"127.0.0.1:{one}: .*; localhost:{other}: "):
                await amqp.publish("", "orders", "lost")

    asyncio.run(main())
