"""Whatever is cancelled, fails or hangs, at whichever step: nothing stays open and the order is kept."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import closing
from typing import Any, cast

import pytest

from cordio_di import (
    Container,
    ContainerInUse,
    ServiceClosed,
    ServiceUnavailable,
    StopFailed,
    WiringError,
)

Work = Callable[[], Coroutine[object, object, None]]


class Chain:
    """Three services in a row that wait at each step, and the lines that they write."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.container = Container(discover=False)
        for make in (self.settings, self.pool, self.orders):
            self.container.service(make)
        self.handler = self.container.inject(self._handler)

    async def settings(self) -> AsyncIterator[str]:
        async for _ in self._life("settings"):
            yield "settings"

    async def pool(self, settings: str) -> AsyncIterator[str]:
        async for _ in self._life("pool"):
            yield "pool"

    async def orders(self, pool: str, settings: str) -> AsyncIterator[str]:
        async for _ in self._life("orders"):
            yield "orders"

    async def _handler(self, orders: Any) -> None:
        await asyncio.sleep(0)

    async def _life(self, name: str) -> AsyncIterator[None]:
        await asyncio.sleep(0)
        self.lines.append(f"{name} up")
        try:
            await asyncio.sleep(0)
            yield
        finally:
            self.lines.append(f"{name} down")
            await asyncio.sleep(0)

    def is_ordered(self) -> bool:
        """Tell whether all that started has stopped, each before what it needs."""
        opened: list[str] = []
        for line in self.lines:
            name, _, step = line.partition(" ")
            if step == "up":
                opened.append(name)
            elif opened.pop() != name:
                return False
        return not opened


def steps(work: Callable[[Chain], Work]) -> list[bool]:
    """Cancel `work` after its first turn of the loop, after its second, and so on until it ends before."""
    cancelled: list[bool] = []
    while not cancelled or cancelled[-1]:
        chain = Chain()
        cancelled.append(asyncio.run(_cut(work(chain), len(cancelled))))
        assert chain.is_ordered(), (len(cancelled), chain.lines)
        states = chain.container.states().values()
        assert {state.status for state in states} == {"never started"}
    return cancelled


async def _cut(work: Work, turns: int) -> bool:
    async with asyncio.timeout(5):
        task = asyncio.create_task(work())
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled() or task.exception() is None
        assert asyncio.all_tasks() == {asyncio.current_task()}, "no task is left behind"
        return task.cancelled()


def test_a_cancellation_at_every_step_of_start_use_and_stop_leaves_nothing_open() -> None:
    def work(chain: Chain) -> Work:
        async def main() -> None:
            async with chain.container:
                await chain.container.prepare([chain.handler])
                await chain.handler()

        return main

    assert len(steps(work)) > 15


def test_a_cancellation_at_every_step_of_first_uses_leaves_nothing_open() -> None:
    def work(chain: Chain) -> Work:
        async def main() -> None:
            async with chain.container:
                await asyncio.gather(*(chain.handler() for _ in range(3)))

        return main

    assert len(steps(work)) > 15


def test_a_stop_at_every_step_of_a_start_closes_what_it_had_opened() -> None:
    async def main(turns: int) -> bool:
        chain = Chain()
        async with asyncio.timeout(5):
            async with chain.container:
                users = [asyncio.create_task(chain.handler()) for _ in range(3)]
                for _ in range(turns):
                    await asyncio.sleep(0)
            ends = await asyncio.gather(*users, return_exceptions=True)
            assert all(end is None or isinstance(end, ServiceClosed | ServiceUnavailable) for end in ends)
            assert chain.is_ordered()
            return None in ends

    turns = 0
    while not asyncio.run(main(turns)):
        turns += 1
    assert turns > 5


def test_a_failed_start_under_load_is_one_try_a_time_and_each_user_hears_of_it() -> None:
    tries: list[asyncio.Event] = []
    container = Container(discover=False)

    @container.service
    async def pool() -> None:
        tries.append(asyncio.Event())
        await tries[-1].wait()
        raise OSError(f"number {len(tries)}")

    @container.service
    async def orders(pool: Any) -> None: ...

    @container.inject
    async def handler(orders: Any) -> None: ...

    async def main() -> None:
        async with asyncio.timeout(5), container:
            for number in range(1, 4):
                users = [asyncio.create_task(handler()) for _ in range(100)]
                while len(tries) < number:
                    await asyncio.sleep(0)
                users.append(asyncio.create_task(handler()))
                await asyncio.sleep(0)
                tries[-1].set()
                failures = await asyncio.gather(*users, return_exceptions=True)
                assert {str(failure).partition("start: ")[2] for failure in failures} == {
                    f"OSError: number {number}"
                }
                assert len(tries) == number and len({id(failure) for failure in failures}) == 101

    asyncio.run(main())


def test_a_stop_that_fails_at_once_or_is_cancelled_from_outside_keeps_the_order() -> None:
    lines: list[str] = []
    container = Container(discover=False)

    @container.service
    async def base() -> AsyncIterator[str]:
        yield "base"
        lines.append("base down")

    @container.service
    async def first(base: str) -> AsyncIterator[str]:
        yield "first"
        await asyncio.sleep(0)
        lines.append("first fails")
        raise OSError("first")

    @container.service
    async def second(base: str) -> AsyncIterator[str]:
        yield "second"
        task = asyncio.current_task()
        assert task is not None
        task.cancel()
        try:
            await asyncio.sleep(0)
        finally:
            lines.append("second cancelled")

    @container.inject
    async def handler(first: Any, second: Any) -> None: ...

    async def main() -> None:
        async with container:
            await handler()

    with pytest.raises(ExceptionGroup) as caught:
        asyncio.run(main())
    assert all(isinstance(failure, StopFailed) for failure in caught.value.exceptions)
    assert len(caught.value.exceptions) == 2
    assert set(lines[:2]) == {"first fails", "second cancelled"} and lines[2:] == ["base down"]


def test_a_loop_made_by_asking_in_a_task_of_the_factory_is_found_too() -> None:
    container = Container(discover=False)

    async def ask_first(first: Any) -> None: ...

    async def ask_second(second: Any) -> None: ...

    @container.service
    async def first() -> None:
        await asyncio.gather(container.inject(ask_second)())

    @container.service
    async def second() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(container.inject(ask_first)())

    async def main() -> None:
        async with asyncio.timeout(5), container:
            with pytest.raises(ServiceUnavailable) as caught:
                await container.inject(ask_first)()
            found = caught.value.__cause__
            while isinstance(found, ExceptionGroup):
                found = found.exceptions[0]
            assert isinstance(found, WiringError)
            assert "wait for each other" in str(found)

    asyncio.run(main())


def test_a_task_that_outlives_its_factory_asks_like_anybody_else() -> None:
    container = Container(discover=False)
    asked: list[asyncio.Task[object]] = []

    @container.service
    def after(first: Any) -> str:
        return f"after {first}"

    @container.inject
    async def ask(after: Any) -> object:
        return after

    @container.service
    async def first() -> AsyncIterator[str]:
        up = asyncio.Event()

        async def later() -> object:
            await up.wait()
            return await ask()

        asked.append(asyncio.create_task(later()))
        asyncio.get_running_loop().call_soon(up.set)
        yield "first"

    @container.inject
    async def handler(first: Any) -> None: ...

    async def main() -> None:
        async with asyncio.timeout(5), container:
            await handler()
            assert await asked[0] == "after first"

    asyncio.run(main())


def test_a_factory_that_keeps_its_cancellation_to_itself_shows_nothing_after_the_stop() -> None:
    container, lines, starting = Container(discover=False), list[str](), asyncio.Event()

    @container.service
    async def stubborn() -> AsyncIterator[str]:
        starting.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            lines.append("kept")
        yield "object"
        lines.append("down")

    @container.inject
    async def handler(stubborn: Any) -> None: ...

    async def main() -> None:
        async with asyncio.timeout(5):
            async with container:
                call = asyncio.create_task(handler())
                await starting.wait()
            assert lines == ["kept", "down"]
            with pytest.raises(ServiceClosed):
                await call

    asyncio.run(main())


def test_an_object_that_is_up_is_not_handed_to_another_thread() -> None:
    container = Container(discover=False)

    @container.service
    def pool() -> str:
        return "pool"

    @container.service(scope="event")
    async def transaction(pool: str) -> AsyncIterator[str]:
        yield "transaction"

    @container.inject
    async def direct(pool: Any) -> object:
        return pool

    @container.inject
    async def through_an_event(transaction: Any) -> object:
        return transaction

    async def main() -> None:
        async with container:
            for handler in (direct, through_an_event):
                await handler()
                with pytest.raises(Exception, match="another event loop"):
                    await asyncio.to_thread(asyncio.run, handler())
                await handler()

    asyncio.run(main())


def uvloops() -> asyncio.AbstractEventLoop:
    return cast(asyncio.AbstractEventLoop, pytest.importorskip("uvloop").new_event_loop())


@pytest.mark.parametrize("loops", [asyncio.new_event_loop, uvloops], ids=["asyncio", "uvloop"])
def test_two_loops_that_take_turns_in_one_thread_are_told_apart(
    loops: Callable[[], asyncio.AbstractEventLoop],
) -> None:
    container = Container(discover=False)
    made: list[str] = []

    @container.service
    async def pool() -> str:
        made.append("pool")
        return "pool"

    @container.service(scope="event")
    async def transaction() -> AsyncIterator[str]:
        made.append("transaction")
        yield "transaction"

    @container.inject
    async def direct(pool: Any) -> object:
        return pool

    @container.inject
    async def through_an_event(transaction: Any) -> object:
        return transaction

    with closing(loops()) as session, closing(loops()) as function:
        session.run_until_complete(container.__aenter__())
        for handler in (direct, through_an_event):
            for _ in range(2):
                session.run_until_complete(handler())
                with pytest.raises(ContainerInUse, match="another event loop"):
                    function.run_until_complete(handler())
        session.run_until_complete(container.__aexit__(None, None, None))
        assert made == ["pool", "transaction", "transaction"]
        function.run_until_complete(container.__aenter__())
        assert function.run_until_complete(direct()) == "pool"
        with pytest.raises(ContainerInUse, match="another event loop"):
            session.run_until_complete(direct())
        function.run_until_complete(container.__aexit__(None, None, None))


def test_nothing_of_an_open_container_is_used_from_the_loop_of_another_thread() -> None:
    container = Container(discover=False)
    used: list[str] = []

    @container.service
    class Pool:
        async def health(self) -> None:
            used.append("health")

    @container.service(scope="event")
    async def transaction() -> AsyncIterator[str]:
        used.append("transaction")
        yield "transaction"

    @container.inject
    async def alone(transaction: Any) -> None: ...

    async def handler(pool: Any) -> None: ...

    async def opened() -> None:
        async with container.scope():
            used.append("scope")

    async def main() -> None:
        async with container:
            await container.prepare([handler])
            await alone()
            used.clear()
            for use in (alone, opened, container.health, lambda: container.prepare([handler])):
                with pytest.raises(ContainerInUse, match="another event loop"):
                    await asyncio.to_thread(asyncio.run, use())
            assert used == []
            await alone()
            assert used == ["transaction"]

    asyncio.run(main())
