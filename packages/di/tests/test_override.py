"""Other objects in the place of services, for tests."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from cordio_di import Container, WiringError


@pytest.fixture
def container() -> Container:
    container = Container(discover=False)

    @container.service
    async def pool(settings: str) -> str:
        return f"pool of {settings}"

    @container.service
    async def settings() -> str:
        return "settings"

    @container.service
    async def orders(pool: str) -> AsyncIterator[str]:
        yield f"orders in {pool}"

    @container.service(scope="event")
    async def transaction(pool: str) -> str:
        return f"transaction in {pool}"

    return container


def test_a_fake_nests_and_applies_to_what_is_compiled_and_to_what_was_made(container: Container) -> None:
    @container.inject
    async def handler(pool: Any, orders: Any, transaction: Any) -> tuple[str, str, str]:
        return pool, orders, transaction

    def seen(pool: str) -> tuple[str, str, str]:
        return pool, f"orders in {pool}", f"transaction in {pool}"

    async def main() -> None:
        async with container:
            assert await handler() == seen("pool of settings")
            with container.override(pool="fake"):
                assert await handler() == seen("fake")
                with container.override(pool="inner", transaction="none"):
                    assert await handler() == ("inner", "orders in inner", "none")
                assert await handler() == seen("fake")
            assert await handler() == seen("pool of settings")

    asyncio.run(main())


def test_what_a_replaced_service_needs_is_not_reached(container: Container) -> None:
    async def handler(orders: Any) -> None: ...

    @container.service
    def broken(nothing: Any) -> None: ...

    async def other(broken: Any) -> None: ...

    async def main() -> None:
        with container.override(pool="fake", broken="fake"):
            async with container:
                container.check([handler, other])
                await container.prepare([handler, other])
                assert set(await container.health()) == set()

    asyncio.run(main())
    with pytest.raises(WiringError):
        container.check([other])


def test_the_real_one_comes_back_after_an_exception(container: Container) -> None:
    container.value("limit", 10)

    @container.inject
    async def read(limit: int) -> int:
        return limit

    async def main() -> None:
        async with container:
            with pytest.raises(ValueError), container.override(limit=1):
                assert await read() == 1
                raise ValueError
            assert await read() == 10

    asyncio.run(main())


def test_a_fake_stays_when_the_real_one_is_exchanged(container: Container) -> None:
    container.value("limit", 10)

    @container.inject
    async def read(limit: int) -> int:
        return limit

    async def main() -> None:
        with container.override(limit=1):
            container.value("limit", 3)
            async with container:
                assert await read() == 1
        async with container:
            assert await read() == 3

    asyncio.run(main())


def test_a_fake_for_nothing_is_a_mistake(container: Container) -> None:
    with pytest.raises(WiringError, match="did you mean 'pool'"), container.override(pol=1):
        pass
