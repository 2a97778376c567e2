"""Overrides inside open scopes: they act at once, and take along what was made under them."""

import asyncio
import gc
import weakref
from collections.abc import AsyncIterator
from typing import Any

import pytest

from cordio_di import Container


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def container(told: list[str]) -> Container:
    container = Container(discover=False, scopes=["session"])

    @container.service
    async def pool() -> AsyncIterator[str]:
        yield "pool"
        told.append("pool down")

    @container.service
    async def orders(pool: str) -> AsyncIterator[str]:
        yield f"orders in {pool}"
        told.append(f"orders in {pool} down")

    @container.service(scope="session")
    async def user(pool: str) -> AsyncIterator[str]:
        yield f"user in {pool}"
        told.append(f"user in {pool} down")

    @container.service(scope="event")
    async def transaction(orders: str) -> AsyncIterator[str]:
        yield f"transaction of {orders}"
        told.append(f"transaction of {orders} down")

    return container


async def _settled(told: list[str], text: str) -> None:
    async with asyncio.timeout(5):
        while text not in told:
            await asyncio.sleep(0)


@pytest.mark.parametrize("where", ["everywhere", "context"])
def test_an_override_reaches_what_an_open_scope_has_made_and_gives_it_back(
    container: Container, told: list[str], where: Any
) -> None:
    @container.inject
    async def read(transaction: Any, user: Any) -> object:
        return transaction, user

    real = ("transaction of orders in pool", "user in pool")

    async def main() -> None:
        async with container, container.scope("session") as session, container.scope() as event:
            assert await read() == real
            with container.override(where, pool="fake"):
                assert await read() == ("transaction of orders in fake", "user in fake")
                assert await event.get("transaction") == "transaction of orders in fake"
                assert await session.get("user") == "user in fake"
                assert not told, "the real ones are set aside, not stopped"
            assert await read() == real
            await _settled(told, "user in fake down")
            await _settled(told, "orders in fake down")
            assert told.index("transaction of orders in fake down") < told.index("orders in fake down")
            assert "orders in pool down" not in told

    asyncio.run(main())
    assert told[-4:] == [
        "transaction of orders in pool down",
        "user in pool down",
        "orders in pool down",
        "pool down",
    ]


@pytest.mark.parametrize("where", ["everywhere", "context"])
def test_a_service_of_the_event_is_replaced_in_an_open_event_and_comes_back(
    container: Container, where: Any
) -> None:
    @container.inject
    async def read(transaction: Any) -> object:
        return transaction

    async def main() -> None:
        async with container, container.scope():
            with container.override(where, transaction="first"):
                assert await read() == "first"
                with container.override(where, transaction="second"):
                    assert await read() == "second"
                assert await read() == "first"
            assert await read() == "transaction of orders in pool", "the fake does not stay in the scope"
            with container.override(where, transaction="third"):
                assert await read() == "third"

    asyncio.run(main())


def test_a_scope_that_is_opened_under_an_override_sees_the_real_ones_after_it(
    container: Container, told: list[str]
) -> None:
    @container.inject
    async def read(transaction: Any) -> object:
        return transaction

    async def main() -> None:
        async with container:
            with container.override(pool="fake"):
                event = await container.scope().__aenter__()
                assert await read() == "transaction of orders in fake"
            assert await read() == "transaction of orders in pool"
            await event.__aexit__(None, None, None)

    asyncio.run(main())
    assert "transaction of orders in fake down" in told and "transaction of orders in pool down" in told


def test_an_override_for_all_acts_on_what_lies_under_one_of_a_context(container: Container) -> None:
    @container.service(scope="event")
    async def both(pool: str, orders: str) -> str:
        return f"{pool}, {orders}"

    @container.inject
    async def read(both: Any) -> object:
        return both

    async def main() -> None:
        async with container, container.scope():
            with container.override("context", orders="mine"):
                assert await read() == "pool, mine"
                with container.override(pool="theirs"):
                    assert await read() == "theirs, mine"
                    assert await asyncio.create_task(read()) == "theirs, mine"
                assert await read() == "pool, mine"

    asyncio.run(main())


def test_prepare_and_health_and_states_see_the_override(container: Container) -> None:
    class Pool:
        async def health(self) -> None:
            raise OSError("fake is ill")

    async def handler(orders: Any) -> None: ...

    async def main() -> None:
        async with container:
            with container.override("context", pool=Pool()):
                await container.prepare([handler])
                assert container.states()["orders"].status == "up"
                assert (await container.health())["pool"].error == "OSError: fake is ill"
            assert container.states()["orders"].status == "never started"

    asyncio.run(main())


def test_nothing_is_kept_of_an_override_of_a_context_when_it_is_over(
    container: Container, told: list[str]
) -> None:
    class Fake:
        """Stand for a pool."""

    @container.inject
    async def read(orders: Any) -> None: ...

    async def main() -> None:
        async with container:
            fake = Fake()
            seen = weakref.ref(fake)
            with container.override("context", pool=fake):
                await read()
            del fake
            for _ in range(50):  # no timer here: the loop would keep those of the start behind it
                await asyncio.sleep(0)
            gc.collect()
            assert told and seen() is None

    asyncio.run(main())
