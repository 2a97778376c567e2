"""Messages in order by their key, on both brokers."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from cordio_amqp import queue
from cordio_amqp.parked import Parked
from cordio_core import App, Request

if TYPE_CHECKING:
    from ..conftest import Apps
    from .conftest import Place

LIMIT = 60.0


def test_messages_of_one_customer_are_handled_one_after_the_other_and_others_meanwhile(
    place: Place, apps: Apps, name: str
) -> None:
    async def main() -> None:
        app, begun, go = apps(**place.options), asyncio.Queue[tuple[str, int]](), asyncio.Event()
        running: set[str] = set()

        @app.on(queue(name, ordered_by="customer_id"))
        async def take(customer_id: str, number: int) -> None:
            assert customer_id not in running, "one after the other"
            running.add(customer_id)
            await begun.put((customer_id, number))
            await go.wait()
            running.discard(customer_id)

        async with asyncio.timeout(LIMIT), app.running(), place.seat() as seat:
            for number in range(9):
                body = b'{"customer_id": "%s", "number": %d}' % (b"abc"[number % 3 : number % 3 + 1], number)
                await seat.put(name, body)
            firsts = [await begun.get() for _ in range(3)]
            assert sorted(firsts) == [("a", 0), ("b", 1), ("c", 2)]
            assert begun.empty()
            go.set()
            rest = [await begun.get() for _ in range(6)]
            for customer, numbers in (("a", [3, 6]), ("b", [4, 7]), ("c", [5, 8])):
                assert [number for each, number in rest if each == customer] == numbers

    asyncio.run(main())


def test_those_that_wait_for_their_turn_take_no_place_of_the_limit(
    place: Place, apps: Apps, name: str
) -> None:
    async def main() -> None:
        app, begun, go = apps(**place.options), asyncio.Queue[str](), asyncio.Event()

        def tenant(request: Request) -> object:
            return request.headers.get("tenant")

        @app.on(queue(name, ordered_by=tenant, limit=2))
        async def take(request: Request) -> None:
            await begun.put(request.headers.get("tenant", "none"))
            await go.wait()

        async with asyncio.timeout(LIMIT), app.running(), place.seat() as seat:
            for one in ("eu", "eu", "eu", "us"):
                await seat.put(name, b"{}", headers={"tenant": one})
            assert {await begun.get(), await begun.get()} == {"eu", "us"}
            go.set()
            assert [await begun.get(), await begun.get()] == ["eu", "eu"]

    asyncio.run(main())


def test_a_message_whose_key_cannot_be_told_is_parked(place: Place, apps: Apps, name: str) -> None:
    async def main() -> None:
        app = apps(**place.options)

        @app.on(queue(name, ordered_by=lambda request: request.headers["tenant"]))
        async def take(request: Request) -> None: ...

        async with asyncio.timeout(LIMIT), app.running(), place.seat() as seat:
            await seat.put(name, b"{}")
            await seat.becomes(f"{name}.parked", 1)
            (found,) = await Parked(place.settings).messages(name)
            assert found.error == "what it is ordered by cannot be told: KeyError"

    asyncio.run(main())


def test_of_several_instances_one_is_active_and_the_next_takes_over(
    place: Place, apps: Apps, name: str
) -> None:
    async def main() -> None:
        came = asyncio.Queue[str]()
        first, second = (instance(place, apps, name, which, came) for which in ("first", "second"))
        async with asyncio.timeout(LIMIT), place.seat() as seat, AsyncExitStack() as later:
            async with first.running():
                await later.enter_async_context(second.running())
                await seat.put(name, b'"1"', b'"2"')
                assert [await came.get(), await came.get()] == ["first", "first"]
            await seat.put(name, b'"3"')
            assert await came.get() == "second"

    asyncio.run(main())


def instance(place: Place, apps: Apps, name: str, which: str, came: asyncio.Queue[str]) -> App:
    """Return an instance of a service whose queue has one active consumer."""
    app = apps(**place.options)

    @app.on(queue(name, single_active=True))
    async def take(sku: str) -> None:
        await came.put(which)

    return app


def test_a_message_without_the_key_has_no_order(place: Place, apps: Apps, name: str) -> None:
    async def main() -> None:
        app, together = apps(**place.options), asyncio.Barrier(2)

        @app.on(queue(name, ordered_by="customer_id"))
        async def take(sku: str) -> None:
            await together.wait()

        async with asyncio.timeout(LIMIT), app.running(), place.seat() as seat:
            await seat.put(name, b'{"sku": "A-1"}', b'{"sku": "A-2"}')
            await seat.becomes(name, 0)

    asyncio.run(main())
