"""The clock of a test: schedules run as it is moved."""

import asyncio
import threading

import pytest

from cordio_core import App, PartError, every
from cordio_core.testing import MovableClock


def test_a_schedule_runs_as_the_clock_is_moved_and_never_else() -> None:
    app = App("clock")
    runs: list[int] = []

    @app.on(every("5m"))
    def strike() -> None:  # in a thread, so that it is waited for
        runs.append(1)

    async def use() -> list[int]:
        async with app.testing() as t:
            counts = []
            for span in ("4m", "1m", "1h", 0):
                await t.clock.advance(span)
                counts.append(len(runs))
            assert t.state().schedules
            return counts

    assert asyncio.run(use()) == [0, 1, 13, 13]


def test_a_run_that_takes_real_time_is_waited_for() -> None:
    app = App("clock")
    gate, ended = threading.Event(), list[str]()

    @app.on(every("5m"))
    def strike() -> None:
        gate.wait(10)
        ended.append("strike")

    async def use() -> list[str]:
        async with app.testing() as t:
            asyncio.get_running_loop().call_later(0.02, gate.set)
            await t.clock.advance("5m")
            return list(ended)

    assert asyncio.run(use()) == ["strike"]


def test_a_run_that_never_ends_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cordio_core.testing._clock._PATIENCE", 0.01)
    app = App("clock")

    @app.on(every("5m"))
    async def strike() -> None:
        await asyncio.Event().wait()

    async def use() -> None:
        async with app.testing() as t:
            with pytest.raises(PartError, match="a run of a schedule: did not end .* wait=False"):
                await t.clock.advance("5m")
            hurried = asyncio.create_task(t.sigterm())
            await asyncio.sleep(0)
            await t.sigterm()
            await hurried

    asyncio.run(use())


def test_who_stops_waiting_for_the_clock_is_passed_over() -> None:
    async def use() -> list[str]:
        clock, woken = MovableClock(), list[str]()

        async def wait(name: str, moment: float) -> None:
            await clock.sleep_until(moment)
            woken.append(name)

        waiting = [asyncio.create_task(wait(str(moment), moment)) for moment in (0, 3, 1, 2, 1)]
        await clock.advance(0)
        waiting[3].cancel()
        await clock.advance("10s")
        await asyncio.wait(waiting)
        assert (clock.monotonic(), woken) == (10.0, ["0", "1", "1", "3"])
        return woken

    asyncio.run(use())


def test_a_run_may_go_on_while_the_clock_is_moved() -> None:
    app = App("clock")
    go = asyncio.Event()

    @app.on(every("5m"))
    async def strike() -> None:
        await go.wait()

    async def use() -> int:
        async with app.testing() as t:
            await t.clock.advance("5m", wait=False)
            go.set()
            return (await t.sigterm()).cancelled

    assert asyncio.run(use()) == 0
