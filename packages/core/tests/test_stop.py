"""The way down: signals, limits, and what does not want to end."""

import asyncio
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence

import pytest
from packages.core.tests.doubles import Grace, Manual
from packages.core.tests.ending import refuse_to_end, tell

from cordio_core import App, Exit, get
from cordio_core.protocols import Configuration, Runtime

FOREVER = "1d"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_lets_the_accepted_event_finish_and_ends_with_zero(number: signal.Signals) -> None:
    source = Manual()
    app = App("orders", entrypoints=[source])
    answers: list[object] = []

    @app.on(get("/slow"))
    async def slow() -> str:
        tell(number)
        await source.told.wait()
        return "finished"

    @app.main
    async def main() -> None:
        source.begin("GET /slow").add_done_callback(lambda done: answers.append(done.result().value))

    assert app.run() == 0
    assert answers == ["finished"]


def test_a_signal_lets_a_sync_handler_finish() -> None:
    source = Manual()
    app = App("orders", entrypoints=[source])
    answers: list[object] = []
    told = threading.Event()
    stop = source.stop

    async def noticed(within: float, /) -> None:
        told.set()
        await stop(within)

    source.stop = noticed  # type: ignore[method-assign]  # the double listens in

    @app.on(get("/slow"))
    def slow() -> str:
        tell()
        assert told.wait(5)
        return "finished"

    @app.main
    async def main() -> None:
        source.begin("GET /slow").add_done_callback(lambda done: answers.append(done.result().value))

    assert app.run() == 0
    assert answers == ["finished"]


def test_a_sync_handler_that_hangs_keeps_nobody_after_the_grace_time_and_is_named(
    caplog: pytest.LogCaptureFixture,
) -> None:
    source = Manual()
    app = App("orders", configuring=Grace("10ms"), entrypoints=[source])
    release = threading.Event()

    @app.on(get("/stuck"))
    def stuck() -> None:
        tell()
        release.wait()

    @app.main
    async def main() -> None:
        source.begin("GET /stuck")

    assert app.run() == Exit.CUT
    release.set()
    (record,) = [each for each in caplog.records if "left behind" in each.getMessage()]
    assert "a sync function is left behind in its thread" in record.getMessage()
    assert f"{__file__}:{stuck.__code__.co_firstlineno}" in record.getMessage()


def test_a_second_signal_waits_for_nothing_any_more() -> None:
    source = Manual()
    app = App("orders", configuring=Grace(FOREVER), entrypoints=[source])
    ended: list[str] = []

    @app.on(get("/endless"))
    async def endless() -> None:
        tell()
        try:
            await source.told.wait()
            tell()
            await asyncio.Event().wait()
        finally:
            ended.append("cancelled")

    @app.main
    async def main() -> None:
        source.begin("GET /endless")

    assert app.run() == Exit.CUT
    assert ended == ["cancelled"]


def test_a_signal_during_the_start_undoes_it_and_further_ones_hurry_that() -> None:
    class Endless(Manual):
        async def start(self, runtime: Runtime, /) -> None:
            tell()
            await asyncio.Event().wait()

        async def stop(self, within: float, /) -> None:
            self.happened.append("stop")
            tell()
            tell()
            await asyncio.Event().wait()

    source, endless = Manual(), Endless(kind="endless")
    app = App("orders", configuring=Grace(FOREVER), entrypoints=[source, endless])
    assert app.run() == 0
    assert (source.happened, endless.happened) == (["started", "stopped"], ["stop"])


def test_what_handled_the_signals_before_handles_them_again() -> None:
    def mine(number: int, frame: object) -> None: ...

    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    for number in before:
        signal.signal(number, mine)
    try:
        app = App("orders", entrypoints=[Manual()])
        app.main(lambda: tell())
        assert app.run() == 0
        assert [signal.getsignal(number) for number in before] == [mine, mine]
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def test_in_a_thread_an_application_runs_without_signals() -> None:
    app = App("orders", entrypoints=[Manual()])
    codes: list[int] = []

    @app.main
    async def main() -> None:
        assert app._running is not None
        app._running.stop()

    thread = threading.Thread(target=lambda: codes.append(app.run()))
    thread.start()
    thread.join(10)
    assert codes == [0]


@pytest.mark.usefixtures("brief")
def test_a_task_that_swallows_its_cancellation_is_named_and_left_behind(
    capsys: pytest.CaptureFixture[str],
) -> None:
    app = App("orders", configuring=Grace("10ms"), entrypoints=[Manual()])

    @app.main
    async def main() -> None:
        tell()
        await refuse_to_end()

    assert app.run() == 70
    said = "the task 'main' runs on though it was cancelled: let CancelledError through\n"
    assert capsys.readouterr().err == said


@pytest.mark.usefixtures("brief")
def test_a_second_signal_leaves_a_task_behind_that_swallows_its_cancellation() -> None:
    app = App("orders", configuring=Grace(FOREVER), entrypoints=[Manual()])

    @app.main
    async def main() -> None:
        tell()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            tell()
            await refuse_to_end()

    assert app.run() == 70


@pytest.mark.usefixtures("brief")
def test_the_cleanup_of_a_root_component_has_the_grace_time() -> None:
    app = App("orders", configuring=Grace(FOREVER), entrypoints=[Manual()])
    seen: list[str] = []

    @app.main
    async def main() -> None:
        tell()
        try:
            await asyncio.Event().wait()
        finally:
            for _ in range(100):
                await asyncio.sleep(0)
            seen.append("clean")

    assert app.run() == 0
    assert seen == ["clean"]


@pytest.mark.parametrize("loop", ["asyncio", "auto"])
def test_a_ctrl_c_before_the_start_is_an_end_in_order_whatever_had_begun(
    loop: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = Manual()
    app = App("orders", entrypoints=[source])
    composed = app._configuring.configuration
    monkeypatch.setenv("CORDIO_LOOP", loop)

    def interrupted(sections: Mapping[str, type], options: Sequence[object], /) -> Configuration:
        tell(signal.SIGINT)
        return composed(sections, options)

    monkeypatch.setattr(app._configuring, "configuration", interrupted)
    assert app.run() == 0
    assert source.happened in ([], ["started", "stopped"])


BLOCKED = """
import os, signal, sys, time
from cordio_core import App, _signals

_signals._BLOCKED = 0.0
app = App("orders")

@app.main
async def main():
    for number in sys.argv[1:]:
        os.kill(os.getpid(), int(number))
    time.sleep(0 if len(sys.argv) < 4 else 60)

code = app.run()
print("in order", code)
sys.exit(code)
"""


def test_a_third_signal_ends_a_process_whose_event_loop_is_blocked_and_says_where() -> None:
    numbers = [signal.SIGINT, signal.SIGTERM, signal.SIGINT]
    ended = subprocess.run(
        [sys.executable, "-c", BLOCKED, *map(str, map(int, numbers))],
        capture_output=True,
        text=True,
        timeout=20,
    )
    assert ended.returncode == Exit.CUT
    assert re.search(r"heeds no signal, for it is blocked at <string>:\d+: use await", ended.stderr)


def test_two_signals_during_a_short_block_stop_in_order() -> None:
    numbers = [signal.SIGINT, signal.SIGTERM]
    ended = subprocess.run(
        [sys.executable, "-c", BLOCKED, *map(str, map(int, numbers))],
        capture_output=True,
        text=True,
        timeout=20,
    )
    assert (ended.returncode, ended.stdout) == (0, "in order 0\n")
