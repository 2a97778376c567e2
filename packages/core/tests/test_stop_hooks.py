"""Handlers of the start and of the stop: when they are told, and what their failures come to."""

import asyncio

import pytest
from packages.core.tests.doubles import Manual, Settings
from packages.core.tests.ending import running, tell

from cordio_core import App, Exit, PartError, started, stopping


def test_who_wants_to_know_of_the_stop_is_told_before_any_source_stops() -> None:
    source = Manual()
    happened = source.happened

    async def use() -> None:
        run = App("orders", entrypoints=[source]).running()

        async def first() -> None:
            await asyncio.sleep(0)
            happened.append(f"first, {run.phase}")

        async def second() -> None:
            happened.append("second")

        run.on_stopping += [first, second]
        async with run:
            run.stop()
            assert run.phase == "draining"

    asyncio.run(use())
    assert happened == ["started", "first, draining", "second", "stopped"]


def test_a_stop_hook_that_fails_is_told_and_keeps_no_other_from_being_told() -> None:
    source = Manual()
    seen: list[str] = []

    async def broken() -> None:
        raise RuntimeError("no farewell")

    async def other() -> None:
        seen.append("told")

    async def use() -> None:
        run = App("orders", entrypoints=[source]).running()
        run.on_stopping += [broken, other]
        async with run:
            pass

    with pytest.raises(RuntimeError, match="no farewell"):
        asyncio.run(use())
    assert seen == ["told"] and source.happened == ["started", "stopped"]


def test_a_stop_hook_that_does_not_end_is_cut_at_the_grace_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cordio_core._account._LEAST", 0.01)
    source = Manual()
    seen: list[str] = []

    async def endless() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            seen.append("cancelled")

    async def use() -> None:
        run = App("orders", configuring=Settings(grace="10ms"), entrypoints=[source]).running()
        run.on_stopping.append(endless)
        async with run:
            pass

    with pytest.raises(Exception, match="the stop hooks: did not end within 0.01 s"):
        asyncio.run(use())
    assert seen == ["cancelled"] and source.happened == ["started", "stopped"]


def test_a_stop_hook_that_is_hurried_is_not_told_of_a_limit_that_was_not_reached() -> None:
    source = Manual()

    async def use() -> None:
        run = App("orders", configuring=Settings(grace="1d", stop="2d"), entrypoints=[source]).running()

        async def endless() -> None:
            run.stop()  # the drain is skipped
            run.stop()  # and the grace time
            await asyncio.Event().wait()

        run.on_stopping.append(endless)
        async with run:
            run.stop()

    with pytest.raises(
        PartError, match="the stop hooks: did not end before the stop was hurried: let them end"
    ):
        asyncio.run(use())


def test_a_start_hook_runs_before_any_source_and_fails_the_start() -> None:
    source = Manual()

    async def broken() -> None:
        source.happened.append("hook")
        raise RuntimeError("no stock")

    async def use() -> None:
        run = App("orders", entrypoints=[source]).running()
        run.on_started.append(broken)
        async with run:
            raise AssertionError("it came up")

    with pytest.raises(RuntimeError, match="no stock"):
        asyncio.run(use())
    assert source.happened == ["hook"]


def test_handlers_of_the_start_and_of_the_stop_run_at_their_moments() -> None:
    source = Manual()
    app = App("orders", entrypoints=[source])

    @app.on(started)
    async def hello() -> None:
        source.happened.append(f"hello, {running(app).phase}")

    @app.on(stopping)
    async def bye() -> None:
        source.happened.append(f"bye, {running(app).phase}")

    app.main(tell)
    assert app.run() == 0
    assert source.happened == ["hello, starting", "started", "bye, draining", "stopped"]


def test_a_handler_of_the_start_that_fails_ends_the_start(capsys: pytest.CaptureFixture[str]) -> None:
    source = Manual()
    app = App("orders", entrypoints=[source])

    @app.on(started)
    async def hello() -> None:
        raise RuntimeError("no stock")

    assert app.run() == Exit.SOFTWARE
    assert "test_stop_hooks.py" in capsys.readouterr().err
    assert source.happened == []


def test_a_handler_of_the_stop_that_fails_ends_with_a_code_after_all_were_told(
    capsys: pytest.CaptureFixture[str],
) -> None:
    source = Manual()
    app = App("orders", entrypoints=[source])

    @app.on(stopping)
    async def bye() -> None:
        raise RuntimeError("no farewell")

    @app.on(stopping)
    async def later() -> None:
        source.happened.append("later")

    app.main(tell)
    assert app.run() == Exit.SOFTWARE
    said = capsys.readouterr().err
    assert "the stop: failed in " in said and "bye (" in said and "see what its record says" in said
    assert source.happened == ["started", "later", "stopped"]
