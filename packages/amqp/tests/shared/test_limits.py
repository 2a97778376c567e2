"""Messages that are too old, too many or more urgent, and what becomes of them, on both brokers."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, cast

import pytest
from aiormq.exceptions import DeliveryError

if TYPE_CHECKING:
    from pamqp.common import FieldTable

    from .conftest import Place


def dead_letters(name: str) -> FieldTable:
    """Arguments of a queue whose dead letters go to a queue ``<name>.dead``."""
    return {"x-dead-letter-exchange": "", "x-dead-letter-routing-key": f"{name}.dead"}


def test_what_is_too_old_or_rejected_goes_to_the_dead_letters_and_tells_why(place: Place, name: str) -> None:
    async def main() -> None:
        async with place.seat() as seat:
            await seat.channel.queue_declare(f"{name}.dead")
            await seat.channel.queue_declare(name, arguments=dead_letters(name))
            await seat.put(name, b"old", expiration="1", headers={"tenant": "eu"})
            await seat.becomes(f"{name}.dead", 1)
            old = await seat.channel.basic_get(f"{name}.dead", no_ack=True)
            said = old.header.properties
            headers = said.headers or {}
            death = cast("list[FieldTable]", headers["x-death"])[0]
            assert (said.expiration, headers["tenant"], old.routing_key) == (None, "eu", f"{name}.dead")
            assert (death["reason"], death["queue"], death["count"]) == ("expired", name, 1)
            assert (death["exchange"], death["routing-keys"]) == ("", [name])
            assert death["original-expiration"] == "1"
            assert headers["x-first-death-reason"] == "expired"

            await seat.put(name, b"unwanted")
            unwanted = await seat.channel.basic_get(name)
            await seat.channel.basic_reject(unwanted.delivery_tag or 0, requeue=False)
            await seat.becomes(f"{name}.dead", 1)
            rejected = await seat.channel.basic_get(f"{name}.dead", no_ack=True)
            assert (rejected.header.properties.headers or {})["x-first-death-reason"] == "rejected"

    asyncio.run(main())


def test_a_queue_lets_its_messages_wait_and_sends_them_on_in_order(place: Place, name: str) -> None:
    async def main() -> None:
        async with place.seat() as seat:
            await seat.channel.queue_declare(f"{name}.dead")
            await seat.consume(f"{name}.dead", no_ack=True)
            await seat.channel.queue_declare(name, arguments={**dead_letters(name), "x-message-ttl": 50})
            begun = asyncio.get_running_loop().time()
            await seat.put(name, b"1", b"2", b"3")
            assert await seat.bodies(3) == [b"1", b"2", b"3"]
            assert asyncio.get_running_loop().time() - begun >= 0.05

    asyncio.run(main())


def test_a_time_to_live_of_nothing_means_now_or_never(place: Place, name: str) -> None:
    async def main() -> None:
        async with place.seat() as seat:
            await seat.channel.queue_declare(name)
            await seat.put(name, b"never", expiration="0")
            await seat.becomes(name, 0)
            await seat.consume(name, no_ack=True)
            await seat.put(name, b"now", expiration="0")
            assert await seat.bodies(1) == [b"now"]

    asyncio.run(main())


def test_a_full_queue_lets_the_first_go_or_refuses_the_next(place: Place, name: str) -> None:
    async def main() -> None:
        async with place.seat() as seat:
            await seat.channel.queue_declare(f"{name}.dead")
            await seat.channel.queue_declare(name, arguments={**dead_letters(name), "x-max-length": 2})
            await seat.put(name, b"1", b"2", b"3")
            await seat.becomes(f"{name}.dead", 1)
            dead = await seat.channel.basic_get(f"{name}.dead", no_ack=True)
            assert (dead.header.properties.headers or {})["x-first-death-reason"] == "maxlen"
            assert dead.body == b"1"
            assert await seat.drained(name) == [b"2", b"3"]

            refusing: FieldTable = {"x-max-length": 1, "x-overflow": "reject-publish"}
            await seat.channel.queue_declare(f"{name}.2", arguments=refusing)
            await seat.put(f"{name}.2", b"1")
            with pytest.raises(DeliveryError):
                await seat.put(f"{name}.2", b"2")
            assert await seat.drained(f"{name}.2") == [b"1"]

    asyncio.run(main())


def test_the_more_urgent_comes_first(place: Place, name: str) -> None:
    async def main() -> None:
        async with place.seat() as seat:
            await seat.channel.queue_declare(name, arguments={"x-max-priority": 5})
            for body, priority in ((b"a", 1), (b"b", 5), (b"c", None), (b"d", 9), (b"e", 1)):
                await seat.put(name, body, priority=priority)
            assert await seat.drained(name) == [b"b", b"d", b"a", b"e", b"c"]

    asyncio.run(main())


def test_messages_never_go_round_in_a_circle_that_nobody_asked_for(place: Place, name: str) -> None:
    async def main() -> None:
        async with place.seat() as seat:
            circle: FieldTable = {"x-dead-letter-exchange": "", "x-dead-letter-routing-key": name}
            await seat.channel.queue_declare(name, arguments={**circle, "x-message-ttl": 1})
            await seat.put(name, b"1")
            await seat.becomes(name, 0)

    asyncio.run(main())


def test_a_quorum_queue_lets_go_what_comes_back_too_often(place: Place, name: str) -> None:
    async def main() -> None:
        async with place.seat() as seat:
            await seat.channel.queue_declare(f"{name}.dead")
            arguments = {**dead_letters(name), "x-queue-type": "quorum", "x-delivery-limit": 2}
            await seat.channel.queue_declare(name, durable=True, arguments=arguments)
            await seat.put(name, b"1")
            await seat.consume(name, prefetch=1)
            for returns in range(3):
                message = await seat.next()
                headers = message.header.properties.headers or {}
                assert headers.get("x-delivery-count", 0) == returns
                await seat.channel.basic_nack(message.delivery_tag or 0)
            await seat.becomes(f"{name}.dead", 1)
            dead = await seat.channel.basic_get(f"{name}.dead", no_ack=True)
            assert (dead.header.properties.headers or {})["x-first-death-reason"] == "delivery_limit"

    asyncio.run(main())
