"""Moments: when they come, and what a run that goes wrong does to the next."""

import asyncio
from collections.abc import Callable

import pytest
from packages.core.tests.doubles import Grace

from cordio_core import App, StartError, every

FOREVER = "1d"


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
