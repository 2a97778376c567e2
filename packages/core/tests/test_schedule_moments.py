"""Moments: when they come, which are missed, and what a clock that is set does to them."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packages.core.tests.clock import MovableClock, settle
from packages.core.tests.doubles import Grace
from packages.core.tests.ticking import FOREVER, state

from cordio_core import App, Running, at, cron, every


class Runs:
    """A handler that notes when it ran; it goes on until it is let go, if it is held."""

    def __init__(self, clock: MovableClock) -> None:
        self.clock, self.at = clock, list[float]()
        self.go = asyncio.Event()
        self.go.set()
        self.inside = 0

    async def __call__(self) -> None:
        self.at.append(round(self.clock.monotonic(), 3))
        self.inside += 1
        try:
            await self.go.wait()
        finally:
            self.inside -= 1


def clocked(
    use: Callable[[Running, MovableClock, Runs], Awaitable[object]], event: object, grace: str = "1s"
) -> Runs:
    """Run an application with one schedule by a clock that stands still."""
    clock = MovableClock(datetime(2026, 11, 24, 12, tzinfo=UTC).timestamp())
    app = App("clock", clock=clock, configuring=Grace(grace))
    runs = Runs(clock)
    app.on(event)(runs)  # type: ignore[arg-type]  # a test hands over any

    async def whole() -> None:
        async with asyncio.timeout(20), app.running() as run:
            if not await use(run, clock, runs):
                runs.go.set()

    asyncio.run(whole())
    return runs


def test_a_period_is_counted_from_the_start_however_long_a_run_takes() -> None:
    async def use(run: Running, clock: MovableClock, runs: Runs) -> None:
        await clock.move(25)
        runs.go.clear()
        await clock.move(7)
        runs.go.set()
        await clock.move(20)

    assert clocked(use, every("10s")).at == [10, 20, 30, 40, 50]


def test_a_schedule_can_begin_at_the_start() -> None:
    async def use(run: Running, clock: MovableClock, runs: Runs) -> None:
        await clock.move(15)

    assert clocked(use, every("10s", at_start=True)).at == [0, 10]


def test_a_jitter_makes_runs_late_but_not_the_moments() -> None:
    async def use(run: Running, clock: MovableClock, runs: Runs) -> None:
        await clock.move(1005)

    late = [
        moment - 10 * (number + 1) for number, moment in enumerate(clocked(use, every("10s", jitter="5s")).at)
    ]
    assert len(late) == 100 and all(0 <= each <= 5 for each in late)
    assert min(late) < 2 and max(late) > 3


def test_a_moment_during_a_run_is_skipped_counted_and_told(caplog: pytest.LogCaptureFixture) -> None:
    async def use(run: Running, clock: MovableClock, runs: Runs) -> None:
        runs.go.clear()
        await clock.move(35)
        assert (state(run).runs, state(run).running, state(run).skipped) == (1, 1, 2)
        runs.go.set()
        await clock.move(10)

    assert clocked(use, every("10s")).at == [10, 40]
    assert "a run was skipped: the one before goes on" in caplog.text


def test_moments_during_a_run_can_queue_one_run_each() -> None:
    async def use(run: Running, clock: MovableClock, runs: Runs) -> None:
        runs.go.clear()
        await clock.move(35)
        assert (state(run).running, state(run).queued, runs.inside) == (1, 2, 1)
        runs.go.set()
        await settle()
        assert (state(run).runs, state(run).queued, state(run).skipped) == (3, 0, 0)

    assert clocked(use, every("10s", overlap="queue")).at == [10, 35, 35]


def test_runs_can_go_on_together_but_not_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cordio_core._timer._MOST", 3)

    async def use(run: Running, clock: MovableClock, runs: Runs) -> None:
        runs.go.clear()
        await clock.move(55)
        assert (state(run).running, state(run).skipped, runs.inside) == (3, 2, 3)

    assert clocked(use, every("10s", overlap="together")).at == [10, 20, 30]


def test_moments_that_nobody_could_heed_are_missed_counted_and_told(caplog: pytest.LogCaptureFixture) -> None:
    async def use(run: Running, clock: MovableClock, runs: Runs) -> None:
        await settle()
        clock.jump(35)
        await clock.move(0)
        assert (state(run).runs, state(run).missed) == (1, 2)
        await clock.move(5)

    assert clocked(use, every("10s")).at == [35, 40]
    assert "runs were missed count=2 why='nobody could heed them in time' schedule='every 10s'" in caplog.text


def test_what_waits_for_its_run_at_the_stop_is_missed_and_the_run_that_began_is_finished(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def use(run: Running, clock: MovableClock, runs: Runs) -> object:
        runs.go.clear()
        await clock.move(35)

        async def release() -> None:
            await run.stopping.wait()
            await settle()
            runs.go.set()

        return asyncio.create_task(release())

    runs = clocked(use, every("10s", overlap="queue"), FOREVER)
    assert (runs.at, runs.inside) == ([10], 0)
    assert "runs were missed count=2 why='the application stops'" in caplog.text


def test_a_single_moment_comes_once_by_the_clock_on_the_wall() -> None:
    async def use(run: Running, clock: MovableClock, runs: Runs) -> None:
        assert state(run).next == at("2026-11-24T12:01").moment
        await clock.move(300)
        assert (state(run).next, state(run).runs, state(run).missed) == (None, 1, 0)

    assert clocked(use, at("2026-11-24T13:01", zone="Europe/Berlin")).at == [60]


def test_a_single_moment_that_was_over_before_the_start_is_missed(caplog: pytest.LogCaptureFixture) -> None:
    async def use(run: Running, clock: MovableClock, runs: Runs) -> None:
        await clock.move(10)
        assert state(run).missed == 1

    assert clocked(use, at("2026-11-24T11:59")).at == []
    assert "why='its time was over before the start'" in caplog.text


def test_a_clock_that_is_set_forward_brings_one_run_and_counts_the_others() -> None:
    pytest.importorskip("croniter")

    async def use(run: Running, clock: MovableClock, runs: Runs) -> None:
        await clock.move(1)
        clock.set(clock.now() + 1800)
        await clock.move(60)
        assert (state(run).runs, state(run).missed) == (1, 5)

    (moment,) = clocked(use, cron("*/5 * * * *")).at
    assert moment <= 31  # it looks every half a minute


def test_a_clock_that_is_set_back_a_little_repeats_nothing_and_far_back_begins_anew() -> None:
    pytest.importorskip("croniter")

    async def little(run: Running, clock: MovableClock, runs: Runs) -> None:
        await clock.move(301)
        clock.set(clock.now() - 600)
        await clock.move(300 + 599)

    async def far(run: Running, clock: MovableClock, runs: Runs) -> None:
        await clock.move(301)
        clock.set(clock.now() - 86_400)
        await clock.move(299)

    assert clocked(little, cron("*/5 * * * *")).at == [300, 1200]
    assert clocked(far, cron("*/5 * * * *")).at == [300, 600]


def test_a_day_on_which_the_clocks_are_changed_is_heeded_while_time_goes_on() -> None:
    pytest.importorskip("croniter")
    clock = MovableClock(datetime(2026, 10, 24, 23, 59, tzinfo=UTC).timestamp())
    app = App("clock", clock=clock)
    daily, hourly = Runs(clock), Runs(clock)
    app.on(cron("30 2 * * *", zone="Europe/Berlin"))(daily)
    app.on(cron("0 * * * *", zone="Europe/Berlin"))(hourly)

    async def whole() -> None:
        async with app.running():
            await clock.move(3 * 3600)

    asyncio.run(whole())
    assert daily.at == [31 * 60]
    assert hourly.at == [60, 3660, 7260]


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 50), st.booleans(), st.lists(st.integers(0, 120), max_size=12))
def test_a_period_comes_when_a_plain_model_says_so(period: int, at_start: bool, moves: list[int]) -> None:
    async def use(run: Running, clock: MovableClock, runs: Runs) -> None:
        for seconds in moves:
            await clock.move(seconds)
        await settle()
        assert state(run).missed == state(run).skipped == 0

    end = sum(moves)
    expected = [moment for moment in range(0 if at_start else period, end + 1, period)]
    assert clocked(use, every(f"{period}s", at_start=at_start)).at == expected
