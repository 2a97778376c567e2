"""How tasks end: at a stop, when they are cancelled, and what is told of those that do not."""

import asyncio

import pytest
from packages.core.tests.clock import MovableClock, settle
from packages.core.tests.doubles import Grace
from packages.core.tests.tasking import Flaky, balanced, ran, registered

from cordio_core import App, Restart, Running, TaskCounts, TaskError

FOREVER = "1d"


def test_a_stop_awaits_what_was_spawned_and_what_that_spawns_then_cancels_the_application_s_own() -> None:
    app = App("orders")
    happened: list[str] = []

    @app.task
    async def watch() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            happened.append("own cancelled")

    async def second() -> None:
        await settle()
        happened.append("second")

    async def first() -> None:
        await settle()
        happened.append("first")
        app.spawn(second())

    async def use(run: Running) -> None:
        app.spawn(first())
        await asyncio.sleep(0)

    ran(app, use)
    assert happened == ["first", "second", "own cancelled"]


def test_what_outlasts_the_grace_time_is_cancelled_and_counted(brief: None) -> None:
    app = App("orders", configuring=Grace("10ms"))
    happened: list[str] = []

    async def endless() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            happened.append("cancelled")

    async def whole() -> Running:
        async with app.running() as run:
            app.spawn(endless())
            await asyncio.sleep(0)
        return run

    run = asyncio.run(whole())
    assert happened == ["cancelled"]
    assert run.tasks.counts == TaskCounts(started=1, cancelled=1)
    assert run.report is not None and (run.report.cancelled, run.report.lost) == (1, 0)


def test_a_task_that_swallows_its_cancellation_is_named_with_its_line_and_left_behind(
    brief: None, caplog: pytest.LogCaptureFixture
) -> None:
    app = App("orders", configuring=Grace("10ms"))
    release = asyncio.Event()

    async def stubborn() -> None:
        while not release.is_set():
            try:
                await release.wait()
            except asyncio.CancelledError:
                continue

    async def whole() -> Running:
        run = app.running()
        with pytest.raises(
            TaskError, match="'mail' runs on though it was cancelled: let CancelledError through"
        ):
            async with run:
                app.spawn(stubborn(), name="mail")
                await asyncio.sleep(0)
        assert balanced(run.tasks.counts) and run.tasks.counts.running == 1
        release.set()
        await settle()
        assert run.tasks.counts.running == 0
        return run

    run = asyncio.run(whole())
    assert run.report is not None and run.report.lost == 1
    assert "a task is left behind task='mail' at='" in caplog.text and "test_task_stop.py:" in caplog.text


def test_a_stop_ends_the_pause_before_a_restart_at_once() -> None:
    clock, task = MovableClock(), Flaky(100)
    app = App("orders", clock=clock, configuring=Grace(FOREVER))
    registered(app, task, "degrade")

    async def use(run: Running) -> None:
        app.spawn(task, name="mail", on_error="restart")
        await settle()
        assert [state.state for state in run.tasks.states] == ["pausing", "pausing"]

    ran(app, use)
    assert task.runs == 2


def test_a_task_that_fails_while_it_is_cancelled_is_not_started_again() -> None:
    app = App("orders", clock=MovableClock())
    runs = 0

    @app.task
    async def watch() -> None:
        nonlocal runs
        runs += 1
        try:
            await asyncio.Event().wait()
        finally:
            raise LookupError("gone")

    ran(app, lambda run: settle())
    assert runs == 1


@pytest.mark.parametrize("own", [True, False])
@pytest.mark.parametrize("steps", range(12))
def test_a_stop_at_any_step_of_a_restart_leaves_no_task(steps: int, own: bool) -> None:
    app = App("orders", configuring=Grace("1s"))
    inside = 0

    async def work() -> None:
        nonlocal inside
        inside += 1
        try:
            await asyncio.sleep(0)
            raise LookupError("gone")
        finally:
            inside -= 1

    if own:
        app.task(name="work", on_error=Restart(first=1e-6, most=1e-6, limit=10_000))(work)

    async def whole() -> None:
        async with app.running() as run:
            if not own:
                app.spawn(work, on_error=Restart(first=1e-6, most=1e-6, limit=10_000))
            for _ in range(steps):
                await asyncio.sleep(0)
                assert balanced(run.tasks.counts)
        assert len(asyncio.all_tasks()) == 1
        assert balanced(run.tasks.counts) and run.tasks.counts.running == 0

    asyncio.run(whole())
    assert inside == 0


@pytest.mark.parametrize("steps", range(12))
@pytest.mark.parametrize("kind", ["bare", "watched", "traced", "turn"])
def test_a_spawned_task_that_is_cancelled_at_any_step_is_over_and_counted(steps: int, kind: str) -> None:
    app = App("orders")
    options: dict[str, dict[str, object]] = {
        "bare": {},
        "watched": {"limit": "5s"},
        "traced": {"traced": True},
        "turn": {"most": 1, "traced": True},
    }

    async def work() -> None:
        for _ in range(5):
            await asyncio.sleep(0)

    async def use(run: Running) -> None:
        spawned = [app.spawn(work(), name="mail", **options[kind]) for _ in range(2)]  # type: ignore[arg-type]
        for _ in range(steps):
            await asyncio.sleep(0)
            assert balanced(run.tasks.counts)
        for task in spawned:
            task.cancel()
        await settle()
        assert all(task.is_over for task in spawned)
        assert balanced(run.tasks.counts) and run.tasks.counts.running == 0

    ran(app, use)


def test_the_state_of_a_task_tells_its_age_its_last_error_and_the_line_it_waits_at(brief: None) -> None:
    clock, task = MovableClock(), Flaky(1)
    app = App("orders", clock=clock, configuring=Grace("0s"))
    registered(app, task, Restart(first="1s"))

    async def mail() -> None:
        await asyncio.sleep(FAR)

    async def use(run: Running) -> None:
        await clock.move(5)
        app.spawn(mail(), name="mail")
        await clock.move(2)
        own, spawned = run.tasks.states
        assert (own.name, own.state, own.age, own.restarts) == ("flaky", "running", 7.0, 1)
        assert own.last_error.startswith("LookupError at ") and "tasking.py:" in own.last_error
        line = mail.__code__.co_firstlineno + 1
        assert (spawned.name, spawned.age) == ("mail", 2.0)
        assert spawned.line == f"{__file__}:{line}"

    ran(app, use)


FAR = 3600
