"""Where a message goes, on both brokers."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from aiormq.exceptions import ChannelAccessRefused, ChannelNotFoundEntity, PublishError

from cordio_amqp import Amqp, Refused

if TYPE_CHECKING:
    from .conftest import Place, Seat

LIMIT = 60.0


async def made(seat: Seat, name: str, kind: str, bindings: dict[str, str]) -> None:
    """Declare an exchange and queues of the same name with a suffix, each bound by its key."""
    await seat.channel.exchange_declare(name, exchange_type=kind, durable=True)
    for suffix, key in bindings.items():
        await seat.channel.queue_declare(name + suffix, durable=True)
        await seat.channel.queue_bind(name + suffix, name, key)


async def reached(seat: Seat, name: str, suffixes: str) -> str:
    """Return the suffixes of the queues that have a message."""
    return "".join([suffix for suffix in suffixes if await seat.drained(name + suffix)])


@pytest.mark.parametrize(
    ("key", "queues"),
    [
        ("orders.eu.placed", "acd"),
        ("orders", "cd"),
        ("orders.eu", "bcd"),
        ("a.orders", "b"),
        ("orders.eu.x.placed", "acd"),
        ("", ""),
        ("x", ""),
    ],
)
def test_a_topic_exchange_routes_by_the_words_of_the_key(
    place: Place, name: str, key: str, queues: str
) -> None:
    async def main() -> None:
        async with place.seat() as seat:
            keys = {"a": "orders.#.placed", "b": "*.*", "c": "orders.#", "d": "#.orders.#"}
            await made(seat, name, "topic", keys)
            expected = "bd" if key == "a.orders" else queues
            if not expected:
                with pytest.raises(PublishError):
                    await seat.put(key, b"1", exchange=name)
            else:
                await seat.put(key, b"1", exchange=name)
                assert await reached(seat, name, "abcd") == expected

    asyncio.run(main())


def test_a_direct_exchange_routes_by_the_same_key_and_a_fanout_to_all(place: Place, name: str) -> None:
    async def main() -> None:
        async with place.seat() as seat:
            await made(seat, name, "direct", {"a": "eu", "b": "us"})
            await seat.put("eu", b"1", exchange=name)
            assert await reached(seat, name, "ab") == "a"
            await made(seat, name + "f", "fanout", {"a": "eu", "b": "us"})
            await seat.put("none", b"1", exchange=name + "f")
            assert await reached(seat, name + "f", "ab") == "ab"

    asyncio.run(main())


def test_a_queue_that_is_bound_twice_gets_one_message_and_none_when_unbound(place: Place, name: str) -> None:
    async def main() -> None:
        async with place.seat() as seat:
            await made(seat, name, "topic", {"a": "#"})
            await seat.channel.queue_bind(name + "a", name, "eu.*")
            await seat.put("eu.x", b"1", exchange=name)
            assert await seat.drained(name + "a") == [b"1"]
            await seat.channel.queue_unbind(name + "a", name, "eu.*")
            await seat.channel.queue_unbind(name + "a", name, "#")
            with pytest.raises(PublishError):
                await seat.put("eu.x", b"1", exchange=name)

    asyncio.run(main())


@pytest.mark.parametrize(
    ("arguments", "headers", "goes"),
    [
        ({"x-match": "all", "a": 1, "b": "x"}, {"a": 1, "b": "x", "c": 2}, True),
        ({"x-match": "all", "a": 1, "b": "x"}, {"a": 1}, False),
        ({"x-match": "any", "a": 1, "b": "x"}, {"a": 1}, True),
        ({"x-match": "any", "a": 1, "b": "x"}, {"a": 2}, False),
        ({"a": 1}, {"a": 1}, True),
        ({"a": None}, {"a": "whatever"}, True),
    ],
)
def test_a_headers_exchange_routes_by_headers(
    place: Place, name: str, arguments: dict[str, str | int | None], headers: dict[str, object], goes: bool
) -> None:
    async def main() -> None:
        async with place.seat() as seat:
            await seat.channel.exchange_declare(name, exchange_type="headers")
            await seat.channel.queue_declare(name)
            await seat.channel.queue_bind(name, name, "", arguments=dict(arguments))
            if goes:
                await seat.put("", b"1", exchange=name, headers=headers)
                assert await seat.drained(name) == [b"1"]
            else:
                with pytest.raises(PublishError):
                    await seat.put("", b"1", exchange=name, headers=headers)

    asyncio.run(main())


def test_what_no_binding_takes_goes_to_the_alternate_exchange_and_on_to_bound_exchanges(
    place: Place, name: str
) -> None:
    async def main() -> None:
        async with place.seat() as seat:
            await made(seat, name + ".rest", "fanout", {"a": ""})
            await seat.channel.exchange_declare(
                name, exchange_type="direct", arguments={"alternate-exchange": name + ".rest"}
            )
            await seat.put("nobody", b"rest", exchange=name)
            assert await seat.drained(f"{name}.resta") == [b"rest"]
            await made(seat, name + ".on", "fanout", {"b": ""})
            await seat.channel.exchange_bind(name + ".on", name, "eu")
            await seat.put("eu", b"on", exchange=name)
            assert await seat.drained(f"{name}.onb") == [b"on"]
            assert await seat.drained(f"{name}.resta") == []

    asyncio.run(main())


def test_a_message_for_a_missing_exchange_closes_the_channel_and_one_for_a_missing_queue_comes_back(
    place: Place, name: str
) -> None:
    async def main() -> None:
        async with place.seat() as seat:
            with pytest.raises(PublishError) as returned:
                await seat.put(name, b"1")
            assert returned.value.message is not None and returned.value.message.body == b"1"
            with pytest.raises(ChannelNotFoundEntity, match=f"no exchange '{name}' in vhost '/'"):
                await seat.put("", b"1", exchange=name)
            await asyncio.wait({asyncio.ensure_future(seat.channel.closing)})
            assert seat.channel.is_closed

    asyncio.run(main())


def test_nobody_publishes_to_an_internal_exchange(place: Place, name: str) -> None:
    async def main() -> None:
        async with place.seat() as seat:
            await seat.channel.exchange_declare(name, exchange_type="fanout", internal=True)
            with pytest.raises(ChannelAccessRefused, match=f"cannot publish to internal exchange '{name}'"):
                await seat.put("", b"1", exchange=name)
        async with Amqp(place.settings) as amqp, asyncio.timeout(LIMIT):
            with pytest.raises(Refused, match="internal exchange"):
                await amqp.publish(name, "", 1)

    asyncio.run(main())


def test_properties_come_out_as_they_went_in(place: Place, name: str) -> None:
    async def main() -> None:
        async with place.seat() as seat:
            await seat.channel.queue_declare(name)
            headers = {
                "text": "ü",
                "whole": 7,
                "yes": True,
                "none": None,
                "bytes": bytearray(b"x"),
                "in": [1, {"a": 2}],
            }
            await seat.put(name, b"1", headers=headers, correlation_id="c", priority=3, expiration="60000")
            message = await seat.channel.basic_get(name, no_ack=True)
            said = message.header.properties
            assert said.headers == {**headers, "bytes": b"x"}
            assert (said.correlation_id, said.priority, said.expiration) == ("c", 3, "60000")
            assert (message.exchange, message.routing_key, message.redelivered) == ("", name, False)

    asyncio.run(main())
