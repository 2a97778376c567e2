"""Start and stop: the order, what fails, what is finished."""

import asyncio
import threading
from collections.abc import Callable

import pytest
from packages.core.tests.doubles import Manual, Step

from cordio_core import App, CoreError, EntrypointError, Stopped, get
from cordio_core._plain import PlainContainer, PlainMonitoring
from cordio_core.protocols import Configuration, Monitor, Runtime


def test_the_root_component_starts_with_the_application_and_is_cancelled_with_it() -> None:
    source = Manual()
    app = App("orders", entrypoints=[source])
    seen: list[str] = []

    async def use() -> None:
        began = asyncio.Event()

        @app.main
        async def main() -> None:
            began.set()
            try:
                await asyncio.Event().wait()
            finally:
                seen.append("cancelled")

        async with app.running(), asyncio.timeout(5):
            await began.wait()

    asyncio.run(use())
    assert seen == ["cancelled"]
    assert source.happened == ["started", "stopped"]


def test_a_root_component_that_ends_lets_the_application_go_on() -> None:
    source = Manual()
    app = App("orders", entrypoints=[source])
    ended = asyncio.Event()

    @app.main
    async def main() -> None:
        ended.set()

    @app.on(get("/"))
    async def read() -> str:
        return "still here"

    async def use() -> object:
        async with app.running() as run, asyncio.timeout(5):
            await ended.wait()
            assert not run.ended.is_set()
            return (await source.ask("GET /")).value

    assert asyncio.run(use()) == "still here"


def test_a_sync_root_component_runs_beside_the_event_loop() -> None:
    app = App("orders", entrypoints=[Manual()])
    seen: list[int] = []

    async def use() -> None:
        async with app.running() as run, asyncio.timeout(5):
            loop = asyncio.get_running_loop()

            def told() -> None:
                loop.call_soon_threadsafe(run.stop)

            tell.append(told)
            go.set()
            await run.ended.wait()

    tell: list[Callable[[], None]] = []
    go = threading.Event()

    @app.main
    def main() -> None:
        go.wait(5)
        seen.append(threading.get_ident())
        tell[0]()

    asyncio.run(use())
    assert seen and seen[0] != threading.get_ident()


def test_a_source_that_fails_to_start_undoes_what_had_started() -> None:
    first, third = Manual(), Manual(kind="later")
    second = Manual(EntrypointError("amqp", "no broker", "start one"), kind="amqp")
    app = App("orders", entrypoints=[first, second, third])
    assert app.run() == 70
    assert (first.happened, second.happened) == (["started", "stopped"], ["stopped"])
    assert third.happened == []


def test_a_failure_during_the_start_ends_the_start(capsys: pytest.CaptureFixture[str]) -> None:
    class Endless(Manual):
        async def start(self, runtime: Runtime, /) -> None:
            await asyncio.Event().wait()

    app = App("orders", entrypoints=[Endless()])

    @app.main
    async def main() -> None:
        raise EntrypointError("stock", "no stock", "order some")

    assert app.run() == 70
    assert capsys.readouterr().err == "stock: no stock: order some\n"


def test_who_tells_a_starting_application_to_stop_gets_it_undone() -> None:
    source = Manual()

    class Endless(Manual):
        async def start(self, runtime: Runtime, /) -> None:
            run.stop()
            await asyncio.Event().wait()

    app = App("orders", entrypoints=[source, Endless(kind="endless")])
    run = app.running()

    async def use() -> None:
        async with run:
            raise AssertionError("it came up")

    with pytest.raises(Stopped, match="orders was told to stop before it had started"):
        asyncio.run(use())
    assert source.happened == ["started", "stopped"]
    with pytest.raises(Stopped):
        asyncio.run(use())
    assert source.happened == ["started", "stopped"]


@pytest.mark.parametrize("steps", range(20))
def test_a_start_that_is_cancelled_at_any_step_leaves_nothing_open(steps: int) -> None:
    container, monitor, source = _Container(), Step(), _Source()
    app = App("orders", container=container, monitoring=_Watched(monitor), entrypoints=[source])

    @app.main
    async def main() -> None:
        async with main_step:
            await asyncio.Event().wait()

    main_step = Step()

    async def use() -> None:
        async with app.running():
            await asyncio.Event().wait()

    async def cancel() -> None:
        task = asyncio.create_task(use())
        for _ in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert len(asyncio.all_tasks()) == 1

    asyncio.run(cancel())
    assert not [part for part in (container.step, monitor, source.step, main_step) if part.is_open]


@pytest.mark.parametrize("steps", range(20))
def test_a_stop_that_is_cancelled_at_any_step_leaves_nothing_open(steps: int) -> None:
    container, monitor, source = _Container(), Step(), _Source()
    app = App("orders", container=container, monitoring=_Watched(monitor), entrypoints=[source])
    main_step = Step()

    @app.main
    async def main() -> None:
        async with main_step:
            await asyncio.Event().wait()

    async def use(end: asyncio.Event) -> None:
        async with app.running():
            await end.wait()

    async def cancel() -> None:
        end = asyncio.Event()
        task = asyncio.create_task(use(end))
        while not source.step.is_open:
            await asyncio.sleep(0)
        end.set()
        for _ in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        assert len(asyncio.all_tasks()) == 1

    asyncio.run(cancel())
    assert not [part for part in (container.step, monitor, source.step, main_step) if part.is_open]


class _Container(PlainContainer):
    """Services that take steps to open and to close."""

    def __init__(self) -> None:
        super().__init__()
        self.step = Step()

    async def __aenter__(self) -> "_Container":
        await self.step.__aenter__()
        return await super().__aenter__()

    async def __aexit__(self, *error: object) -> None:
        await super().__aexit__(None, None, None)
        await self.step.__aexit__()


class _Source(Manual):
    """A source that takes steps to start and to stop."""

    def __init__(self) -> None:
        super().__init__()
        self.step = Step()

    async def start(self, runtime: Runtime, /) -> None:
        await self.step.__aenter__()

    async def stop(self, within: float, /) -> None:
        await self.step.__aexit__()


class _Watched(PlainMonitoring):
    """Monitoring whose monitor opens and closes something else too."""

    def __init__(self, step: Step) -> None:
        self.step = step

    def monitor(self, service: str, configuration: Configuration, /) -> Monitor:
        monitor = super().monitor(service, configuration)
        monitor.__class__ = type(
            "Watched",
            (type(monitor),),
            {"__aenter__": lambda _: self.step.__aenter__(), "__aexit__": lambda _, *e: self.step.__aexit__()},
        )
        return monitor


def test_services_that_do_not_open_leave_no_monitor_open() -> None:
    class Shut(PlainContainer):
        async def __aenter__(self) -> "Shut":
            raise CoreError("the door is locked: bring a key")

    monitor = Step()
    app = App("orders", container=Shut(), monitoring=_Watched(monitor), entrypoints=[Manual()])
    assert app.run() == 70
    assert not monitor.is_open


def test_a_failure_is_raised_where_the_application_is_left() -> None:
    app = App("orders", entrypoints=[Manual()])

    @app.main
    async def main() -> None:
        raise RuntimeError("no stock")

    async def use() -> None:
        async with app.running() as run, asyncio.timeout(5):
            await run.ended.wait()

    with pytest.raises(RuntimeError, match="no stock"):
        asyncio.run(use())


def test_what_a_program_raises_itself_comes_before_a_failure_which_is_recorded(
    caplog: pytest.LogCaptureFixture,
) -> None:
    app = App("orders", entrypoints=[Manual()])

    @app.main
    async def main() -> None:
        raise RuntimeError("no stock")

    async def use() -> None:
        async with app.running() as run:
            await run.ended.wait()
            raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        asyncio.run(use())
    assert "RuntimeError: no stock" in caplog.text


def test_an_application_runs_once_at_a_time() -> None:
    source = Manual()
    app = App("orders", entrypoints=[source])

    async def use() -> None:
        first, second = app.running(), app.running()
        async with first:
            with pytest.raises(CoreError, match="orders runs already: stop it before it is started again"):
                app.running()
            with pytest.raises(CoreError, match="orders runs already"):
                async with second:
                    raise AssertionError("it came up")
            assert source.happened == ["started"]

    asyncio.run(use())


def test_an_application_can_be_started_again() -> None:
    source = Manual()
    app = App("orders", entrypoints=[source])

    @app.on(get("/"))
    async def read(log: object, config: object) -> str:
        return type(log).__name__

    async def use() -> object:
        async with app.running(), asyncio.timeout(5):
            return (await source.ask("GET /")).value

    assert asyncio.run(use()) == asyncio.run(use())


def test_a_program_with_an_event_loop_serves_in_it() -> None:
    app = App("orders", entrypoints=[Manual()])

    async def use() -> int:
        serving = asyncio.create_task(app.serve())
        with pytest.raises(CoreError, match="await app.serve"):
            app.run()
        await asyncio.sleep(0)
        assert app._running is not None
        app._running.stop()
        return await serving

    assert asyncio.run(use()) == 0


def test_a_run_that_is_over_is_not_begun_again() -> None:
    app = App("orders", entrypoints=[Manual()])

    async def use() -> None:
        run = app.running()
        async with run:
            pass
        with pytest.raises(
            CoreError, match="this run of orders was begun already: ask for another app.running()"
        ):
            async with run:
                pytest.fail("it was begun twice")
        async with app.running():
            pass

    asyncio.run(use())
