"""What is declared, and mistakes in that, on both brokers: the same exceptions with the same words."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import pytest
from aiormq.exceptions import (
    AMQPChannelError,
    ChannelAccessRefused,
    ChannelInvalidStateError,
    ChannelLockedResource,
    ChannelNotFoundEntity,
    ChannelPreconditionFailed,
)

from cordio_amqp._broker import Channel

if TYPE_CHECKING:
    from .conftest import Place

Mistake = Callable[[Channel, str], Awaitable[object]]

MISTAKES: list[tuple[Mistake, type[AMQPChannelError], str]] = [
    (
        lambda c, n: c.queue_declare("none", passive=True),
        ChannelNotFoundEntity,
        "no queue 'none' in vhost '/'",
    ),
    (lambda c, n: c.exchange_declare("none", passive=True), ChannelNotFoundEntity, "no exchange 'none' in"),
    (lambda c, n: c.queue_bind(n, "none", ""), ChannelNotFoundEntity, "no exchange 'none'"),
    (lambda c, n: c.basic_get("none"), ChannelNotFoundEntity, "no queue 'none'"),
    (lambda c, n: c.exchange_declare("amq.new"), ChannelAccessRefused, "reserved prefix 'amq.*'"),
    (lambda c, n: c.queue_bind(n, "", "x"), ChannelAccessRefused, "default exchange"),
    (
        lambda c, n: c.queue_declare(n, durable=False),
        ChannelPreconditionFailed,
        "inequivalent arg 'durable' for queue '{n}' in vhost '/': received 'false' but current is 'true'",
    ),
    (
        lambda c, n: c.queue_declare(n, durable=True, arguments={"x-max-length": 5}),
        ChannelPreconditionFailed,
        "inequivalent arg 'x-max-length' for queue '{n}' in vhost '/': received the value '5' of type ",
    ),
    (
        lambda c, n: c.queue_declare(n, durable=True, arguments={"x-queue-type": "quorum"}),
        ChannelPreconditionFailed,
        "inequivalent arg 'x-queue-type' for queue '{n}' in vhost '/': received",
    ),
    (
        lambda c, n: c.exchange_declare(n, exchange_type="fanout", durable=True),
        ChannelPreconditionFailed,
        "inequivalent arg 'type' for exchange '{n}' in vhost '/': received 'fanout' but current is 'topic'",
    ),
    (lambda c, n: c.queue_delete(n, if_empty=True), ChannelPreconditionFailed, "queue '{n}' in vhost '/'"),
]


@pytest.mark.parametrize(("mistake", "kind", "words"), MISTAKES)
def test_a_mistake_is_told_and_closes_the_channel(
    place: Place, name: str, mistake: Mistake, kind: type[AMQPChannelError], words: str
) -> None:
    async def main() -> None:
        async with place.seat() as seat:
            await seat.channel.queue_declare(name, durable=True)
            await seat.channel.exchange_declare(name, exchange_type="topic", durable=True)
            await seat.put(name, b"1")
            with pytest.raises(kind) as told:
                await mistake(seat.channel, name)
            assert words.replace("{n}", name) in str(told.value)
            await asyncio.wait({asyncio.ensure_future(seat.channel.closing)})
            with pytest.raises(ChannelInvalidStateError):
                await seat.channel.queue_declare(name, passive=True)
        async with place.seat() as seat:
            assert await seat.drained(name) == [b"1"]

    asyncio.run(main())


def test_what_is_declared_twice_in_the_same_way_stays_as_it_is(place: Place, name: str) -> None:
    async def main() -> None:
        async with place.seat() as seat:
            for _ in range(2):
                declared = await seat.channel.queue_declare(name, durable=True, arguments={"x-max-length": 5})
                await seat.channel.exchange_declare(name, exchange_type="topic", durable=True)
                await seat.channel.queue_bind(name, name, "#")
                await seat.put("x", b"1", exchange=name)
            assert (declared.queue, declared.message_count, declared.consumer_count) == (name, 1, 0)
            assert (await seat.channel.queue_purge(name)).message_count == 2
            assert (await seat.channel.queue_delete(name)).message_count == 0
            assert (await seat.channel.queue_delete(name)).message_count == 0
            await seat.channel.exchange_delete(name)
            await seat.channel.exchange_delete(name)

    asyncio.run(main())


def test_a_queue_of_one_connection_is_closed_to_others_and_gone_with_it(place: Place) -> None:
    async def main() -> None:
        async with place.seat() as other:
            async with place.seat() as seat:
                declared = await seat.channel.queue_declare("", exclusive=True)
                own = declared.queue or ""
                assert own.startswith("amq.gen-")
                with pytest.raises(ChannelLockedResource, match="locked queue"):
                    await other.channel.basic_get(own)
        async with place.seat() as seat:
            with pytest.raises(ChannelNotFoundEntity):
                await seat.channel.queue_declare(own, passive=True)

    asyncio.run(main())


def test_a_queue_that_deletes_itself_is_gone_with_its_last_consumer(place: Place, name: str) -> None:
    async def main() -> None:
        async with place.seat() as seat:
            await seat.channel.queue_declare(name, auto_delete=True)
            tags = [await seat.consume(name) for _ in range(2)]
            await seat.channel.basic_cancel(tags[0])
            await seat.channel.queue_declare(name, passive=True)
            await seat.channel.basic_cancel(tags[1])
            with pytest.raises(ChannelNotFoundEntity):
                await seat.channel.queue_declare(name, passive=True)

    asyncio.run(main())


def test_a_consumer_may_want_a_queue_for_itself(place: Place, name: str) -> None:
    async def main() -> None:
        async with place.seat() as seat, place.seat() as other:
            await seat.channel.queue_declare(name)
            await seat.consume(name, exclusive=True)
            with pytest.raises(ChannelAccessRefused, match="in exclusive use"):
                await other.consume(name)

    asyncio.run(main())
