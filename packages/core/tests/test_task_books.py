"""Spawned tasks are counted once each, whoever ends them and whenever."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any

import pytest

from cordio_core import App, Running, TaskCounts
from cordio_core._plain import PlainGuard
from cordio_core.protocols import Outcome


def ran(app: App, use: Callable[[Running], Awaitable[object]]) -> None:
    async def whole() -> None:
        async with asyncio.timeout(10), app.running() as run:
            await use(run)

    asyncio.run(whole())


def counted(run: Running) -> tuple[int, int, int, int]:
    counts: TaskCounts = run.tasks.counts
    assert counts.started == counts.finished + counts.failed + counts.cancelled + counts.running
    return counts.finished, counts.failed, counts.cancelled, counts.running


async def work(steps: int = 1) -> int:
    for _ in range(steps):
        await asyncio.sleep(0)
    return steps


async def failing() -> None:
    await asyncio.sleep(0)
    raise OSError("away")


@pytest.mark.filterwarnings("error")
def test_a_task_that_is_cancelled_before_it_begins_is_counted_and_its_coroutine_forgotten() -> None:
    app = App("orders")

    async def use(run: Running) -> None:
        by_hold, by_task = app.spawn(work(), name="mail"), app.spawn(work(), name="mail")
        by_hold.cancel()
        by_task.task.cancel()
        by_task.task.cancel()
        await asyncio.wait([by_hold.task, by_task.task])
        assert counted(run) == (0, 0, 2, 0)

    ran(app, use)


def test_to_cancel_a_task_that_is_over_changes_nothing() -> None:
    app = App("orders")

    async def use(run: Running) -> None:
        spawned = app.spawn(work(), name="mail")
        assert await spawned == 1
        assert not spawned.task.cancel()
        await asyncio.sleep(0)
        assert counted(run) == (1, 0, 0, 0)

    ran(app, use)


def test_a_task_that_goes_on_when_it_is_cancelled_is_counted_as_it_ends() -> None:
    app = App("orders")

    async def stubborn() -> str:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            await asyncio.sleep(0)
        return "done all the same"

    async def use(run: Running) -> None:
        spawned = app.spawn(stubborn(), name="mail")
        await asyncio.sleep(0)
        spawned.cancel()
        assert await spawned == "done all the same"
        assert counted(run) == (1, 0, 0, 0)

    ran(app, use)


@pytest.mark.parametrize("ending", ["finishes", "fails"])
def test_who_awaits_a_task_finds_it_counted(ending: str) -> None:
    app = App("orders")

    async def use(run: Running) -> None:
        await app.spawn(work() if ending == "finishes" else failing(), name="mail")
        assert counted(run) == ((1, 0, 0, 0) if ending == "finishes" else (0, 1, 0, 0))

    ran(app, use)


def test_a_coroutine_that_is_spawned_twice_makes_two_tasks_and_one_fails() -> None:
    app = App("orders")

    async def use(run: Running) -> None:
        once = work()
        first, second = app.spawn(once, name="mail"), app.spawn(once, name="mail")
        assert counted(run) == (0, 0, 0, 2)
        await asyncio.wait([first.task, second.task])
        await asyncio.sleep(0)
        assert sum(counted(run)) == 2 and counted(run)[1] >= 1

    ran(app, use)


class Broken(PlainGuard):
    """A handler layer that fails itself."""

    async def run(self, handler: Callable[..., Awaitable[object]], /, *args: object) -> Any:
        await super().run(handler, *args)
        raise RuntimeError("the layer is broken")


def test_a_layer_that_fails_itself_stops_the_application() -> None:
    app = App("orders", errors=Broken())

    async def use(run: Running) -> None:
        spawned = app.spawn(work(), name="mail")
        await asyncio.wait([spawned.task])
        assert isinstance(run.failure, RuntimeError)
        assert counted(run) == (0, 1, 0, 0)

    with pytest.raises(RuntimeError, match="the layer is broken"):
        ran(app, use)


class _Other(asyncio.Task[Outcome]):
    """A task of another library."""


def _factory(loop: asyncio.AbstractEventLoop, coro: Coroutine[Any, Any, Any], **options: Any) -> Any:
    return _Other(coro, loop=loop, **options)


def test_an_event_loop_with_tasks_of_its_own_has_them_counted_too() -> None:
    app = App("orders")

    async def use() -> None:
        asyncio.get_running_loop().set_task_factory(_factory)  # type: ignore[arg-type]  # it gives options
        async with asyncio.timeout(10), app.running() as run:
            tasks: Sequence[Any] = [app.spawn(made, name="mail") for made in (work(), failing(), work(9))]
            assert all(type(each.task) is _Other for each in tasks)
            await tasks[0]
            await tasks[1]
            tasks[2].cancel()
            await asyncio.wait([tasks[2].task])
            await asyncio.sleep(0)
            assert counted(run) == (1, 1, 1, 0)

    asyncio.run(use())
