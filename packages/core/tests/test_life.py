"""Start and stop: the order, what fails, what is finished, what is cancelled."""

import asyncio
import functools
import os
import signal
from collections.abc import Callable

import pytest
from packages.core.tests.doubles import Manual

from cordio_core import App, CoreError, EntrypointError, Event, StartError, every, get, queue


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


def test_a_root_component_that_fails_stops_the_application(capsys: pytest.CaptureFixture[str]) -> None:
    source = Manual()
    app = App("orders", entrypoints=[source])

    @app.main
    async def main() -> None:
        raise RuntimeError("no stock")

    assert app.run() == 70
    assert "RuntimeError: no stock" in capsys.readouterr().err
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


def test_a_source_that_fails_to_start_undoes_what_had_started() -> None:
    first, second = Manual(), Manual(fails=EntrypointError("amqp", "no broker", "start one"))
    second.kind = "amqp"
    app = App("orders", entrypoints=[first, second])
    assert app.run() == 70
    assert first.happened == ["started", "stopped"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_lets_the_accepted_event_finish_and_ends_with_zero(number: signal.Signals) -> None:
    source = Manual()
    app = App("orders", entrypoints=[source])

    @app.on(Event("http", "slow"))
    async def slow() -> str:
        os.kill(os.getpid(), number)
        while "told" not in source.happened:
            await asyncio.sleep(0)
        return "finished"

    answers: list[object] = []

    @app.main
    async def main() -> None:
        task = source.begin("slow")
        task.add_done_callback(lambda done: answers.append(done.result().value))

    stop = source.stop

    async def told(within: float, /) -> None:
        source.happened.append("told")
        await stop(within)

    source.stop = told  # type: ignore[method-assign]  # the double listens in
    assert app.run() == 0
    assert answers == ["finished"]


def test_a_second_signal_waits_for_nothing_any_more() -> None:
    source = Manual()
    app = App("orders", entrypoints=[source])
    ended: list[str] = []

    @app.on(Event("http", "endless"))
    async def endless() -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        try:
            while "told" not in source.happened:
                await asyncio.sleep(0)
            os.kill(os.getpid(), signal.SIGTERM)
            await asyncio.Event().wait()
        finally:
            ended.append("cancelled")

    @app.main
    async def main() -> None:
        source.begin("endless")

    stop = source.stop

    async def told(within: float, /) -> None:
        source.happened.append("told")
        await stop(within)

    source.stop = told  # type: ignore[method-assign]  # the double listens in
    assert app.run() == 0
    assert ended == ["cancelled"]


def test_a_signal_during_the_start_undoes_it() -> None:
    source = Manual()
    app = App("orders", entrypoints=[source])

    class Slow(Manual):
        kind = "slow"

        async def start(self, runtime: object, /) -> None:
            os.kill(os.getpid(), signal.SIGTERM)
            await asyncio.Event().wait()

    app = App("orders", entrypoints=[source, Slow()])
    assert app.run() == 0
    assert source.happened == ["started", "stopped"]


def test_a_source_that_dies_stops_the_application(capsys: pytest.CaptureFixture[str]) -> None:
    source = Manual()
    app = App("orders", entrypoints=[source])

    @app.main
    async def main() -> None:
        assert source.runtime is not None
        source.runtime.fail(EntrypointError("http", "the server died", "see above"))

    assert app.run() == 70
    assert capsys.readouterr().err == "http: the server died: see above\n"


def test_a_source_that_fails_to_stop_is_told_and_the_rest_is_stopped() -> None:
    first, second = Manual(), Manual()
    second.kind = "amqp"

    async def broken(within: float, /) -> None:
        raise RuntimeError("stuck")

    second.stop = broken  # type: ignore[method-assign]  # the double breaks
    app = App("orders", entrypoints=[second, first])

    @app.main
    async def main() -> None:
        os.kill(os.getpid(), signal.SIGTERM)

    assert app.run() == 70
    assert first.happened == ["started", "stopped"]


def test_an_event_that_nothing_serves_is_a_start_error() -> None:
    app = App("orders")

    @app.on(queue("orders.new"))
    async def take() -> None: ...

    with pytest.raises(StartError, match="amqp: no installed package serves events of this kind"):
        app.check()


def test_a_moment_brings_no_data() -> None:
    app = App("orders")

    @app.on(every("1h"))
    async def strike(order: int) -> None: ...

    with pytest.raises(StartError, match="wants 'order', but 'every 1h' brings no data"):
        app.check()


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


def test_a_failing_moment_does_not_end_the_schedule() -> None:
    app = App("clock")
    runs: list[int] = []

    async def use() -> None:
        again = asyncio.Event()

        @app.on(every("1ms"))
        async def strike() -> None:
            runs.append(1)
            if len(runs) > 1:
                again.set()
            raise RuntimeError("once more")

        async with app.running(), asyncio.timeout(5):
            await again.wait()

    asyncio.run(use())
    assert len(runs) >= 2


@pytest.mark.parametrize(
    ("misuse", "said"),
    [
        (lambda app: app.on(), "app.on needs an event"),
        (lambda app: app.on("GET /"), "with the call's parentheses"),
        (lambda app: app.on(every("1s"))(functools.partial(print)), "cannot be a handler: attach a function"),
        (lambda app: (app.main(print), app.main(print)), "has two root components"),
        (lambda app: (app.block("limits", int), app.block("limits", int)), "declared twice"),
        (lambda app: (app.check(), app.on(every("1s"))), "assembled already: attach a handler before"),
        (lambda app: (app.check(), app.service(print)), "assembled already: attach a service before"),
    ],
)
def test_a_misuse_gets_a_clear_word(misuse: Callable[[App], object], said: str) -> None:
    with pytest.raises(CoreError, match=said):
        misuse(App("orders"))


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


def test_a_block_is_injected_by_its_name() -> None:
    source = Manual()
    app = App("orders", entrypoints=[source])

    class Limits:
        per_minute = 60

    @app.main
    @app.block("limits", Limits)
    async def main() -> None: ...

    @app.on(get("/"))
    async def read(limits: Limits) -> int:
        return limits.per_minute

    async def use() -> object:
        async with app.running(), asyncio.timeout(5):
            return (await source.ask("GET /")).value

    assert asyncio.run(use()) == 60
    assert app.sections["limits"] is Limits


def test_a_named_service_is_found_by_that_name() -> None:
    source = Manual()
    app = App("orders", entrypoints=[source])

    @app.service(name="shelf")
    def made() -> str:
        return "oak"

    @app.on(get("/"))
    async def read(shelf: str) -> str:
        return shelf

    async def use() -> object:
        async with app.running(), asyncio.timeout(5):
            return (await source.ask("GET /")).value

    assert asyncio.run(use()) == "oak"
