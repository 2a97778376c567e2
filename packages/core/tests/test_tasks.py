"""Tasks: what is done when they fail, how many there are, how they end."""

import asyncio
import contextvars
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Literal, Self, TypeVar, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packages.core.tests.clock import MovableClock, settle
from packages.core.tests.doubles import Grace, Manual

from cordio_core import (
    App,
    AppSettings,
    CoreError,
    DataError,
    Degrade,
    Drop,
    Restart,
    Running,
    StartError,
    Stop,
    TaskCounts,
    TaskError,
    emitted,
    get,
    started,
)
from cordio_core._plain import PlainContainer, PlainMonitoring
from cordio_core.protocols import Configuration, Incoming, Monitor

FOREVER = "1d"
T = TypeVar("T")


@pytest.fixture
def brief(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nobody have more than the grace time."""
    for name in ("_account._LEAST", "_tasks._LEAST", "_patience._LAST"):
        monkeypatch.setattr(f"cordio_core.{name}", 0.01)


def ran(app: App, use: Callable[[Running], Awaitable[object]]) -> object:
    """Run an application, and something in it."""

    async def whole() -> object:
        async with asyncio.timeout(10), app.running() as run:
            return await use(run)

    return asyncio.run(whole())


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0)


def balanced(counts: TaskCounts) -> bool:
    return counts.started == counts.finished + counts.failed + counts.cancelled + counts.running


# Registration


def test_tasks_start_after_the_root_component_and_before_the_sources_with_their_services() -> None:
    happened: list[str] = []

    class Source(Manual):
        async def start(self, runtime: object, /) -> None:
            await settle()
            happened.append("source")

    app = App("orders", entrypoints=[Source()])

    @app.service
    def stock() -> str:
        happened.append("service")
        return "stock"

    @app.task
    async def watch(stock: str) -> None:
        happened.append(f"task with {stock}")

    @app.main
    async def main(stock: str) -> None:
        happened.append("main")

    ran(app, lambda run: settle())
    assert happened == ["service", "main", "task with stock", "source"]


def test_a_task_with_a_parameter_that_nothing_fills_is_a_start_error_with_its_place() -> None:
    app = App("orders")

    @app.task
    async def watch(nonsense) -> None: ...  # type: ignore[no-untyped-def]

    @app.main
    async def main(absent: int) -> None: ...

    with pytest.raises(StartError) as told:
        app.check()
    assert len(told.value.problems) == 2
    assert (
        "watch (" in str(told.value)
        and "test_tasks.py:" in str(told.value)
        and "'nonsense'" in str(told.value)
    )
    assert "main (" in str(told.value) and "'absent'" in str(told.value)


def test_two_root_components_and_two_tasks_of_one_name_are_refused_with_both_places() -> None:
    app = App("orders")

    @app.main
    async def main() -> None: ...

    @app.task
    async def watch() -> None: ...

    with pytest.raises(
        CoreError, match=r"two root components, .*main \(.*:\d+\) and .*other \(.*:\d+\): put one"
    ):

        @app.main
        async def other() -> None: ...

    with pytest.raises(
        CoreError, match=r"two tasks 'watch', .*watch \(.*\) and .*again \(.*\): give one of them"
    ):

        @app.task(name="watch")
        async def again() -> None: ...


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (lambda app: app.task(on_error="retry"), "on_error='retry' says nothing: write 'restart', 'degrade'"),
        (lambda app: app.task(limit="0s"), "a limit of more than nothing, not '0s': write '30s'"),
        (lambda app: app.task(limit="soon"), "'soon' is no duration"),
        (lambda app: Restart(limit=0), "cannot be restarted 0 times within '5m'"),
        (lambda app: Restart(within="0s"), "cannot be restarted 10 times within '0s'"),
        (lambda app: Restart(first="0s"), "a first pause of more than nothing, not '0s'"),
        (lambda app: Degrade(first="2s", most="1s"), "'2s' is longer than the longest, '1s'"),
        (lambda app: Stop(code=0), "a number from 1 to 255, not 0"),
    ],
)
def test_an_option_that_means_nothing_is_refused(made: Callable[[App], object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        made(App("orders"))


# What is done about a failure


class Flaky:
    """A task that fails so many times, and then runs on."""

    def __init__(self, failures: int) -> None:
        self.failures, self.runs = failures, 0

    async def __call__(self) -> None:
        self.runs += 1
        if self.runs <= self.failures:
            raise LookupError("gone")
        await asyncio.Event().wait()


def registered(app: App, task: Flaky, on_error: object) -> None:
    @app.task(name="flaky", on_error=on_error)  # type: ignore[call-overload, untyped-decorator]
    async def flaky() -> None:
        await task()


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

    said = "'flaky' failed again after 3 restarts, with LookupError at .*test_tasks.py:.*: mend it"
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


# The root component


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


# Spawning


def test_a_spawned_task_runs_in_the_context_of_the_start_not_of_the_event() -> None:
    region, caller = contextvars.ContextVar("region", default="?"), contextvars.ContextVar(
        "caller", default="?"
    )
    source = Manual()
    seen: list[tuple[str, str]] = []

    class Container(PlainContainer):
        async def prepare(self, handlers: object, /) -> None:
            region.set("eu")

    app = App("orders", container=Container(), entrypoints=[source])

    async def work() -> None:
        seen.append((region.get(), caller.get()))

    @app.on(get("/"))
    async def read() -> None:
        caller.set("ada")
        app.spawn(work())
        app.spawn(work, on_error="restart")

    async def use(run: Running) -> None:
        await source.ask("GET /")
        await settle()

    ran(app, use)
    assert seen == [("eu", "?"), ("eu", "?")]


def test_awaiting_a_spawned_task_gives_what_it_returned_and_nothing_if_it_failed(
    caplog: pytest.LogCaptureFixture,
) -> None:
    app = App("orders")

    async def work(value: object) -> object:
        if value is None:
            raise LookupError("gone")
        return value

    async def use(run: Running) -> list[object]:
        return [
            await app.spawn(work(7)),
            await app.spawn(lambda: work(8), name="mail"),
            await app.spawn(work(None), name="mail"),
            await app.spawn(work(9), limit="5s"),
        ]

    assert ran(app, use) == [7, 8, None, 9]
    assert "task mail failed" in caplog.text


def test_spawning_outside_of_a_run_is_an_error_and_forgets_no_coroutine() -> None:
    app = App("orders")

    async def work() -> None: ...

    async def spawn() -> None:
        app.spawn(work())

    with pytest.raises(CoreError, match="orders does not run: start it first"):
        asyncio.run(spawn())
    ran(app, lambda run: settle())
    with pytest.raises(CoreError, match="orders does not run: start it first"):
        asyncio.run(spawn())


async def _nothing() -> None: ...


async def _of(order: int) -> None: ...


@pytest.mark.parametrize(
    ("spawn", "said"),
    [
        (lambda app: app.spawn(_nothing(), on_error="restart"), "cannot start again: a coroutine runs once"),
        (
            lambda app: app.spawn(_of),
            "has nothing for 'order' of _of (.*test_tasks.py:.*): spawn its coroutine",
        ),
        (lambda app: app.spawn(7, name="seven"), "the task 'seven' cannot run 7: spawn an async function"),
        (lambda app: app.spawn(_nothing(), most=0), "could never run with most=0: give 1 or more"),
    ],
)
def test_what_cannot_be_spawned_is_refused(spawn: Callable[[App], object], said: str) -> None:
    app = App("orders")

    async def use(run: Running) -> None:
        with pytest.raises(CoreError, match=said.replace("(", r"\(").replace(")", r"\)")):
            spawn(app)
        assert run.tasks.counts.started == 0

    ran(app, use)


def test_a_handler_of_the_start_can_spawn_and_what_it_spawned_is_awaited_even_if_the_start_fails() -> None:
    app = App("orders")
    done: list[str] = []

    async def work() -> None:
        await settle()
        done.append("work")

    @app.on(started)
    async def begin() -> None:
        app.spawn(work(), name="work")
        await app.emit("order.placed", background=True)
        raise LookupError("gone")

    @app.on(emitted("order.placed"))
    async def hear() -> None:
        done.append("hear")

    with pytest.raises(StartError, match="begin .* failed"):
        ran(app, lambda run: settle())
    assert sorted(done) == ["hear", "work"]


def test_a_thread_cannot_spawn_into_the_event_loop() -> None:
    app = App("orders")

    async def use(run: Running) -> None:
        with pytest.raises(CoreError, match="outside of the application's event loop: spawn it in async code"):
            await asyncio.to_thread(lambda: app.spawn(_nothing()))

    ran(app, use)


def test_of_one_name_no_more_run_at_a_time_than_its_limit() -> None:
    app = App("orders")
    running = most = done = 0

    async def work() -> None:
        nonlocal running, most, done
        running += 1
        most = max(most, running)
        await settle()
        running, done = running - 1, done + 1

    async def use(run: Running) -> None:
        spawned = [app.spawn(work(), name="mail", most=3) for _ in range(10)]
        await asyncio.sleep(0)
        assert sorted(state.state for state in run.tasks.states) == ["running"] * 3 + ["waiting"] * 7
        with pytest.raises(CoreError, match="wait with most=3 already, not 4"):
            app.spawn(work(), name="mail", most=4)
        spawned[9].cancel()
        await settle()
        await until(lambda: run.tasks.counts.running == 0)
        assert not run.tasks._turns._doors

    ran(app, use)
    assert (most, done) == (3, 9)


def test_there_are_no_more_tasks_than_the_settings_allow() -> None:
    class Few(Grace):
        def slice(self, section: str, model: type[T], /) -> T:
            found = AppSettings(tasks=2) if section == "app" else model()
            assert isinstance(found, model)
            return found

    app = App("orders", configuring=Few("1s"))

    async def use(run: Running) -> None:
        for _ in range(2):
            app.spawn(_nothing())
        with pytest.raises(
            TaskError, match="is one too many: there are 2: await some of them, or raise app.tasks"
        ):
            app.spawn(_nothing())
        await settle()
        app.spawn(_nothing())

    ran(app, use)


class Tracing(PlainMonitoring):
    """Monitors nothing, but notes in which event a span was made, and in which task it was open."""

    def __init__(self) -> None:
        self.event: contextvars.ContextVar[str] = contextvars.ContextVar("event", default="none")
        self.made: list[tuple[str, str]] = []
        self.status: list[object] = []

    def monitor(self, service: str, configuration: Configuration, /) -> Monitor:
        return Watching(self)


class Watching:
    def __init__(self, notes: Tracing) -> None:
        self.log = PlainMonitoring().monitor("", Grace("0s")).log
        self._notes = notes

    def incoming(self, name: str, /, *, headers: object = None) -> AbstractContextManager[Incoming]:
        self._notes.made.append((name, self._notes.event.get()))
        return self._opened()

    @contextmanager
    def _opened(self) -> Iterator[Incoming]:
        yield self

    trace_id = "0"

    def rename(self, name: str, /) -> None: ...

    def answered(self, status: object, /, at: object = None) -> None:
        self._notes.status.append(status)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None: ...


def test_a_traced_task_and_an_event_in_the_background_belong_to_the_trace_of_who_began_them() -> None:
    source, notes = Manual(), Tracing()
    app = App("orders", entrypoints=[source], monitoring=notes)

    @app.on(get("/"))
    async def read() -> None:
        notes.event.set("GET /")
        app.spawn(_nothing(), name="mail", traced=True)
        await app.emit("order.placed", background=True)

    @app.on(emitted("order.placed"))
    async def hear() -> None:
        notes.made.append(("heard", notes.event.get()))

    async def use(run: Running) -> None:
        await source.ask("GET /")
        await settle()

    ran(app, use)
    assert notes.made == [
        ("GET /", "none"),
        ("task mail", "GET /"),
        ("emitted order.placed", "GET /"),
        ("heard", "none"),
    ]
    assert notes.status == [200, "done", "done"]


# The stop


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
    assert "a task is left behind task='mail' at='" in caplog.text and "test_tasks.py:" in caplog.text


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


Ending = Literal["returns", "fails", "is cancelled", "waits"]
ENDINGS: tuple[Ending, ...] = get_args(Ending)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(ENDINGS), st.integers(0, 4))))
def test_started_is_finished_and_failed_and_cancelled_and_running_at_every_moment(
    plan: list[tuple[Ending, int]],
) -> None:
    app = App("orders", configuring=Grace("0s"))

    async def work(ending: Ending, steps: int) -> None:
        for _ in range(steps):
            await asyncio.sleep(0)
        if ending == "fails":
            raise LookupError("gone")
        if ending == "waits":
            await asyncio.Event().wait()

    async def use(run: Running) -> None:
        all_of_them = []
        for ending, steps in plan:
            all_of_them.append(spawned := app.spawn(work(ending, steps)))
            if ending == "is cancelled":
                spawned.cancel()
            assert balanced(run.tasks.counts)
            await asyncio.sleep(0)
        await settle()
        expected = [sum(ending == wanted for ending, _ in plan) for wanted in ENDINGS]
        counts = run.tasks.counts
        assert [counts.finished, counts.failed, counts.cancelled, counts.running] == expected
        assert balanced(counts)
        for spawned in all_of_them:
            spawned.cancel()

    ran(app, use)


# What is known of tasks


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
        assert own.last_error.startswith("LookupError at ") and "test_tasks.py:" in own.last_error
        line = mail.__code__.co_firstlineno + 1
        assert (spawned.name, spawned.age) == ("mail", 2.0)
        assert spawned.line == f"{__file__}:{line}"

    ran(app, use)


FAR = 3600


# Internal events in the background


def test_an_event_that_is_emitted_in_the_background_is_handled_by_tasks_in_order() -> None:
    app = App("orders")
    happened: list[str] = []

    @app.on(emitted("order.placed"), order=1)
    async def first(sku: str) -> None:
        await settle()
        happened.append(f"first {sku}")

    @app.on(emitted("order.placed"), order=2)
    async def second() -> None:
        happened.append("second")

    async def use(run: Running) -> None:
        assert await app.emit("order.placed", {"sku": "A-1"}, background=True) == ()
        happened.append("emitted")
        assert run.tasks.states[0].name == "emitted order.placed"

    ran(app, use)
    assert happened == ["emitted", "first A-1", "second"]


def test_data_that_do_not_fit_are_told_at_once_in_the_background_too() -> None:
    app = App("orders")

    @app.on(emitted("order.placed"))
    async def hear(amount: int) -> None: ...

    async def use(run: Running) -> None:
        with pytest.raises(DataError, match="'amount'"):
            await app.emit("order.placed", {"amount": "many"}, background=True)
        assert await app.emit("nobody.hears", background=True) == ()
        assert run.tasks.counts.started == 0

    ran(app, use)
