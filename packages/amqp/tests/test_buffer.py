"""While the broker is away messages wait, in order and up to limits; batches are confirmed as a whole."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from cordio_amqp import Amqp, AmqpSettings, AmqpState, BatchFailed, InvalidMessage, NotSent
from cordio_core import Duration, Size
from tools.ports import free_ports

from .conftest import LIMIT, Proxy

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tools.servers import RabbitMQ

    from .conftest import Box, Boxes, Proxies


@asynccontextmanager
async def _reached(port: int, broker: RabbitMQ) -> AsyncIterator[None]:
    """Let a port lead to the broker from now on."""
    proxy = Proxy(broker.port)
    proxy.answers.set()
    proxy.questions.set()
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", port)
    try:
        yield
    finally:
        proxy.cut()
        server.close()


async def _texts(box: Box) -> list[str]:
    return [(await box.get()).body.decode() for _ in range(await box.count())]


async def _waiting(amqp: Amqp, queue: str, texts: list[str]) -> list[asyncio.Task[str]]:
    """Begin to publish, each in its order."""
    tasks = []
    for text in texts:
        tasks.append(asyncio.create_task(amqp.publish("", queue, text)))
        await asyncio.sleep(0)
    return tasks


def test_messages_wait_over_an_outage_and_go_in_the_order_in_which_they_came(
    rabbitmq: RabbitMQ, boxes: Boxes
) -> None:
    port, texts = free_ports(1)[0], [str(n) for n in range(300)]

    async def main() -> None:
        async with asyncio.timeout(LIMIT), boxes(rabbitmq) as box:
            async with Amqp(AmqpSettings(port=port, timeout=Duration("1m"))) as amqp:
                tasks = await _waiting(amqp, box.name, texts)
                for left in tasks[10:20]:
                    left.cancel()
                async with _reached(port, rabbitmq):
                    tasks += await _waiting(amqp, box.name, ["late"])
                    await asyncio.wait(tasks)
                    assert await _texts(box) == [*texts[:10], *texts[20:], "late"]

    asyncio.run(main())


@pytest.mark.parametrize("limits", [{"buffer": 3}, {"buffer_size": Size(6)}])
def test_what_finds_no_room_to_wait_is_told_at_once_and_the_others_go(
    rabbitmq: RabbitMQ, boxes: Boxes, limits: dict[str, int]
) -> None:
    port = free_ports(1)[0]
    settings = AmqpSettings.model_validate({"port": port, "timeout": "1m", **limits})

    async def main() -> None:
        async with asyncio.timeout(LIMIT), boxes(rabbitmq) as box, Amqp(settings) as amqp:
            tasks = await _waiting(amqp, box.name, ["a1", "b2", "c3"])
            with pytest.raises(NotSent, match="3 messages of 6 bytes wait already"):
                await amqp.publish("", box.name, "d4")
            assert amqp.state() == AmqpState(f"127.0.0.1:{port}", False, waiting=3, waiting_size=6)
            tasks.pop(1).cancel()
            tasks += await _waiting(amqp, box.name, ["e5"])
            async with _reached(port, rabbitmq):
                await asyncio.gather(*tasks)
                assert await _texts(box) == ["a1", "c3", "e5"]
                assert amqp.state() == AmqpState(f"127.0.0.1:{port}", True)
                await asyncio.gather(*(amqp.publish("", box.name, str(n)) for n in range(20)))

    asyncio.run(main())


def test_a_connection_that_nobody_publishes_over_is_closed_and_health_leaves_it_so(
    rabbitmq: RabbitMQ, boxes: Boxes, proxies: Proxies
) -> None:
    async def main() -> None:
        async with asyncio.timeout(LIMIT), boxes(rabbitmq) as box, proxies(rabbitmq.port) as proxy:
            async with Amqp(AmqpSettings(port=proxy.port, idle=Duration("100ms"))) as amqp:
                await amqp.publish("", box.name, "first")
                await proxy.left.wait()
                await amqp.health()
                assert (proxy.connections, "connected=False" in repr(amqp)) == (1, True)
                await amqp.publish("", box.name, "second")
                assert await _texts(box) == ["first", "second"]
                assert proxy.connections == 2

    asyncio.run(main())


def test_a_batch_is_confirmed_as_a_whole_and_arrives_in_order(
    rabbitmq: RabbitMQ, settings: AmqpSettings, boxes: Boxes, proxies: Proxies
) -> None:
    async def main() -> None:
        async with asyncio.timeout(LIMIT), boxes(rabbitmq) as box, Amqp(settings) as amqp:
            ids = await amqp.publish_batch("", box.name, map(str, range(2500)))
            assert len(set(ids)) == 2500
            assert await _texts(box) == [str(n) for n in range(2500)]
        async with boxes(rabbitmq) as box, proxies(rabbitmq.port) as proxy:
            async with Amqp(AmqpSettings(port=proxy.port)) as amqp:
                await amqp.publish("", box.name, "first")
                proxy.hold(proxy.answers)  # nothing is confirmed now
                batch = asyncio.create_task(amqp.publish_batch("", box.name, ["1", "2", "3"]))
                await box.becomes(4)
                proxy.answers.set()
                await batch

    asyncio.run(main())


def test_of_a_batch_each_message_has_its_outcome(
    rabbitmq: RabbitMQ, settings: AmqpSettings, boxes: Boxes
) -> None:
    async def main() -> None:
        full = {"x-max-length": 1, "x-overflow": "reject-publish"}
        async with asyncio.timeout(LIMIT), boxes(rabbitmq, **full) as box, Amqp(settings) as amqp:
            with pytest.raises(BatchFailed, match="2 of 3 messages were not confirmed") as caught:
                await amqp.publish_batch("", box.name, ["fits", object(), "does not fit"])
            confirmed, unwritten, refused = caught.value.outcomes
            assert await box.ids() == [confirmed]
            assert isinstance(unwritten, InvalidMessage)
            assert caught.value.failures == (unwritten, refused)

    asyncio.run(main())
