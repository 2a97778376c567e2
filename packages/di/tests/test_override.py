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


def test_fakes_of_overlapping_tests_go_in_any_order(container: Container) -> None:
    async def main() -> None:
        async with container:
            read = container.inject(_pool)
            first, second = container.override(pool="first"), container.override(pool="second")
            with first:
                second.__enter__()
                assert await read() == "second"
            assert await read() == "second", "the end of one takes only its own fake away"
            second.__exit__(None, None, None)
            assert await read() == "pool of settings"

    asyncio.run(main())


async def _pool(pool: Any) -> object:
    return pool


def test_a_fake_of_a_context_is_seen_there_alone_even_by_what_is_made_with_it(container: Container) -> None:
    made: list[str] = []

    @container.service
    async def shop(orders: str) -> AsyncIterator[str]:
        made.append("up")
        yield f"shop of {orders}"
        made.append("down")

    @container.inject
    async def handler(shop: Any, transaction: Any, settings: Any) -> tuple[str, str, str]:
        return shop, transaction, settings

    def seen(pool: str) -> tuple[str, str, str]:
        return f"shop of orders in {pool}", f"transaction in {pool}", "settings"

    async def test(name: str, all_in: asyncio.Barrier) -> None:
        with container.override("context", pool=name):
            await all_in.wait()
            assert await handler() == seen(name)
            assert await asyncio.create_task(handler()) == seen(name), "tasks that begin in it see it too"
            await all_in.wait()
        assert await handler() == seen("pool of settings")

    async def main() -> None:
        async with asyncio.timeout(5):
            async with container:
                assert await handler() == seen("pool of settings")
                all_in = asyncio.Barrier(3)
                tests = [asyncio.create_task(test(name, all_in)) for name in ("a", "b")]
                await all_in.wait()
                assert await handler() == seen("pool of settings"), "the others have the real one"
                await all_in.wait()
                await asyncio.gather(*tests)
                assert made.count("up") == 3, "the real one was made once"
            assert made.count("down") == 3

    asyncio.run(main())


def test_fakes_of_a_context_nest_and_lie_over_those_for_all(container: Container) -> None:
    read = container.inject(_pool)

    async def main() -> None:
        async with container:
            with container.override("context", settings="inner settings"):
                assert await read() == "pool of inner settings"
                with container.override("context", pool="innermost"):
                    assert await read() == "innermost"
                assert await read() == "pool of inner settings"
            with container.override(pool="for all"), container.override("context", settings="none"):
                assert await read() == "for all"
            assert await read() == "pool of settings"

    asyncio.run(main())


def test_what_a_context_made_stops_in_order_when_the_container_is_left(container: Container) -> None:
    told: list[str] = []

    @container.service
    async def base() -> AsyncIterator[str]:
        yield "base"
        told.append("base down")

    @container.service
    async def above(base: str, settings: str) -> AsyncIterator[str]:
        yield f"{base} {settings}"
        for _ in range(5):
            await asyncio.sleep(0)
        told.append(f"above {settings} down")

    @container.inject
    async def handler(above: Any) -> object:
        return above

    async def main() -> None:
        async with container:
            with container.override("context", settings="fake"):
                assert await handler() == "base fake"
                assert await asyncio.create_task(_factory_asks(container)) == "asked fake"

    asyncio.run(main())
    assert told == ["above fake down", "base down"]


async def _factory_asks(container: Container) -> object:
    @container.inject
    async def ask(settings: Any) -> object:
        return settings

    @container.service
    async def asking(settings: str) -> str:
        return f"asked {await ask()}"

    @container.inject
    async def handler(asking: Any) -> object:
        return asking

    return await handler()


def test_a_new_user_of_what_is_stopping_waits_for_the_next_one_and_does_not_keep_the_stop_up(
    container: Container,
) -> None:
    gate = asyncio.Event()

    @container.service
    async def shop(pool: str) -> AsyncIterator[str]:
        yield f"shop of {pool}"
        await gate.wait()

    @container.service
    async def other(pool: str) -> str:
        return f"other {pool}"

    @container.inject
    async def use_shop(shop: Any) -> None: ...

    @container.inject
    async def use_other(other: Any) -> object:
        return other

    async def main() -> None:
        async with asyncio.timeout(5), container:
            await use_shop()
            with container.override(settings="fake"):
                call = asyncio.create_task(use_other())
                for _ in range(5):
                    await asyncio.sleep(0)
                gate.set()
                assert await call == "other pool of fake"

    asyncio.run(main())


def test_an_override_is_no_decorator_since_a_coroutine_would_run_after_it() -> None:
    container = Container(discover=False)
    container.value("limit", 10)

    async def test() -> None: ...

    with pytest.raises(WiringError, match="write `with container.override"):
        container.override(limit=1)(test)
