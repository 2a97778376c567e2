"""What a container is used for in the wrong place or at the wrong time: it says so, and nothing stays open."""

import asyncio
import contextlib
import functools
import re
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from typing import Any

import pytest

from cordio_di import Container, ContainerInUse, ServiceClosed, WiringError


class Rows:
    async def later(self, pool: Any) -> AsyncIterator[int]:
        yield 1

    def at_once(self, pool: Any) -> Iterator[int]:
        yield 1

    async def __call__(self, pool: Any) -> AsyncIterator[int]:
        yield 1


@pytest.fixture
def container() -> Container:
    container = Container(discover=False, scopes=["session"])
    container.value("pool", object())
    return container


@pytest.mark.parametrize(
    "handler",
    [Rows().later, Rows().at_once, functools.partial(Rows().later), Rows()],
    ids=["async", "sync", "partial", "callable object"],
)
def test_a_generator_is_no_handler_since_it_would_run_after_its_event(
    container: Container, handler: Callable[..., object]
) -> None:
    with pytest.raises(WiringError, match=r"test_misuse.py:\d+\) is a generator.*scope\.get") as injected:
        container.inject(handler)
    with pytest.raises(WiringError) as checked:
        container.check([handler])
    assert checked.value.problems == injected.value.problems


async def in_a_task(work: Callable[[], Coroutine[object, object, object]]) -> object:
    return await asyncio.create_task(work())


def test_a_scope_closes_its_services_wherever_it_is_left(container: Container) -> None:
    lines: list[str] = []

    @container.service(scope="session")
    async def basket() -> AsyncIterator[str]:
        yield "basket"
        lines.append("basket closed")

    @container.inject
    async def read(basket: Any) -> Any:
        return basket

    async def main() -> None:
        async with container:
            session = container.scope("session")

            async def begin() -> None:
                await session.__aenter__()
                await read()

            await in_a_task(begin)
            await session.__aexit__(None, None, None)
            assert lines == ["basket closed"]
            assert not session.is_open
            with pytest.raises(ServiceClosed):
                await read()

    asyncio.run(main())


def test_an_event_that_is_left_elsewhere_gets_its_exception_all_the_same(container: Container) -> None:
    lines: list[str] = []

    @container.service(scope="event")
    async def transaction() -> AsyncIterator[str]:
        try:
            yield "transaction"
        except ValueError as error:
            lines.append(f"rolled back for {error}")
            raise

    async def main() -> None:
        async with container:
            event = container.scope()

            async def begin() -> None:
                await event.__aenter__()
                await event.get("transaction")

            await in_a_task(begin)
            error = ValueError("no stock")
            await event.__aexit__(ValueError, error, None)

    asyncio.run(main())
    assert lines == ["rolled back for no stock"]


def test_who_is_still_in_the_context_of_a_scope_left_elsewhere_is_in_the_outer_one(
    container: Container,
) -> None:
    container.service(object, name="basket", scope="session")

    @container.inject
    async def read(basket: Any) -> Any:
        return basket

    async def main() -> None:
        async with container, container.scope("session") as outer:
            inner = container.scope("session")
            await inner.__aenter__()
            assert await read() is not await outer.get("basket")
            await in_a_task(lambda: inner.__aexit__(None, None, None))
            assert await read() is await outer.get("basket")

    asyncio.run(main())


def test_a_scope_that_is_joined_here_and_unjoined_elsewhere_says_so(container: Container) -> None:
    async def main() -> None:
        async with container, container.scope("session", follows=False) as session:
            joined = session.joined()

            async def begin() -> None:
                joined.__enter__()

            await in_a_task(begin)
            with pytest.raises(ContainerInUse, match="'session' is left in another context.*task"):
                joined.__exit__(None, None, None)

    asyncio.run(main())


def test_what_fails_where_a_scope_is_joined_is_not_replaced_when_it_is_unjoined_elsewhere(
    container: Container,
) -> None:
    async def main() -> None:
        async with container, container.scope("session", follows=False) as session:
            joined = session.joined()

            async def begin() -> None:
                joined.__enter__()

            await in_a_task(begin)
            error = ValueError("no stock")
            assert not joined.__exit__(ValueError, error, None)

    asyncio.run(main())


def test_an_override_of_one_context_ends_wherever_it_is_left(container: Container) -> None:
    @container.service
    async def orders(pool: Any) -> AsyncIterator[list[Any]]:
        made = [pool]
        yield made
        made.clear()

    @container.inject
    async def read(orders: Any) -> Any:
        return orders

    async def main() -> None:
        async with container:
            override = container.override("context", pool="fake")

            async def begin() -> Any:
                override.__enter__()
                return await read()

            made = await in_a_task(begin)
            assert made == ["fake"]
            stopped = [task for task in asyncio.all_tasks() if task.get_name() == "service orders"]
            override.__exit__(None, None, None)
            await asyncio.wait(stopped)
            assert made == []
            assert await read() != ["fake"]

    asyncio.run(main())


def test_a_container_is_not_entered_again_while_it_is_still_closing(container: Container) -> None:
    @container.service
    async def slow() -> AsyncIterator[asyncio.Event]:
        stopping.set()
        yield may_stop
        stopping.set()
        await may_stop.wait()

    @container.inject
    async def read(slow: Any) -> None: ...

    async def main() -> None:
        await container.__aenter__()
        await read()
        stopping.clear()
        closing = [asyncio.create_task(container.__aexit__(None, None, None)) for _ in range(2)]
        await stopping.wait()
        with pytest.raises(ContainerInUse, match="still closing: wait until it has been left"):
            await container.__aenter__()
        may_stop.set()
        await asyncio.gather(*closing)
        async with container:
            await read()

    stopping, may_stop = asyncio.Event(), asyncio.Event()
    asyncio.run(asyncio.wait_for(main(), 5))


@pytest.mark.parametrize("opened", [False, True])
def test_a_stop_that_fails_besides_is_told_with_its_service_its_place_and_its_type(
    container: Container, opened: bool
) -> None:
    @container.service(scope="event")
    async def transaction() -> AsyncIterator[str]:
        try:
            yield "transaction"
        finally:
            raise KeyError

    @container.inject
    async def fail(transaction: Any) -> None:
        raise ValueError("no stock")

    async def main() -> None:
        async with container:
            async with container.scope() if opened else contextlib.nullcontext():
                await fail()

    with pytest.raises(ValueError, match="no stock") as caught:
        asyncio.run(main())
    (told,) = caught.value.__notes__
    assert re.fullmatch(
        r"besides: KeyError, while the service 'transaction', \S+ \(.*test_misuse\.py:\d+\), was closed", told
    )
