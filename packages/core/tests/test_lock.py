"""Whoever waits for a lock holds up nothing, least of all a stop."""

import asyncio

import pytest
from packages.core.tests.clock import MovableClock

from cordio_core import App, Running, Schedule, ScheduleState, every


class Mute:
    """A holder of locks that does not answer any more."""

    def __init__(self) -> None:
        self.asked, self.go = asyncio.Event(), asyncio.Event()
        self.answer: bool = True
        self.told: list[str] = []

    async def take(self, name: str, /) -> bool:
        self.asked.set()
        await self.go.wait()
        return self.answer

    async def release(self, name: str, /) -> None:
        self.told.append(name)


def _app(lock: Mute, clock: MovableClock) -> tuple[App, list[float]]:
    app = App("clock", clock=clock)
    ran: list[float] = []

    @app.on(every("10s", lock=lock, overlap="queue"))
    async def strike() -> None:
        ran.append(clock.monotonic())

    return app, ran


def _state(run: Running) -> ScheduleState:
    (source,) = [each for each in run.assembly.entrypoints if isinstance(each, Schedule)]
    return source.states[0]


def test_a_lock_that_does_not_answer_holds_up_no_stop(caplog: pytest.LogCaptureFixture) -> None:
    lock, clock = Mute(), MovableClock()
    app, ran = _app(lock, clock)

    async def use() -> Running:
        async with app.running() as run:
            await clock.move(30)
            assert lock.asked.is_set()
        return run

    run = asyncio.run(use())
    assert ran == [] and run.report is not None
    assert (run.report.finished, run.report.cancelled, run.report.lost, run.report.code) == (0, 0, 0, 0)
    assert "runs were missed count=3 why='the application stops'" in caplog.text
    assert len(lock.told) == 1  # it may have been taken meanwhile


def test_a_lock_that_another_one_holds_is_not_given_up() -> None:
    lock, clock = Mute(), MovableClock()
    lock.answer = False
    lock.go.set()
    app, ran = _app(lock, clock)

    async def use() -> ScheduleState:
        async with app.running() as run:
            await clock.move(20)
            return _state(run)

    found = asyncio.run(use())
    assert (found.skipped, found.runs, ran, lock.told) == (2, 0, [], [])


def test_what_is_queued_while_a_lock_is_asked_for_runs_after_it() -> None:
    lock, clock = Mute(), MovableClock()
    app, ran = _app(lock, clock)

    async def use() -> int:
        async with app.running() as run:
            await clock.move(30)
            lock.go.set()
            async with asyncio.timeout(5):
                while len(ran) < 3:
                    await asyncio.sleep(0)
            return _state(run).queued

    assert asyncio.run(use()) == 0
    assert ran == [30, 30, 30] and len(lock.told) == 1
