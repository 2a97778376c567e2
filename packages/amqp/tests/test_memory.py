"""The broker in the process: when it is taken, what it says of itself, and what it does not have."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING

import pytest
from aiormq.exceptions import PublishError
from pamqp import commands as spec

from cordio_amqp import Amqp, AmqpSettings, Stream, hashed, queue
from cordio_amqp._broker import trunk
from cordio_core import EntrypointError

if TYPE_CHECKING:
    from pamqp.common import FieldTable

    from .conftest import Apps

LIMIT = 60.0


def test_the_broker_in_the_process_says_what_it_is(caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        for _ in range(2):
            async with Amqp(AmqpSettings.model_validate({"url": "memory:"})):
                pass

    asyncio.run(main())
    assert caplog.text.count("none survives its end") == 1


@pytest.mark.parametrize(
    ("preset", "given", "in_memory"),
    [
        ("development", {}, True),
        ("development", {"prefetch": 5}, True),
        ("development", {"host": "mq"}, False),
        ("production", {}, False),
        ("production", {"url": "memory:"}, True),
    ],
)
def test_without_a_server_development_takes_the_broker_in_the_process(
    monkeypatch: pytest.MonkeyPatch, preset: str, given: dict[str, object], in_memory: bool
) -> None:
    monkeypatch.setenv("CORDIO_PRESET", preset)
    assert AmqpSettings.model_validate(given).in_memory is in_memory


def test_brokers_of_two_addresses_and_of_two_runs_know_nothing_of_each_other() -> None:
    async def routed(url: str) -> bool:
        line = await trunk(AmqpSettings.model_validate({"url": url}))
        channel = await line.channel(confirms=True)
        try:
            await channel.basic_publish(b"1", routing_key="orders", mandatory=True)
        except PublishError:
            await channel.queue_declare("orders")
            return False
        return True

    async def main() -> list[bool]:
        return [await routed(url) for url in ("memory:", "memory:", "memory:other")]

    for _ in range(2):
        assert asyncio.run(main()) == [False, True, False]


def test_a_stream_is_refused_at_the_start_with_what_to_do(apps: Apps, name: str) -> None:
    async def main() -> None:
        app = apps(5672, url="memory:")

        @app.on(queue(name, type=Stream("first")))
        async def take(number: int) -> None: ...

        with pytest.raises(EntrypointError, match="no queue of the type 'stream'; set amqp.host or amqp.url"):
            async with asyncio.timeout(LIMIT), app.running():
                pass

    asyncio.run(main())


def test_messages_with_one_key_go_to_one_queue_and_all_are_shared_among_them(apps: Apps, name: str) -> None:
    async def main() -> dict[int, list[str]]:
        app, came = apps(5672, url="memory:"), dict[int, list[str]]()
        keys, done = [f"customer-{number}" for number in range(50)], asyncio.Event()

        def take(number: int) -> Callable[[str], Coroutine[None, None, None]]:
            async def taken(sku: str) -> None:
                came.setdefault(number, []).append(sku)
                if sum(map(len, came.values())) == 100:
                    done.set()

            return taken

        for number in range(2):
            app.on(hashed(name, queue=f"{name}.{number}"))(take(number))
        async with (
            asyncio.timeout(LIMIT),
            app.running(),
            Amqp(AmqpSettings.model_validate({"url": "memory:"})) as amqp,
        ):
            for key in keys * 2:
                await amqp.publish(name, key, key)
            await done.wait()
        return came

    first, second = (set(keys) for keys in asyncio.run(main()).values())
    assert not first & second and len(first | second) == 50 and min(len(first), len(second)) > 5


def test_what_a_sender_has_made_up_about_deaths_keeps_no_message_from_the_dead_letters(name: str) -> None:
    async def main() -> bytes:
        line = await trunk(AmqpSettings.model_validate({"url": "memory:"}))
        channel = await line.channel(confirms=True)
        arguments: FieldTable = {"x-dead-letter-exchange": "", "x-dead-letter-routing-key": f"{name}.dead"}
        await channel.queue_declare(f"{name}.dead")
        await channel.queue_declare(name, arguments=arguments)
        made_up = spec.Basic.Properties(headers={"x-death": ["none", {"any": 1}]})
        await channel.basic_publish(b"1", routing_key=name, properties=made_up)
        message = await channel.basic_get(name)
        await channel.basic_reject(message.delivery_tag or 0, requeue=False)
        return (await channel.basic_get(f"{name}.dead")).body

    assert asyncio.run(main()) == b"1"
