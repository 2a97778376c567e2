"""Sync functions beside the event loop."""

import asyncio
import contextvars
import threading

import pytest

from cordio_core._threads import Threads

VARIABLE = contextvars.ContextVar("VARIABLE", default="unset")


def test_a_function_runs_in_a_thread_that_ends_with_the_process_and_sees_the_callers_context() -> None:
    def seen(first: int, *, second: int) -> tuple[int, int, str, bool, bool]:
        own = threading.current_thread()
        return first, second, VARIABLE.get(), own.daemon, own is threading.main_thread()

    async def use() -> object:
        VARIABLE.set("set")
        return await Threads(1).run(seen, 1, second=2)

    assert asyncio.run(use()) == (1, 2, "set", True, False)


def test_more_calls_than_threads_wait_for_a_free_one() -> None:
    threads, both = Threads(2), threading.Barrier(2)
    seen: set[int] = set()

    def met() -> None:
        both.wait(5)
        seen.add(threading.get_ident())

    async def use() -> None:
        async with asyncio.timeout(5), asyncio.TaskGroup() as group:
            for _ in range(6):
                group.create_task(threads.run(met))

    asyncio.run(use())
    assert len(seen) == 2


def test_a_free_thread_is_used_again() -> None:
    threads = Threads(8)

    async def use() -> set[object]:
        return {await threads.run(threading.get_ident) for _ in range(5)}

    assert len(asyncio.run(use())) == 1


def test_a_call_that_was_cancelled_before_its_turn_never_runs() -> None:
    threads, release = Threads(1), threading.Event()
    ran: list[str] = []

    async def use() -> None:
        first = asyncio.create_task(threads.run(release.wait, 5))
        second = asyncio.create_task(threads.run(ran.append, "second"))
        await asyncio.sleep(0)
        second.cancel()
        await asyncio.wait([second])
        release.set()
        await first
        await threads.run(ran.append, "third")

    asyncio.run(use())
    assert ran == ["third"]


def test_what_a_function_raises_comes_to_the_caller() -> None:
    async def use() -> None:
        async with asyncio.timeout(5):
            with pytest.raises(KeyError, match="x"):
                await Threads(1).run({}.__getitem__, "x")
            with pytest.raises(RuntimeError, match=r"raised StopIteration\(\)"):
                await Threads(1).run(next, iter(()))

    asyncio.run(use())
