"""The way down: signals, limits, and parts that do not want to end."""

import asyncio
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest
from packages.core.tests.doubles import Grace, Manual

from cordio_core import App, CoreError, EntrypointError, Exit, get
from cordio_core._plain import PlainContainer
from cordio_core.protocols import Runtime

FOREVER = "1d"


@pytest.fixture
def brief(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nobody have more than the grace time."""
    monkeypatch.setattr("cordio_core._sources._LAST", 0.01)
    monkeypatch.setattr("cordio_core._account._LEAST", 0.01)
    monkeypatch.setattr("cordio_core._patience._LAST", 0.01)
    monkeypatch.setattr("cordio_core._loop._LAST", 0.01)


def tell(number: signal.Signals = signal.SIGTERM) -> None:
    os.kill(os.getpid(), number)


async def refuse_to_end(after: threading.Event | None = None) -> None:
    """Swallow every cancellation."""
    while after is None or not after.is_set():
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            continue


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


class Sticky(Manual):
    """A source that does not stop."""

    async def stop(self, within: float, /) -> None:
        await asyncio.Event().wait()


class Stuck(Manual):
    """A source that does not even stop when it is cancelled."""

    async def stop(self, within: float, /) -> None:
        await refuse_to_end()


@pytest.mark.usefixtures("brief")
@pytest.mark.parametrize(
    ("source", "said"),
    [
        (Sticky(), "http: did not stop within 0.01 s: let stop() keep to the time it is given\n"),
        (Stuck(), "http: runs on though it was cancelled: let it end\n"),
    ],
)
def test_a_source_that_does_not_stop_in_time_is_told_and_the_rest_is_stopped(
    source: Manual, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    other = Manual(kind="other")
    app = App("orders", configuring=Grace("10ms"), entrypoints=[source, other])
    app.main(lambda: tell())
    assert app.run() == 70
    assert capsys.readouterr().err == said
    assert other.happened == ["started", "stopped"]


class Broken(Manual):
    """A source whose stop fails."""

    async def stop(self, within: float, /) -> None:
        raise EntrypointError(self.kind, "stuck", "pull harder")


def test_of_several_stops_that_fail_one_is_raised_and_the_others_are_recorded(
    capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    last = Manual(kind="last")
    app = App("orders", entrypoints=[Broken(kind="one"), Broken(kind="two"), last])
    app.main(lambda: tell())
    assert app.run() == 70
    assert capsys.readouterr().err == "one: stuck: pull harder\n"
    assert "two: stuck: pull harder" in caplog.text
    assert "one: stuck" not in caplog.text
    assert last.happened == ["started", "stopped"]


def test_a_root_component_that_fails_stops_the_application(capsys: pytest.CaptureFixture[str]) -> None:
    source = Manual()
    app = App("orders", entrypoints=[source])

    @app.main
    async def main() -> None:
        raise RuntimeError("no stock")

    assert app.run() == 70
    assert capsys.readouterr().err.count("no stock") == 2  # the line of the code, and the message
    assert source.happened == ["started", "stopped"]


def test_a_root_component_that_something_else_cancels_stops_the_application(
    capsys: pytest.CaptureFixture[str],
) -> None:
    app = App("orders", entrypoints=[Manual()])

    @app.main
    async def main() -> None:
        other = asyncio.create_task(asyncio.Event().wait())
        other.cancel()
        await other

    assert app.run() == 70
    assert "the task 'main' was cancelled by what it awaits" in capsys.readouterr().err


def test_a_source_that_dies_stops_the_application(capsys: pytest.CaptureFixture[str]) -> None:
    source = Manual()
    app = App("orders", entrypoints=[source])

    @app.main
    async def main() -> None:
        assert source.runtime is not None
        source.runtime.fail(EntrypointError("http", "the server died", "see above"))

    assert app.run() == 70
    assert capsys.readouterr().err == "http: the server died: see above\n"


def test_an_exit_in_the_root_component_stops_the_application_in_order() -> None:
    source = Manual()
    app = App("orders", entrypoints=[source])

    @app.main
    async def main() -> None:
        sys.exit(3)

    with pytest.raises(SystemExit) as ended:
        app.run()
    assert ended.value.code == 3
    assert source.happened == ["started", "stopped"]


def test_a_start_that_something_else_cancels_is_no_success(capsys: pytest.CaptureFixture[str]) -> None:
    class Cancelled(PlainContainer):
        async def __aenter__(self) -> "Cancelled":
            raise asyncio.CancelledError("the pool gave up")

    assert App("orders", container=Cancelled(), entrypoints=[Manual()]).run() == 70
    assert "CancelledError: the pool gave up" in capsys.readouterr().err


@pytest.fixture
def interrupted(monkeypatch: pytest.MonkeyPatch) -> Iterator[App]:
    """Make an application that is interrupted while its configuration is composed."""
    app = App("orders", entrypoints=[Manual()])
    monkeypatch.setattr(app._configuring, "configuration", lambda *needed: tell(signal.SIGINT))
    yield app


def test_a_ctrl_c_before_the_start_is_an_end_in_order(interrupted: App) -> None:
    assert interrupted.run() == 0


class Leaking(PlainContainer):
    """Services that fail to stop."""

    async def __aexit__(self, *error: object) -> None:
        raise CoreError("the pool does not close: mend it")


def test_services_that_fail_to_stop_do_not_hide_what_failed_before(capsys: pytest.CaptureFixture[str]) -> None:
    app = App("orders", container=Leaking(), entrypoints=[Manual()])

    @app.main
    async def main() -> None:
        raise RuntimeError("no stock")

    assert app.run() == 70
    said = capsys.readouterr().err
    assert said.endswith("RuntimeError: no stock\nbesides: the pool does not close: mend it\n")


def test_services_and_a_source_that_fail_to_stop_are_both_told(capsys: pytest.CaptureFixture[str]) -> None:
    app = App("orders", container=Leaking(), entrypoints=[Broken()])
    app.main(lambda: tell())
    assert app.run() == 70
    said = capsys.readouterr().err
    assert said == "http: stuck: pull harder\nbesides: the pool does not close: mend it\n"


def test_services_alone_that_fail_to_stop_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    app = App("orders", container=Leaking(), entrypoints=[Manual()])
    app.main(lambda: tell())
    assert app.run() == 70
    assert capsys.readouterr().err == "the pool does not close: mend it\n"


def test_services_that_pass_on_what_made_them_stop_do_not_tell_it_twice(
    capsys: pytest.CaptureFixture[str],
) -> None:
    class Passing(PlainContainer):
        async def __aexit__(self, kind: object, error: BaseException | None, trace: object, /) -> None:
            assert error is not None
            raise error

    app = App("orders", container=Passing(), entrypoints=[Manual()])

    @app.main
    async def main() -> None:
        raise CoreError("no stock: order some")

    assert app.run() == 70
    assert capsys.readouterr().err == "no stock: order some\n"


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
