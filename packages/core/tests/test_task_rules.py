"""What is done when a task fails, or the root component ends."""

import asyncio

import pytest
from packages.core.tests.clock import MovableClock, settle
from packages.core.tests.doubles import Manual
from packages.core.tests.tasking import Flaky, ran, registered, until

from cordio_core import App, Degrade, Drop, Restart, Running, Stop, TaskCounts, TaskError


def test_a_task_that_fails_is_recorded_by_its_name_and_starts_again_after_a_pause(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cordio_core._restarts.random.uniform", lambda low, high: high)
    clock, task = MovableClock(), Flaky(2)
    app = App("orders", clock=clock)
    registered(app, task, Restart(first="1s", most="1m"))

    async def use(run: Running) -> None:
        await settle()
        assert (task.runs, run.tasks.states[0].state) == (1, "pausing")
        await clock.move(0.9)
        assert task.runs == 1
        await clock.move(0.1)
        assert task.runs == 2
        await clock.move(1.9)
        assert task.runs == 2
        await clock.move(0.1)
        assert (task.runs, run.tasks.states[0].state) == (3, "running")
        assert run.tasks.states[0].restarts == run.tasks.counts.restarts == 2

    ran(app, use)
    assert "task flaky failed" in caplog.text and "LookupError: gone" in caplog.text
    assert "a task starts again task='flaky'" in caplog.text


def test_the_pauses_begin_anew_after_the_task_ran_well_for_a_while() -> None:
    clock, runs = MovableClock(), 0
    fail = asyncio.Event()
    app = App("orders", clock=clock)

    @app.task(on_error=Restart(first="1s", most="1h", limit=100, well="1m"))
    async def watch() -> None:
        nonlocal runs
        runs += 1
        await fail.wait()
        raise LookupError("gone")

    async def use(run: Running) -> None:
        fail.set()
        await clock.move(200)
        fail.clear()
        await clock.move(1000)
        assert run.tasks.states[0].state == "running"
        before = runs
        fail.set()
        await clock.move(1)
        assert runs > before

    ran(app, use)


def test_a_task_that_fails_too_often_stops_the_application() -> None:
    clock, task = MovableClock(), Flaky(100)
    app = App("orders", clock=clock)
    registered(app, task, Restart(first="1s", most="1s", limit=3, within="1m"))

    async def use(run: Running) -> None:
        await clock.move(20)
        assert run.ended.is_set() and run.tasks.counts.failed == 1

    said = "'flaky' failed again after 3 restarts, with LookupError at .*tasking.py:.*: mend it"
    with pytest.raises(TaskError, match=said) as told:
        ran(app, use)
    assert task.runs == 4
    assert isinstance(told.value.__cause__, LookupError)


def test_failures_far_apart_never_are_too_many() -> None:
    clock, task = MovableClock(), Flaky(100)
    app = App("orders", clock=clock)
    registered(app, task, Restart(first="40s", most="40s", limit=3, within="1m"))

    async def use(run: Running) -> None:
        await clock.move(2000)
        assert not run.ended.is_set()

    ran(app, use)
    assert task.runs > 30


def test_a_dropped_task_is_recorded_and_the_application_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    task = Flaky(1)
    app = App("orders")
    registered(app, task, Drop())

    async def use(run: Running) -> None:
        await settle()
        assert not run.ended.is_set()
        assert (run.tasks.states, run.tasks.counts) == ((), TaskCounts(started=1, failed=1))

    ran(app, use)
    assert task.runs == 1 and "task flaky failed" in caplog.text


@pytest.mark.parametrize(("on_error", "code"), [("stop", 70), (Stop(), 70), (Stop(code=3), 3)])
def test_a_task_can_stop_the_application_with_an_exit_code(
    on_error: object, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    app = App("orders")
    registered(app, Flaky(1), on_error)
    assert app.run() == code
    assert "LookupError" in capsys.readouterr().err


def test_a_degraded_task_keeps_the_application_from_being_ready_until_it_is_well() -> None:
    clock, task = MovableClock(), Flaky(2)
    app = App("orders", clock=clock)
    registered(app, task, Degrade(first="1s", most="1s", well="10s"))

    async def use(run: Running) -> None:
        await settle()
        ill = (await run.health())["task flaky"]
        assert ill.status == "down" and ill.error is not None
        assert "LookupError" in ill.error and "gone" not in ill.error
        await clock.move(5)
        assert (task.runs, (await run.health())["task flaky"].status) == (3, "down")
        await clock.move(10)
        assert (await run.health())["task flaky"].status == "up"

    ran(app, use)


def test_a_task_that_is_cancelled_by_what_it_awaits_has_failed(caplog: pytest.LogCaptureFixture) -> None:
    clock, runs = MovableClock(), 0
    app = App("orders", clock=clock)

    @app.task
    async def watch() -> None:
        nonlocal runs
        runs += 1
        other = asyncio.create_task(asyncio.Event().wait())
        other.cancel()
        if runs < 3:
            await other
        await asyncio.Event().wait()

    ran(app, lambda run: clock.move(10))
    assert runs == 3
    assert "the task 'watch' was cancelled by what it awaits" in caplog.text


def test_a_run_beyond_its_limit_has_failed(caplog: pytest.LogCaptureFixture) -> None:
    app = App("orders")
    cancelled = asyncio.Event()

    @app.task(limit="10ms", on_error="drop")
    async def watch() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    async def use(run: Running) -> None:
        await until(lambda: run.tasks.counts.failed == 1)

    ran(app, use)
    assert cancelled.is_set()
    assert "the task 'watch' did not end within 0.01 s: let it end sooner" in caplog.text


def test_a_sync_task_runs_beside_the_event_loop() -> None:
    app = App("orders")
    done: list[str] = []
    app.task(name="sync")(lambda: done.append("done"))

    async def use(run: Running) -> None:
        await until(lambda: run.tasks.counts.finished == 1)

    ran(app, use)
    assert done == ["done"]


def test_a_root_component_that_ends_the_application_ends_it_with_zero() -> None:
    app = App("report", entrypoints=[Manual()])

    @app.main(ends=True)
    async def main() -> None: ...

    assert app.run() == 0


def test_a_root_component_that_fails_goes_through_the_layers_and_stops_the_application(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    app = App("report")

    @app.main(ends=True)
    async def main() -> None:
        raise LookupError("gone")

    assert app.run() == 70
    assert "main failed" in caplog.text
    assert "LookupError: gone" in capsys.readouterr().err
