"""Leaving the service: nothing of it goes on after its block, and it cannot hold up the end of the program."""

from __future__ import annotations

import asyncio
import gc
import subprocess
import sys
from typing import TYPE_CHECKING

import aio_pika
import pytest

from cordio_amqp import Amqp, AmqpSettings, NotSent, OutcomeUnknown, Unavailable
from cordio_core import Duration

if TYPE_CHECKING:
    from tools.servers import RabbitMQ

    from .conftest import Proxies, Proxy

LIMIT = 60.0
ANSWERS = 5  # to the greeting, the login, the vhost, the channel, the confirmations
STEPS = 12  # of the event loop, more than an answer takes from the proxy to who waits for it

LEFT_AT_ONCE = """
import asyncio
import sys

from cordio_amqp import Amqp, AmqpSettings


async def main(port: int, steps: int, more_steps: int) -> None:
    amqp = await Amqp(AmqpSettings(port=port)).__aenter__()
    await amqp.health()
    closing = asyncio.create_task(amqp.__aexit__(None, None, None))
    for count in (steps, more_steps):
        for _ in range(count):
            await asyncio.sleep(0)
        closing.cancel()
    await asyncio.wait({closing})


for steps in range(1, 8):
    for more_steps in range(8):
        asyncio.run(main(int(sys.argv[1]), steps, more_steps))
print("ended")
"""

SHUT_AT_THE_END = """
import asyncio
import sys

from cordio_amqp import AmqpSettings
from cordio_amqp._connection import opened, shut


async def main(port: int, steps: int) -> None:
    connection, _, _ = await opened(AmqpSettings(port=port))
    shutting.add(asyncio.create_task(shut(connection)))
    for _ in range(steps):
        await asyncio.sleep(0)


shutting = set()
for steps in range(40):
    asyncio.run(main(int(sys.argv[1]), steps))
print("ended")
"""


def _tasks() -> set[asyncio.Task[object]]:
    """Return the tasks that run, without those of a proxy."""
    return {task for task in asyncio.all_tasks() if "Proxy." not in repr(task.get_coro())}


async def _steps(count: int) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


@pytest.mark.parametrize("answers", range(ANSWERS + 1))
def test_an_exit_at_any_moment_of_the_connecting_leaves_no_task(
    rabbitmq: RabbitMQ, proxies: Proxies, answers: int
) -> None:
    async def exit_at(proxy: Proxy, steps: int) -> None:
        before = _tasks()
        proxy.answered = 0
        async with Amqp(AmqpSettings(port=proxy.port)) as amqp:
            publish = asyncio.create_task(amqp.publish("amq.topic", "nobody", "x"))
            while proxy.answered < answers:
                await asyncio.sleep(0)
            await _steps(steps)
        assert _tasks() - before <= {publish}, f"after {steps} steps"
        assert isinstance((await asyncio.gather(publish, return_exceptions=True))[0], NotSent)

    async def main() -> None:
        async with proxies(rabbitmq.port) as proxy, asyncio.timeout(LIMIT):
            for steps in range(STEPS):
                await exit_at(proxy, steps)

    asyncio.run(main())


def test_an_exit_while_the_connection_is_being_lost_leaves_no_task(
    rabbitmq: RabbitMQ, proxies: Proxies
) -> None:
    async def main() -> None:
        async with proxies(rabbitmq.port) as proxy, asyncio.timeout(LIMIT):
            for steps in range(2 * STEPS):
                before = _tasks()
                async with Amqp(AmqpSettings(port=proxy.port)) as amqp:
                    await amqp.health()
                    proxy.cut()
                    await _steps(steps)
                assert _tasks() == before, f"after {steps} steps"

    asyncio.run(main())


def test_an_exit_after_the_loss_of_a_channel_under_many_leaves_no_task(rabbitmq: RabbitMQ) -> None:
    async def lose_a_channel(exchange: aio_pika.abc.AbstractExchange, steps: int) -> None:
        before = _tasks()
        async with Amqp(AmqpSettings(port=rabbitmq.port)) as amqp:
            await asyncio.gather(amqp.publish(exchange.name, "", "seen"), return_exceptions=True)
            await exchange.delete()
            many = [asyncio.create_task(amqp.publish(exchange.name, "", n)) for n in range(50)]
            await asyncio.wait(many, return_when=asyncio.FIRST_EXCEPTION)
            await _steps(steps)
        assert _tasks() - before <= {*many}, f"after {steps} steps"
        await asyncio.gather(*many, return_exceptions=True)

    async def main() -> None:
        async with (
            asyncio.timeout(LIMIT),
            await aio_pika.connect(rabbitmq.url) as connection,
            connection.channel() as channel,
        ):
            for steps in range(STEPS):
                await lose_a_channel(await channel.declare_exchange(f"test-left-{steps}"), steps)

    asyncio.run(main())


def test_a_cancelled_exit_leaves_no_task(rabbitmq: RabbitMQ) -> None:
    async def main() -> None:
        for steps in range(1, 2 * STEPS):
            before = _tasks()
            amqp = await Amqp(AmqpSettings(port=rabbitmq.port)).__aenter__()
            await amqp.health()
            closing = asyncio.create_task(amqp.__aexit__(None, None, None))
            await _steps(steps)
            closing.cancel()
            await asyncio.wait({closing}, timeout=LIMIT)
            assert _tasks() == before, f"after {steps} steps"

    asyncio.run(main())


def test_an_exit_that_runs_out_of_time_leaves_no_task(rabbitmq: RabbitMQ, proxies: Proxies) -> None:
    async def main() -> None:
        async with proxies(rabbitmq.port) as proxy, asyncio.timeout(LIMIT):
            before = _tasks()
            async with Amqp(AmqpSettings(port=proxy.port, close_timeout=Duration("50ms"))) as amqp:
                await amqp.health()
                proxy.hold(proxy.questions)
                publish = asyncio.create_task(amqp.publish("", "nobody", "x", timeout="1h"))
                await proxy.asked.wait()
            assert _tasks() - before <= {publish}
            with pytest.raises(OutcomeUnknown):
                await publish

    asyncio.run(main())


def test_nothing_is_left_to_close_for_the_garbage_collector(rabbitmq: RabbitMQ) -> None:
    async def main() -> None:
        before = _tasks()
        async with Amqp(AmqpSettings(port=rabbitmq.port)) as amqp:
            await amqp.health()
        async with Amqp(AmqpSettings(port=1)) as amqp:
            with pytest.raises(Unavailable):
                await amqp.health()
        gc.collect()
        assert _tasks() == before

    asyncio.run(main())


@pytest.mark.parametrize("program", [LEFT_AT_ONCE, SHUT_AT_THE_END], ids=["cancelled twice", "forgotten"])
def test_no_exit_keeps_the_program_from_ending(rabbitmq: RabbitMQ, program: str) -> None:
    command = [sys.executable, "-c", program, str(rabbitmq.port)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT, check=False)
    assert ended.stdout == "ended\n", ended.stderr
