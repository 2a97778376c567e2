"""How consumers are, and how they are paused, on both brokers."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from cordio_amqp import Amqp, AmqpEntrypoint, AmqpError, ConsumerState, queue

if TYPE_CHECKING:
    from ..conftest import Apps
    from .conftest import Place

LIMIT = 60.0


def state(source: AmqpEntrypoint) -> ConsumerState:
    """Return how the only consumer is."""
    consumers = source.state()["consumers"]
    assert isinstance(consumers, list) and len(consumers) == 1
    found = consumers[0]
    assert isinstance(found, ConsumerState)
    return found


async def until(source: AmqpEntrypoint, **wanted: object) -> ConsumerState:
    """Wait until the consumer is so."""
    while any(getattr(state(source), name) != value for name, value in wanted.items()):
        await asyncio.sleep(0.01)
    return state(source)


@pytest.fixture
def source() -> AmqpEntrypoint:
    """The source of messages of the application under test."""
    return AmqpEntrypoint()


def test_a_paused_consumer_gets_no_more_messages_until_it_is_resumed(
    place: Place, apps: Apps, name: str, source: AmqpEntrypoint
) -> None:
    async def main() -> None:
        app = apps(source=source, **place.options, watch="20ms")
        go, done = asyncio.Event(), list[int]()

        @app.on(queue(name, prefetch=1))
        async def take(number: int) -> None:
            await go.wait()
            done.append(number)

        async with asyncio.timeout(LIMIT), app.running(), Amqp(place.settings) as amqp:
            assert state(source).standing == "consuming"
            await amqp.publish("", name, 0)
            await until(source, running=1)
            await source.pause(name)
            go.set()
            await until(source, handled=1, standing="paused")
            await amqp.publish("", name, 1)
            paused = await until(source, waiting=1, parked=0)
            assert done == [0] and paused.lag is not None and paused.lag < LIMIT
            await source.resume(name)
            await until(source, handled=2, standing="consuming", waiting=0)
            assert done == [0, 1]
        assert source.state() == {"consumers": [{"queue": name}]}

    asyncio.run(main())


def test_a_consumer_that_is_lost_while_it_is_paused_stays_paused(
    place: Place, apps: Apps, name: str, source: AmqpEntrypoint
) -> None:
    async def main() -> None:
        app = apps(source=source, **place.options)
        came = asyncio.Queue[int]()

        @app.on(queue(name))
        async def take(number: int) -> None:
            await came.put(number)

        async with asyncio.timeout(LIMIT), app.running(), Amqp(place.settings) as amqp:
            consumer = source._running().consumer(name)
            (trunk,) = {consumer._dialer._link}
            await source.pause(name)
            assert trunk is not None
            trunk.cut()
            await until(source, losses=1, standing="paused")
            await amqp.publish("", name, 7)
            assert came.empty()
            await source.resume(name)
            assert await came.get() == 7

    asyncio.run(main())


def test_a_consumer_is_restoring_after_a_loss_and_draining_before_the_end(
    place: Place, apps: Apps, name: str, source: AmqpEntrypoint
) -> None:
    async def main() -> None:
        app = apps(source=source, **place.options, reconnect="1s..1s")
        go = asyncio.Event()

        @app.on(queue(name))
        async def take(number: int) -> None:
            await go.wait()

        async with asyncio.timeout(LIMIT), Amqp(place.settings) as amqp:
            async with app.running():
                trunk = source._running().consumer(name)._dialer._link
                assert trunk is not None
                trunk.cut()
                await until(source, standing="restoring")
                await until(source, standing="consuming", losses=1)
                await amqp.publish("", name, 0)
                await until(source, running=1)
                ending = asyncio.create_task(until(source, standing="draining", running=1))
                ending.add_done_callback(lambda _: go.set())
            assert (await ending).losses == 1
            assert source.state() == {"consumers": [{"queue": name}]}

    asyncio.run(main())


def test_a_queue_that_nothing_consumes_cannot_be_paused(
    place: Place, apps: Apps, name: str, source: AmqpEntrypoint
) -> None:
    async def main() -> None:
        app = apps(source=source, **place.options)

        @app.on(queue(name))
        async def take(number: int) -> None: ...

        with pytest.raises(AmqpError, match="not up"):
            await source.pause(name)
        async with asyncio.timeout(LIMIT), app.running():
            with pytest.raises(AmqpError, match=f"'none': choose one of '{name}'"):
                await source.pause("none")

    asyncio.run(main())


def test_a_message_that_is_with_its_handler_for_long_is_told_once(
    place: Place, apps: Apps, name: str, source: AmqpEntrypoint, caplog: pytest.LogCaptureFixture
) -> None:
    async def main() -> None:
        app = apps(source=source, **place.options, watch="10ms", consumer_timeout="20ms")
        go = asyncio.Event()

        @app.on(queue(name))
        async def take(number: int) -> None:
            await go.wait()

        async with asyncio.timeout(LIMIT), app.running(), Amqp(place.settings) as amqp:
            await amqp.publish("", name, 0)
            while (late := await until(source, overdue=1)).oldest < 0.1:
                await asyncio.sleep(0.01)
            assert late.running == 1
            go.set()
            await until(source, overdue=0)

    asyncio.run(main())
    assert caplog.text.count("is with its handler for long") == 1
