"""Tasks that code begins while the application runs: in which context, and how many."""

import asyncio
import contextvars
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Self, TypeVar

import pytest
from packages.core.tests.clock import settle
from packages.core.tests.doubles import Grace, Manual
from packages.core.tests.tasking import ran, until

from cordio_core import App, AppSettings, CoreError, Running, StartError, TaskError, emitted, get, started
from cordio_core._plain import PlainContainer, PlainMonitoring
from cordio_core.protocols import Configuration, Incoming, Monitor

T = TypeVar("T")


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
            "has nothing for 'order' of _of (.*test_task_spawn.py:.*): spawn its coroutine",
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
