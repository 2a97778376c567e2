"""Signals of a foreign server: heard first by the application, handed on after its drain."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from packages.core.tests.doubles import Manual, Settings

from cordio_core import App, CoreError, started
from cordio_core._deferral import Deferral
from cordio_core.listeners import found, hold_off, is_waited_for, settle, welcome


@pytest.fixture(params=["asyncio", "uvloop"])
def runner(request: pytest.FixtureRequest) -> Iterator[asyncio.Runner]:
    """An event loop of either kind."""
    factory: Any = pytest.importorskip("uvloop").new_event_loop if request.param == "uvloop" else None
    with asyncio.Runner(loop_factory=factory) as made:
        yield made


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    """Leave the signals as they were."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def by_the_loop(number: int, heard: Callable[[], None]) -> None:
    asyncio.get_running_loop().add_signal_handler(number, heard)


def by_the_process(number: int, heard: Callable[[], None]) -> None:
    signal.signal(number, lambda number, frame: heard())


@pytest.mark.parametrize("handle", [by_the_loop, by_the_process])
def test_a_signal_is_heard_first_and_reaches_the_server_when_it_is_handed_on(
    runner: asyncio.Runner, handle: Callable[[int, Callable[[], None]], None]
) -> None:
    async def use() -> list[str]:
        happened: list[str] = []
        ours, theirs = asyncio.Event(), asyncio.Event()

        def first() -> None:
            happened.append("ours")
            ours.set()

        def second() -> None:
            happened.append("the server's")
            theirs.set()

        handle(signal.SIGTERM, second)
        deferral = Deferral(first)
        deferral.take()
        deferral.take()
        os.kill(os.getpid(), signal.SIGTERM)
        async with asyncio.timeout(10):
            await ours.wait()
            assert happened == ["ours"]
            deferral.hand_on()
            await theirs.wait()
            theirs.clear()
            os.kill(os.getpid(), signal.SIGTERM)
            await theirs.wait()
        return happened

    assert runner.run(use()) == ["ours", "the server's", "the server's"]


def test_a_server_that_sets_its_handlers_late_is_heard_too(runner: asyncio.Runner) -> None:
    async def use() -> None:
        ours, theirs = asyncio.Event(), asyncio.Event()
        deferral = Deferral(ours.set)
        deferral.take()
        by_the_loop(signal.SIGTERM, theirs.set)
        deferral.take()
        os.kill(os.getpid(), signal.SIGTERM)
        async with asyncio.timeout(10):
            await ours.wait()
            deferral.hand_on()
            await theirs.wait()

    runner.run(use())


def test_other_signals_of_the_event_loop_are_not_held_up(runner: asyncio.Runner) -> None:
    async def use() -> None:
        other = asyncio.Event()
        by_the_loop(signal.SIGTERM, lambda: None)
        by_the_loop(signal.SIGUSR1, other.set)
        deferral = Deferral(lambda: None)
        deferral.take()
        os.kill(os.getpid(), signal.SIGUSR1)
        async with asyncio.timeout(10):
            await other.wait()
        deferral.give_back()
        asyncio.get_running_loop().remove_signal_handler(signal.SIGUSR1)

    runner.run(use())


def test_signals_that_nobody_handles_are_left_alone() -> None:
    async def use() -> None:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        deferral = Deferral(lambda: None)
        deferral.take()
        assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL
        deferral.give_back()

    asyncio.run(use())


class Server:
    """A server that runs a lifespan and handles SIGTERM by its event loop."""

    def __init__(self) -> None:
        self.to_app: asyncio.Queue[dict[str, str]] = asyncio.Queue()
        self.said: list[str] = []
        self.stops = 0

    def told(self) -> None:
        self.stops += 1
        self.to_app.put_nowait({"type": "lifespan.shutdown"})

    async def serve(self, app: App) -> None:
        by_the_loop(signal.SIGTERM, self.told)
        self.to_app.put_nowait({"type": "lifespan.startup"})

        async def send(message: Any) -> None:
            self.said.append(message["type"])

        async with asyncio.timeout(20):
            await app({"type": "lifespan"}, self.to_app.get, send)


def test_behind_a_server_the_application_drains_before_the_server_hears_of_its_end() -> None:
    source = Manual()
    app = App("orders", configuring=Settings(drain="1d", stop="1d"), entrypoints=[source])
    server = Server()
    seen: list[object] = []

    @app.main
    async def main() -> None:
        run = app._running
        assert run is not None
        while run.phase != "up" or signal.getsignal(signal.SIGTERM).__class__.__name__ != "method":
            await asyncio.sleep(0)
        os.kill(os.getpid(), signal.SIGTERM)
        await run.ended.wait()
        while not run._is_drained:
            await asyncio.sleep(0)
        seen.extend([run.phase, server.stops])
        os.kill(os.getpid(), signal.SIGTERM)

    asyncio.run(server.serve(app))
    assert seen == ["draining", 0]
    assert (server.stops, server.said) == (1, ["lifespan.startup.complete", "lifespan.shutdown.complete"])
    assert source.happened == ["bound", "stopped"]


def test_behind_a_server_a_part_that_fails_stops_the_server(caplog: pytest.LogCaptureFixture) -> None:
    source, server = Manual(), Server()
    app = App("orders", configuring=Settings(drain="1d", stop="1d"), entrypoints=[source])

    @app.main
    async def main() -> None:
        run = app._running
        assert run is not None
        while signal.getsignal(signal.SIGTERM).__class__.__name__ != "method":
            await asyncio.sleep(0)
        raise CoreError("no broker: start one")

    asyncio.run(server.serve(app))
    assert server.stops == 1 and source.happened == ["bound", "stopped"]
    assert "no broker: start one" in caplog.text


def test_behind_a_server_a_signal_during_the_start_ends_it_and_reaches_the_server() -> None:
    server = Server()

    app = App("orders")

    @app.on(started)
    async def warm_up() -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.Event().wait()

    asyncio.run(server.serve(app))
    assert (server.stops, server.said) == (1, ["lifespan.startup.failed"])


def test_a_server_that_ends_the_lifespan_by_itself_is_not_kept_by_a_drain() -> None:
    source = Manual()
    app = App("orders", configuring=Settings(drain="1d", stop="1d"), entrypoints=[source])
    server = Server()

    @app.main
    async def main() -> None:
        run = app._running
        assert run is not None
        await asyncio.sleep(0)
        run.stop()
        while not run._is_drained:
            await asyncio.sleep(0)
        server.to_app.put_nowait({"type": "lifespan.shutdown"})

    asyncio.run(server.serve(app))
    assert server.stops == 0 and server.said[-1] == "lifespan.shutdown.complete"


def test_new_connections_are_held_off_while_accepted_ones_wait() -> None:
    async def use() -> None:
        with socket.create_server(("127.0.0.1", 0)) as listening:
            where = listening.getsockname()[:2]
            with socket.create_connection(where):
                hold_off(listening)
                assert is_waited_for(listening)
                second = asyncio.create_task(asyncio.open_connection(*where))
                accepted, _ = listening.accept()
                accepted.close()
                await settle([listening])
                assert not is_waited_for(listening) and not second.done()
                welcome(listening)
                async with asyncio.timeout(20):
                    _, writer = await second  # the client tried again by itself
                writer.transport.abort()
                await asyncio.sleep(0)

    asyncio.run(use())


def test_the_listeners_of_a_process_are_found_whoever_opened_them() -> None:
    one, other = socket.socketpair()
    with socket.create_server(("127.0.0.1", 0)) as listening, one, other:
        with found() as listeners:
            assert listening.fileno() in listeners
            assert listeners[listening.fileno()].getsockname() == listening.getsockname()
        assert listeners[listening.fileno()].fileno() == -1


UNHEEDING = """
import asyncio
from cordio_core import App, CoreError
from packages.core.tests.doubles import Manual

class Telling(Manual):
    async def stop(self, within, /):
        print("stopped", flush=True)

app = App("orders", entrypoints=[Telling()])

@app.main
async def main():
    raise CoreError("no broker: start one")

async def serve():
    told = asyncio.Queue()
    told.put_nowait({"type": "lifespan.startup"})
    async def send(message):
        pass
    await app({"type": "lifespan"}, told.get, send)
    await asyncio.sleep(20)

asyncio.run(serve())
"""


@pytest.mark.parametrize(
    ("first", "number"),
    [
        pytest.param("", signal.SIGINT, id="as asyncio leaves signals"),
        pytest.param(
            "signal.signal(signal.SIGINT, signal.SIG_IGN)", signal.SIGTERM, id="as hypercorn's workers"
        ),
    ],
)
def test_where_no_server_heeds_signals_a_part_that_fails_ends_the_process_after_a_stop_in_order(
    first: str, number: signal.Signals
) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[3]), *sys.path])}
    code = f"import signal\n{first}\n{UNHEEDING}"
    shown = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=25, env=environment
    )
    assert (shown.returncode, shown.stdout) == (-number, "stopped\n")
