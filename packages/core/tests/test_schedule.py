"""Moments: when they come, and what a run that goes wrong does to the next."""

import asyncio
import contextvars
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packages.core.tests.clock import MovableClock, settle
from packages.core.tests.doubles import Grace

from cordio_core import App, Request, Running, Schedule, ScheduleState, StartError, at, cron, every
from cordio_core._plain import PlainContainer

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


# Moments, by a clock that is moved


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


def state(run: Running) -> ScheduleState:
    (schedule,) = [source for source in run._assembly.entrypoints if isinstance(source, Schedule)]
    (found,) = schedule.states
    return found


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


# Runs


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


# One replica of several


class Board:
    """Locks that two applications of one process share, as they would share a server."""

    def __init__(self) -> None:
        self.holders: dict[str, object] = {}
        self.is_down = False


class Own:
    """The locks of one replica."""

    def __init__(self, board: Board) -> None:
        self.board = board

    async def take(self, name: str, /) -> bool:
        await asyncio.sleep(0)
        if self.board.is_down:
            raise ConnectionError("no server")
        return self.board.holders.setdefault(name, self) is self

    async def release(self, name: str, /) -> None:
        await asyncio.sleep(0)
        if self.board.is_down:
            raise ConnectionError("no server")
        if self.board.holders.get(name) is self:
            del self.board.holders[name]

    def die(self) -> None:
        """Lose the connection: the server frees what it held."""
        self.board.holders = {name: held for name, held in self.board.holders.items() if held is not self}


def replica(board: Board, clock: MovableClock) -> tuple[App, Own, list[float]]:
    app, lock = App("clock", clock=clock), Own(board)
    ran: list[float] = []

    @app.on(every("10s", lock=lock))
    async def strike() -> None:
        ran.append(clock.monotonic())

    return app, lock, ran


def test_of_two_replicas_one_runs_and_the_other_takes_over_when_it_dies_or_stops() -> None:
    clock, board = MovableClock(), Board()
    (first, lock, of_first), (second, _, of_second) = replica(board, clock), replica(board, clock)

    async def whole() -> None:
        async with second.running() as other:
            async with first.running() as one:
                board.holders = {f"clock:every 10s:{name}": lock for name in [strike_name()]}
                await clock.move(35)
                assert (of_first, of_second) == ([10, 20, 30], [])
                assert (state(one).leads, state(other).leads) == (True, False)
                assert state(other).skipped == 3
                lock.die()
                board.holders.update(dict.fromkeys(of_name(), object()))  # a third one has it for a while
                await clock.move(10)
                assert (of_first, of_second) == ([10, 20, 30], [])
                board.holders.clear()
                await clock.move(10)
                assert len(of_first) + len(of_second) == 4
            await clock.move(20)
            assert of_second[-2:] == [60, 70]
        assert board.holders == {}

    def strike_name() -> str:
        return "replica.<locals>.strike"

    def of_name() -> list[str]:
        return [f"clock:every 10s:{strike_name()}"]

    asyncio.run(whole())


def test_while_locks_cannot_be_asked_for_nobody_runs_and_that_is_told(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock, board = MovableClock(), Board()
    app, _, ran = replica(board, clock)

    async def whole() -> None:
        async with app.running() as run:
            board.is_down = True
            await clock.move(20)
            assert (ran, state(run).skipped, state(run).leads) == ([], 2, False)
            board.is_down = False
            await clock.move(10)
            assert ran == [30]
            board.is_down = True

    asyncio.run(whole())
    assert "a run was skipped: its lock cannot be asked for" in caplog.text
    assert "a lock cannot be given up" in caplog.text


def test_a_lock_can_be_a_service_that_a_function_returns() -> None:
    clock, board = MovableClock(), Board()
    app = App("clock", clock=clock)
    made: list[Own] = []

    @app.service
    def store() -> Own:
        made.append(Own(board))
        return made[-1]

    def of_store(store: Own) -> Own:
        return store

    @app.on(every("10s", lock=of_store))
    async def strike() -> None: ...

    async def whole() -> None:
        async with app.running():
            await clock.move(10)
            async with asyncio.timeout(5):
                while not board.holders:
                    await asyncio.sleep(0)
            assert list(board.holders.values()) == made

    asyncio.run(whole())
    assert board.holders == {}


def test_a_lock_whose_service_is_missing_is_a_start_error_and_what_is_no_lock_is_refused() -> None:
    app = App("clock")

    def of_store(absent: Own) -> Own:
        return absent

    @app.on(every("10s", lock=of_store))
    async def strike() -> None: ...

    with pytest.raises(StartError, match="of_store .*test_schedule.py:.*'absent'"):
        app.check()
    with pytest.raises(ValueError, match="lock=7 is no lock: give an object with take and release"):
        every("10s", lock=7)  # type: ignore[arg-type]
