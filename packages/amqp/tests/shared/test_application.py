"""An application, unchanged, on both brokers."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from pydantic import BaseModel

from cordio_amqp import Amqp, ExchangeMissing, Refused, Retries, Unroutable, queue, topic
from cordio_core import Request, Response

if TYPE_CHECKING:
    from pamqp.common import FieldTable

    from ..conftest import Apps
    from .conftest import Place

LIMIT = 60.0


class Order(BaseModel):
    sku: str


def test_a_handler_gets_its_messages_and_what_fails_comes_again_and_is_parked(
    place: Place, apps: Apps, name: str
) -> None:
    async def main() -> None:
        app = apps(**place.options)
        times: list[float] = []
        attempts: list[str | None] = []

        @app.on(queue(name, retry=Retries(attempts=3, wait="10ms..50ms")))
        async def place_order(order: Order, request: Request) -> None:
            times.append(asyncio.get_running_loop().time())
            attempts.append(request.headers.get("x-attempt"))
            raise RuntimeError("the till is closed")

        async with asyncio.timeout(LIMIT), app.running(), Amqp(place.settings) as amqp, place.seat() as seat:
            await amqp.publish("", name, Order(sku="A-1"), message_id="7d0f", headers={"tenant": "eu"})
            await seat.consume(f"{name}.parked", no_ack=True)
            parked = await seat.next()
            said = parked.header.properties
            headers = said.headers or {}
            assert (parked.body, said.message_id, said.delivery_mode) == (b'{"sku":"A-1"}', "7d0f", 2)
            assert (headers["tenant"], headers["x-attempt"], headers["x-parked-error"]) == (
                "eu",
                3,
                "internal",
            )
            assert headers["x-parked-queue"] == name and "till" not in repr(headers)
            assert attempts == [None, "1", "2"]
            assert times[1] - times[0] >= 0.01 and times[2] - times[1] >= 0.02

            await amqp.publish("", name, b"no JSON at all", message_id="8")
            unreadable = (await seat.next()).header.properties
            assert (unreadable.message_id, len(times)) == ("8", 3)

    asyncio.run(main())


@pytest.mark.parametrize("action", ["ack", "reject", "requeue"])
def test_an_answer_decides_what_becomes_of_a_message(place: Place, apps: Apps, name: str, action: str) -> None:
    async def main() -> None:
        app = apps(**place.options)
        came = asyncio.Queue[str]()

        @app.on(queue(name))
        async def take(sku: str) -> Response:
            await came.put(sku)
            return Response(status=500, headers={"x-action": action, "x-limit": "1", "x-delay-ms": "10"})

        async with asyncio.timeout(LIMIT), Amqp(place.settings) as amqp, place.seat() as seat:
            async with app.running():
                await amqp.publish("", name, "A-1")
                for _ in range(2 if action == "requeue" else 1):
                    assert await came.get() == "A-1"
                await seat.becomes(f"{name}.parked", 1 if action == "requeue" else 0)
            assert await seat.count(name) == 0

    asyncio.run(main())


def test_a_topic_reaches_its_handlers_and_other_outcomes_of_a_publish_are_told(
    place: Place, apps: Apps, name: str
) -> None:
    async def main() -> None:
        app = apps(**place.options, name=name)
        came = asyncio.Queue[str]()

        @app.on(topic(f"{name}.orders", "*.cancelled"))
        async def cancelled(sku: str) -> None:
            await came.put(sku)

        async with asyncio.timeout(LIMIT), app.running(), Amqp(place.settings) as amqp, place.seat() as seat:
            await amqp.health()
            await amqp.publish(f"{name}.orders", "eu.cancelled", "A-1")
            assert await came.get() == "A-1"
            with pytest.raises(Unroutable):
                await amqp.publish(f"{name}.orders", "eu.placed", "A-1")
            with pytest.raises(ExchangeMissing):
                await amqp.publish(f"{name}.none", "eu.placed", "A-1")
            full: FieldTable = {"x-max-length": 0, "x-overflow": "reject-publish"}
            await seat.channel.queue_declare(f"{name}.full", arguments=full)
            with pytest.raises(Refused):
                await amqp.publish("", f"{name}.full", "A-1")

    asyncio.run(main())


def test_a_queue_that_is_deleted_under_its_handler_is_made_again(place: Place, apps: Apps, name: str) -> None:
    async def main() -> None:
        app = apps(**place.options)
        came = asyncio.Queue[str]()

        @app.on(queue(name))
        async def take(sku: str) -> None:
            await came.put(sku)

        async with asyncio.timeout(LIMIT), app.running(), Amqp(place.settings) as amqp, place.seat() as seat:
            await seat.channel.queue_delete(name)
            while came.empty():
                with suppress(Unroutable, Refused):
                    await amqp.publish("", name, "A-1")
            assert await came.get() == "A-1"

    asyncio.run(main())


def test_what_is_in_work_when_the_application_stops_is_finished_and_the_rest_stays(
    place: Place, apps: Apps, name: str
) -> None:
    async def main() -> None:
        app = apps(**place.options)
        begun, go, done = asyncio.Event(), asyncio.Event(), list[int]()

        @app.on(queue(name, prefetch=1))
        async def take(number: int) -> None:
            begun.set()
            await go.wait()
            done.append(number)

        async with asyncio.timeout(LIMIT), Amqp(place.settings) as amqp, place.seat() as seat:
            async with app.running():
                for number in range(3):
                    await amqp.publish("", name, number)
                await begun.wait()
                asyncio.get_running_loop().call_later(0.05, go.set)
            assert done == [0]
            assert await seat.drained(name) == [b"1", b"2"]

    asyncio.run(main())
