"""Parked messages, looked at, brought back and dropped, on both brokers."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from pamqp import commands as spec

from cordio_amqp import AmqpError, Retries, TopologyError, Unroutable, queue
from cordio_amqp.parked import Parked
from cordio_core import App, Request, Response

if TYPE_CHECKING:
    from ..conftest import Apps
    from .conftest import Place, Seat

LIMIT = 60.0


def spoilt(place: Place, apps: Apps, name: str, came: asyncio.Queue[Request]) -> App:
    """Return an application whose handler refuses what it is told to."""
    app = apps(**place.options)

    @app.on(queue(name, retry=Retries(attempts=2, wait="1ms")))
    async def place_order(request: Request) -> Response | None:
        await came.put(request)
        error = request.headers.get("error")
        return Response({"code": error, "incident": "9f3e"}, status=500) if error else None

    return app


async def parked(place: Place, name: str, errors: dict[str, str], seat: Seat) -> None:
    """Let messages fail, one after the other, until they are parked: an error by id."""
    for count, (message_id, error) in enumerate(errors.items(), start=1):
        await seat.channel.basic_publish(
            b'{"sku":"A-1"}',
            routing_key=name,
            properties=_properties(message_id, error),
        )
        await seat.becomes(f"{name}.parked", count)


def _properties(message_id: str, error: str) -> spec.Basic.Properties:
    return spec.Basic.Properties(
        message_id=message_id, headers={"error": error}, delivery_mode=2, content_type="application/json"
    )


def test_what_is_parked_is_told_with_its_error_and_stays_where_it_is(
    place: Place, apps: Apps, name: str
) -> None:
    async def main() -> None:
        app, boxes = spoilt(place, apps, name, asyncio.Queue()), Parked(place.settings)
        async with asyncio.timeout(LIMIT), app.running(), place.seat() as seat:
            await parked(place, name, {"1": "out_of_stock", "2": "no_route", "3": "out_of_money"}, seat)
            first, second, third = await boxes.messages(name)
            assert [each.id for each in (first, second, third)] == ["1", "2", "3"]
            assert (first.error, first.incident, first.attempts) == ("out_of_stock", "9f3e", 2)
            assert first.handler.endswith("place_order") and len(first.trace) == 32 and first.at[:2] == "20"
            assert (first.queue, first.body, first.content_type) == (
                name,
                b'{"sku":"A-1"}',
                "application/json",
            )
            assert first.headers["error"] == "out_of_stock"
            assert [each.id for each in await boxes.messages(name, error="out_*")] == ["1", "3"]
            assert [each.id for each in await boxes.messages(name, ids=["2"])] == ["2"]
            assert [each.id for each in await boxes.messages(name, most=1)] == ["1"]
            await seat.becomes(f"{name}.parked", 3)
            assert [each.id for each in await boxes.messages(name)] == ["1", "2", "3"]

    asyncio.run(main())


def test_a_replayed_message_is_handled_as_if_it_had_never_failed(place: Place, apps: Apps, name: str) -> None:
    async def main() -> None:
        came = asyncio.Queue[Request]()
        app, boxes = spoilt(place, apps, name, came), Parked(place.settings)
        async with asyncio.timeout(LIMIT), place.seat() as seat:
            async with app.running():
                await parked(place, name, {"1": "out_of_stock", "2": "no_route"}, seat)
            while not came.empty():
                came.get_nowait()
            assert await boxes.replay(name, ids=["1"]) == 1
            assert [each.id for each in await boxes.messages(name)] == ["2"]
            async with app.running():
                again = await came.get()
                assert again.headers["message-id"] == "1" and again.body == b'{"sku":"A-1"}'
                assert "x-attempt" not in again.headers
                assert not [each for each in again.headers if each.startswith("x-parked-")]
                assert (await came.get()).headers["x-attempt"] == "1"
                await seat.becomes(f"{name}.parked", 2)

    asyncio.run(main())


def test_a_replay_that_fails_leaves_the_message_parked(place: Place, apps: Apps, name: str) -> None:
    async def main() -> None:
        app, boxes = spoilt(place, apps, name, asyncio.Queue()), Parked(place.settings)
        async with asyncio.timeout(LIMIT), place.seat() as seat:
            async with app.running():
                await parked(place, name, {"1": "a", "2": "b"}, seat)
            await seat.channel.queue_delete(name)
            with pytest.raises(Unroutable):
                await boxes.replay(name)
            assert [each.id for each in await boxes.messages(name)] == ["1", "2"]

    asyncio.run(main())


@pytest.mark.parametrize("steps", [0, 5, 20, 40, 80, 120, 160, 240])
def test_a_replay_that_is_cancelled_at_any_moment_loses_nothing(place: Place, name: str, steps: int) -> None:
    async def main() -> None:
        boxes = Parked(place.settings)
        async with asyncio.timeout(LIMIT):
            async with place.seat() as seat:
                for each in (name, f"{name}.parked"):
                    await seat.channel.queue_declare(each, durable=True)
                for body in (b"1", b"2", b"3"):
                    await seat.put(f"{name}.parked", body)
            replay = asyncio.create_task(boxes.replay(name))
            for _ in range(steps):
                await asyncio.sleep(0)
            replay.cancel()
            await asyncio.gather(replay, return_exceptions=True)
            async with place.seat() as seat:
                back: list[bytes] = []
                while len(back) + await seat.count(f"{name}.parked") < 3:
                    back += await seat.drained(name)
                assert sorted({*back, *await seat.drained(f"{name}.parked")}) == [b"1", b"2", b"3"]

    asyncio.run(main())


def test_what_is_dropped_is_gone_and_the_rest_stays(place: Place, apps: Apps, name: str) -> None:
    async def main() -> None:
        app, boxes = spoilt(place, apps, name, asyncio.Queue()), Parked(place.settings)
        async with asyncio.timeout(LIMIT), app.running(), place.seat() as seat:
            await parked(place, name, {"1": "a", "2": "b", "3": "a"}, seat)
            assert await boxes.drop(name, error="a") == 2
            assert [each.id for each in await boxes.messages(name)] == ["2"]
            assert await boxes.drop(name) == 1
            assert await boxes.messages(name) == []

    asyncio.run(main())


def test_a_queue_that_is_not_there_is_told(place: Place, name: str) -> None:
    async def main() -> None:
        async with asyncio.timeout(LIMIT):
            for ask in (Parked(place.settings).messages, Parked(place.settings).replay):
                with pytest.raises(TopologyError, match=f"{name}.parked.*is not there") as caught:
                    await ask(name)
                assert isinstance(caught.value, AmqpError)

    asyncio.run(main())
