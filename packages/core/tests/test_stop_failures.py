"""Parts that fail while an application runs or stops: it stops in order, and each failure is told."""

import asyncio
import sys

import pytest
from packages.core.tests.doubles import Grace, Manual
from packages.core.tests.ending import refuse_to_end, tell

from cordio_core import App, CoreError, EntrypointError
from cordio_core._plain import PlainContainer


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
