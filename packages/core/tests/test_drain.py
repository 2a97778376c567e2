"""The soft stop: what goes on, what is reported, and the exit code."""

import asyncio
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress

import pytest
from packages.core.tests.doubles import Manual, Settings
from packages.core.tests.ending import running, tell

from cordio_core import App, Exit, get
from cordio_core._plain import PlainContainer

FOREVER = "1d"


def soft(source: Manual, **spans: str) -> App:
    """Make an application that drains until it is hurried."""
    return App(
        "orders", configuring=Settings(**{"drain": FOREVER, "stop": FOREVER, **spans}), entrypoints=[source]
    )


async def until(happens: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not happens():
            await asyncio.sleep(0)


async def turns(count: int) -> None:
    """Let everything else come as far as it can."""
    for _ in range(count):
        await asyncio.sleep(0)


def test_a_stop_that_is_asked_for_goes_on_accepting_though_it_is_not_ready() -> None:
    source = Manual()
    app = soft(source)
    seen: list[object] = []

    @app.on(get("/"))
    async def read() -> str:
        return "still here"

    @app.main
    async def main() -> None:
        await until(lambda: running(app).phase == "up")
        tell()
        await running(app).ended.wait()
        seen.append(running(app).phase)
        await until(lambda: running(app)._is_drained)
        await turns(100)
        seen.append((await source.ask("GET /")).value)
        seen.extend([running(app).phase, list(source.happened)])
        tell()

    assert app.run() == 0
    assert seen == ["draining", "still here", "draining", ["started"]]
    assert source.happened == ["started", "stopped"]


def test_a_signal_that_hurries_the_drain_leaves_the_accepted_event_its_grace_time() -> None:
    source = Manual()
    app = soft(source)
    answers: list[object] = []

    @app.on(get("/slow"))
    async def slow() -> str:
        tell()
        await running(app).ended.wait()
        tell()
        await running(app).stopping.wait()
        await turns(100)
        return "finished"

    @app.main
    async def main() -> None:
        await until(lambda: running(app).phase == "up")
        source.begin("GET /slow").add_done_callback(lambda done: answers.append(done.result().value))

    assert app.run() == 0
    assert answers == ["finished"]
    report = running(app).report
    assert report is not None and (report.finished, report.parts["http"].finished, report.text) == (1, 1, "")


def test_a_stop_that_nobody_outside_asked_for_does_not_drain() -> None:
    source = Manual()

    async def leave() -> None:
        async with soft(source).running():
            pass

    asyncio.run(leave())
    broken = soft(Manual())

    @broken.main
    async def main() -> None:
        raise RuntimeError("no stock")

    assert broken.run() == Exit.SOFTWARE


def test_an_application_that_nobody_can_reach_does_not_drain() -> None:
    app = App("clock", configuring=Settings(drain=FOREVER, stop=FOREVER))

    @app.main
    async def main() -> None:
        tell()

    assert app.run() == 0


def test_a_stop_that_cancels_an_accepted_event_reports_it_and_ends_with_its_own_code(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cordio_core._account._LEAST", 0.01)
    source = Manual()
    app = App("orders", configuring=Settings(grace="10ms"), entrypoints=[source])

    @app.on(get("/endless"))
    async def endless() -> None:
        tell()
        await asyncio.Event().wait()

    @app.main
    async def main() -> None:
        source.begin("GET /endless")

    with caplog.at_level("INFO", "cordio"):
        assert app.run() == Exit.CUT
    report = running(app).report
    assert report is not None
    assert (report.finished, report.cancelled, report.lost) == (0, 1, 0)
    assert report.parts["http"].cancelled == 1
    assert "stopped finished=0 cancelled=1 lost=0 parts='http: 1 cancelled, 0 lost'" in caplog.messages[-1]
    assert caplog.records[-1].levelname == "WARNING"


def test_an_event_that_swallows_its_cancellation_is_reported_as_lost() -> None:
    source = Manual()
    app = App("orders", entrypoints=[source])

    @app.on(get("/stuck"))
    async def stuck() -> None:
        while not free.is_set():
            with suppress(asyncio.CancelledError):
                await free.wait()

    async def use() -> None:
        async with app.running() as run:
            task = source.begin("GET /stuck")
            await asyncio.sleep(0)
            for _ in range(3):
                run.stop()
        free.set()
        await asyncio.wait([task])

    free = asyncio.Event()
    asyncio.run(use())
    report = running(app).report
    assert report is not None and (report.lost, report.code) == (1, Exit.CUT)
    assert report.text == "http: 0 cancelled, 1 lost"


def test_what_was_finished_before_the_stop_is_not_in_its_report(caplog: pytest.LogCaptureFixture) -> None:
    source = Manual()
    app = App("orders", entrypoints=[source])

    @app.on(get("/"))
    async def read() -> None: ...

    async def use() -> None:
        async with app.running() as run:
            await source.ask("GET /")
            run.stop()
            await source.ask("GET /")

    with caplog.at_level("INFO", "cordio"):
        asyncio.run(use())
    assert running(app).report is not None and running(app).report.finished == 1  # type: ignore[union-attr]
    assert caplog.messages[-1].startswith("stopped finished=1 cancelled=0 lost=0 took_ms=")


class Endless(PlainContainer):
    """Services that do not stop."""

    async def __aexit__(self, *error: object) -> None:
        await asyncio.Event().wait()


def test_services_that_do_not_stop_in_time_are_named_and_the_monitor_is_still_closed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("cordio_core._account._LEAST", 0.01)
    app = App("orders", container=Endless(), configuring=Settings(close="10ms"), entrypoints=[Manual()])
    app.main(tell)
    with caplog.at_level("INFO", "cordio"):
        assert app.run() == Exit.SOFTWARE
    said = "services: did not stop within 0.01 s: mend its stop, or set app.close or app.stop\n"
    assert capsys.readouterr().err == said
    assert caplog.messages[-1].startswith("stopped ")


@pytest.mark.usefixtures("brief")
def test_the_whole_stop_has_its_limit_too() -> None:
    source = Manual()
    app = App("orders", configuring=Settings(grace=FOREVER, close=FOREVER, stop="10ms"), entrypoints=[source])

    @app.on(get("/endless"))
    async def endless() -> None:
        tell()
        await asyncio.Event().wait()

    @app.main
    async def main() -> None:
        source.begin("GET /endless")

    assert app.run() == Exit.CUT
    assert running(app).report is not None and running(app).report.cancelled == 1  # type: ignore[union-attr]


@pytest.mark.parametrize("terminal", [True, False])
def test_the_drain_is_five_seconds_and_none_on_a_terminal(terminal: bool) -> None:
    ours, theirs = pty.openpty()
    try:
        code = "from cordio_core import AppSettings; print(AppSettings().window)"
        stdin = theirs if terminal else subprocess.DEVNULL
        shown = subprocess.run([sys.executable, "-c", code], stdin=stdin, capture_output=True, text=True)
    finally:
        os.close(ours)
        os.close(theirs)
    assert shown.stdout == ("0.0\n" if terminal else "5.0\n")
