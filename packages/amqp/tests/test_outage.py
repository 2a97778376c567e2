"""Publishing to a broker that fails, is cut off, or does not answer: no silent success, no endless wait."""

from __future__ import annotations

import asyncio
import functools
import os
from typing import TYPE_CHECKING

import aio_pika
import pytest

from cordio_amqp import Amqp, AmqpError, AmqpSettings, NotSent, OutcomeUnknown, Unavailable, Unroutable
from cordio_core import Duration

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tools.servers import RabbitMQ

    from .conftest import Boxes, Proxies

LIMIT = 60.0


def _sockets() -> int:
    links = (os.path.join("/proc/self/fd", number) for number in os.listdir("/proc/self/fd"))
    return sum(os.readlink(link).startswith("socket:") for link in links if os.path.lexists(link))


def _as_told(outcomes: list[str | BaseException], arrived: set[str | None]) -> None:
    """Check each outcome against what is in the queue."""
    for outcome in outcomes:
        if isinstance(outcome, str):
            assert outcome in arrived, "a confirmed message was lost"
        else:
            assert isinstance(outcome, NotSent | OutcomeUnknown), repr(outcome)
            if isinstance(outcome, NotSent):
                assert outcome.message_id not in arrived, "a message that was not sent is there"


async def _kept(publish: Callable[[], Awaitable[str]], refused: set[str | None]) -> str:
    """Publish until it is confirmed: a broker may take messages a moment before it has its queues again."""
    while True:
        try:
            return await publish()
        except Unroutable as early:
            refused.add(early.message_id)


def test_a_broker_killed_under_load_loses_no_confirmed_message_and_is_used_again(
    own_rabbitmq: RabbitMQ,
) -> None:
    settings = AmqpSettings(port=own_rabbitmq.port, timeout=Duration("10s"), connect_timeout=Duration("2s"))

    async def main() -> None:
        async with await aio_pika.connect(own_rabbitmq.url) as connection, connection.channel() as channel:
            await channel.declare_queue("orders", durable=True)
        refused: set[str | None] = set()
        outcomes: list[str | BaseException] = []
        confirmed = asyncio.Event()

        async def publish_until_a_failure(amqp: Amqp) -> None:
            while True:
                try:
                    outcomes.append(await amqp.publish("", "orders", {"text": "x" * 200}))
                except AmqpError as failure:
                    return outcomes.append(failure)
                if len(outcomes) > 200:
                    confirmed.set()

        async with asyncio.timeout(2 * LIMIT), Amqp(settings) as amqp:
            publishers = [asyncio.create_task(publish_until_a_failure(amqp)) for _ in range(20)]
            await confirmed.wait()
            await asyncio.to_thread(own_rabbitmq.kill)
            while amqp.state().connected:  # until its end has come through
                await asyncio.sleep(0)
            with pytest.raises(NotSent, match=f"127.0.0.1:{own_rabbitmq.port} is unavailable"):
                await amqp.publish("", "orders", "while it is away", timeout="300ms")
            with pytest.raises(Unavailable):
                await amqp.health()
            await asyncio.wait(publishers)
            over = functools.partial(amqp.publish, "", "orders", "over the outage", timeout="60s")
            waiting = asyncio.create_task(_kept(over, refused))
            await asyncio.to_thread(own_rabbitmq.start)
            outcomes.append(await waiting)
            outcomes.append(await _kept(functools.partial(amqp.publish, "", "orders", "after it"), refused))
            await amqp.health()
        async with await aio_pika.connect(own_rabbitmq.url) as connection, connection.channel() as channel:
            queue = await channel.declare_queue("orders", passive=True)
            count = queue.declaration_result.message_count or 0
            arrived = {(await queue.get(no_ack=True)).message_id for _ in range(count)}
        _as_told(outcomes, arrived)
        assert not refused & arrived
        assert sum(isinstance(one, str) for one in outcomes) > 200

    asyncio.run(main())


def test_a_frozen_broker_holds_no_call_and_no_exit_beyond_its_limit(own_rabbitmq: RabbitMQ) -> None:
    settings = AmqpSettings(
        port=own_rabbitmq.port,
        timeout=Duration("1s"),
        connect_timeout=Duration("500ms"),
        close_timeout=Duration("1s"),
    )

    async def main() -> None:
        async with await aio_pika.connect(own_rabbitmq.url) as connection, connection.channel() as channel:
            await channel.declare_queue("orders", durable=True)
        before = _sockets()
        async with asyncio.timeout(LIMIT):
            async with Amqp(settings) as amqp:
                await amqp.publish("", "orders", "well")
                own_rabbitmq.freeze()
                big = b"x" * 10_000_000
                outcomes = await asyncio.gather(
                    *(amqp.publish("", "orders", big if n % 10 == 0 else n) for n in range(60)),
                    amqp.publish("amq.topic", "", "never looked for"),
                    return_exceptions=True,
                )
                assert all(isinstance(one, OutcomeUnknown | NotSent) for one in outcomes), outcomes
                assert isinstance(outcomes[0], OutcomeUnknown) and isinstance(outcomes[-1], NotSent)
                with pytest.raises(Unavailable):
                    await amqp.health()
                with pytest.raises(NotSent):
                    await amqp.publish("", "orders", "frozen")
                own_rabbitmq.thaw()
                await amqp.publish("", "orders", "thawed", timeout="20s")
                own_rabbitmq.freeze()
                with pytest.raises(OutcomeUnknown):
                    await amqp.publish("", "orders", big)
        await asyncio.sleep(0)
        assert _sockets() == before, "a connection was left"
        own_rabbitmq.thaw()

    asyncio.run(main())


def test_a_connection_cut_under_load_loses_no_confirmed_message(
    rabbitmq: RabbitMQ, boxes: Boxes, proxies: Proxies
) -> None:
    async def main() -> None:
        async with boxes(rabbitmq) as box, proxies(rabbitmq.port) as proxy:
            async with (
                Amqp(AmqpSettings(port=proxy.port, timeout=Duration("20s"))) as amqp,
                asyncio.timeout(LIMIT),
            ):
                await amqp.publish("", box.name, "well")
                for _ in range(10):
                    burst = [asyncio.create_task(amqp.publish("", box.name, b"x" * 5000)) for _ in range(50)]
                    await asyncio.wait(burst, return_when=asyncio.FIRST_COMPLETED)
                    proxy.cut()
                    outcomes = await asyncio.gather(*burst, return_exceptions=True)
                    # The first one after the cut may still meet the connection that is just being lost.
                    outcomes += await asyncio.gather(amqp.publish("", box.name, "on"), return_exceptions=True)
                    await amqp.publish("", box.name, "on")
                    _as_told(outcomes, set(await box.ids()))

    asyncio.run(main())


def test_messages_that_wait_for_room_are_not_held_by_a_lost_connection(
    rabbitmq: RabbitMQ, boxes: Boxes, proxies: Proxies
) -> None:
    async def main() -> None:
        async with boxes(rabbitmq) as box, proxies(rabbitmq.port) as proxy:
            async with Amqp(AmqpSettings(port=proxy.port, timeout=Duration("1h"))) as amqp:
                async with asyncio.timeout(LIMIT):
                    await amqp.publish("", box.name, "well")
                    proxy.hold(proxy.questions)
                    many = [asyncio.create_task(amqp.publish("", box.name, b"x" * 500_000)) for _ in range(60)]
                    await proxy.asked.wait()
                    proxy.cut()
                    proxy.questions.set()
                    outcomes = await asyncio.gather(*many, return_exceptions=True)
                    _as_told(outcomes, set(await box.ids()))
                    assert any(isinstance(one, OutcomeUnknown) for one in outcomes)

    asyncio.run(main())


def test_a_broker_that_takes_no_messages_is_told_as_such_and_used_again_after(
    own_rabbitmq: RabbitMQ,
) -> None:
    settings = AmqpSettings(port=own_rabbitmq.port, timeout=Duration("1s"))

    async def main() -> None:
        async with await aio_pika.connect(own_rabbitmq.url) as connection, connection.channel() as channel:
            await channel.declare_queue("orders", durable=True)
        async with Amqp(settings) as amqp, asyncio.timeout(LIMIT):
            await amqp.publish("", "orders", "well")
            await asyncio.to_thread(own_rabbitmq.control, "set_vm_memory_high_watermark", "0.00001")
            with pytest.raises(OutcomeUnknown, match="alarm"):
                await amqp.publish("", "orders", "unlucky")
            with pytest.raises(NotSent, match="alarm"):
                await amqp.publish("", "orders", "held back")
            with pytest.raises(Unavailable, match="alarm"):
                await amqp.health()
            waiting = asyncio.create_task(amqp.publish("", "orders", "held back", timeout="1h"))
            await asyncio.sleep(0)
            await asyncio.to_thread(own_rabbitmq.control, "close_all_connections", "from the test")
            await asyncio.to_thread(own_rabbitmq.control, "set_vm_memory_high_watermark", "0.4")
            assert isinstance(await waiting, str)
            await amqp.publish("", "orders", "well again", timeout="30s")

    asyncio.run(main())
