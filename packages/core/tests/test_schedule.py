"""Runs of a schedule, and what one that goes wrong does to the next."""

import asyncio
import contextvars
from collections.abc import Callable

import pytest
from packages.core.tests.clock import MovableClock
from packages.core.tests.doubles import Grace
from packages.core.tests.ticking import FOREVER

from cordio_core import App, Request, StartError, every
from cordio_core._plain import PlainContainer


def test_a_schedule_lets_the_run_that_began_finish() -> None:
    app = App("clock")
    seen: list[str] = []

    async def use() -> None:
        began = asyncio.Event()

        @app.on(every("1ms"))
        async def strike() -> None:
            began.set()
            for _ in range(10):
                await asyncio.sleep(0)
            seen.append("finished")

        async with app.running(), asyncio.timeout(5):
            await began.wait()

    asyncio.run(use())
    assert seen and set(seen) == {"finished"}


def test_a_schedule_never_runs_over_itself() -> None:
    app = App("clock")
    running = most = runs = 0
    enough = asyncio.Event()

    @app.on(every("1ms"))
    async def strike() -> None:
        nonlocal running, most, runs
        running, runs = running + 1, runs + 1
        most = max(most, running)
        await asyncio.sleep(0.005)
        running -= 1
        if runs == 3:
            enough.set()

    async def use() -> None:
        async with app.running(), asyncio.timeout(5):
            await enough.wait()

    asyncio.run(use())
    assert most == 1


async def _fail() -> None:
    raise RuntimeError("once more")


async def _await_what_is_cancelled() -> None:
    other = asyncio.create_task(asyncio.Event().wait())
    other.cancel()
    await other


@pytest.mark.parametrize("go_wrong", [_fail, _await_what_is_cancelled])
def test_a_run_that_goes_wrong_is_recorded_and_the_next_one_comes(
    go_wrong: Callable[[], object], caplog: pytest.LogCaptureFixture
) -> None:
    app = App("clock")
    runs: list[int] = []
    again = asyncio.Event()

    @app.on(every("1ms"))
    async def strike() -> None:
        runs.append(1)
        if len(runs) > 1:
            again.set()
        done = go_wrong()
        assert asyncio.iscoroutine(done)
        await done

    async def use() -> None:
        async with app.running(), asyncio.timeout(5):
            await again.wait()

    asyncio.run(use())
    assert "strike" in caplog.text


def test_a_run_that_outlasts_the_grace_time_is_cancelled() -> None:
    app = App("clock", configuring=Grace("10ms"))
    seen: list[str] = []
    began = asyncio.Event()

    @app.on(every("1ms"))
    async def strike() -> None:
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            seen.append("cancelled")

    async def use() -> None:
        async with app.running(), asyncio.timeout(5):
            await began.wait()

    asyncio.run(use())
    assert seen == ["cancelled"]


class Odd(BaseException):
    """What no handler layer takes."""


def test_what_no_layer_takes_stops_the_application_without_waiting_for_the_dead_schedule() -> None:
    app = App("clock", configuring=Grace(FOREVER))

    @app.on(every("1ms"))
    async def strike() -> None:
        raise Odd("odd")

    async def use() -> None:
        async with asyncio.timeout(5):
            await app.serve()

    with pytest.raises(Odd, match="odd"):
        asyncio.run(use())


def test_every_handler_that_wants_data_is_told_for_a_moment_brings_none() -> None:
    app = App("orders")

    @app.on(every("1h"))
    async def strike(order: int) -> None: ...

    @app.on(every("2h"))
    async def again(order: int, amount: int, limit: int = 5) -> None: ...

    with pytest.raises(StartError) as told:
        app.check()
    assert len(told.value.problems) == 2
    assert "wants 'order', but 'every 1h' brings no data" in str(told.value)
    assert "wants 'order', 'amount', but 'every 2h' brings no data" in str(told.value)


def test_a_run_has_its_own_span_and_sees_what_the_start_has_set() -> None:
    region: contextvars.ContextVar[str] = contextvars.ContextVar("region", default="?")

    class Container(PlainContainer):
        async def prepare(self, handlers: object, /) -> None:
            region.set("eu")

    clock = MovableClock()
    app = App("clock", clock=clock, container=Container())
    seen: list[str] = []

    @app.on(every("1s"))
    async def strike(request: Request) -> None:
        seen.append(region.get())
        region.set("other")
        traces.add(request.trace)

    traces: set[str] = set()

    async def whole() -> None:
        async with app.running():
            await clock.move(2)

    asyncio.run(whole())
    assert seen == ["eu", "eu"] and len(traces) == 2 and all(traces)


@pytest.mark.parametrize("steps", range(15))
@pytest.mark.parametrize("overlap", ["skip", "queue", "together"])
def test_a_stop_at_any_step_of_a_run_leaves_no_task(steps: int, overlap: str) -> None:
    app = App("clock")
    inside = 0

    @app.on(every("1ms", at_start=True, overlap=overlap))  # type: ignore[arg-type]  # one of three
    async def strike() -> None:
        nonlocal inside
        inside += 1
        try:
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        finally:
            inside -= 1

    async def whole() -> None:
        async with app.running() as run:
            for _ in range(steps):
                await asyncio.sleep(0)
        assert len(asyncio.all_tasks()) == 1
        assert run.report is not None and run.report.lost == run.report.cancelled == 0

    asyncio.run(whole())
    assert inside == 0
