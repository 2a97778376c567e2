"""What the monitor tells about itself and the service."""

import asyncio
import logging
from collections.abc import Sequence
from pathlib import Path
from threading import Event

import pytest
from packages.monitor.tests.doubles import LIMIT, Collected, Hanging, Raising, monitored

from cordio_monitor import KindError, LogSettings, Monitor, log
from cordio_monitor._diary import Diary
from cordio_monitor._histogram import Histogram
from cordio_monitor.sinks import Record, Sink, Spill


async def waits_for_the_gate(gate: asyncio.Event) -> None:
    await gate.wait()


def test_running_tasks_are_told_with_their_name_age_and_where_they_wait() -> None:
    async def main() -> None:
        async with monitored() as monitor:
            gate = asyncio.Event()

            async def outer() -> None:
                await waits_for_the_gate(gate)

            task = asyncio.create_task(outer(), name="serve password=hunter2")
            await asyncio.sleep(0)
            first = {state.name: state for state in monitor.state().tasks}["serve password=***"]
            again = {state.name: state for state in monitor.state().tasks}["serve password=***"]
            assert first.age >= 0 and again.age >= first.age
            # The innermost Python code that the task waits in is that of the event of asyncio itself.
            assert first.where.endswith("Event.wait")
            gate.set()
            await task
        assert monitor.state().tasks == ()

    asyncio.run(main())


def test_the_last_errors_and_how_each_handler_fares_are_told() -> None:
    sink = Collected()

    async def main() -> Monitor:
        async with monitored(sink) as monitor:
            for number in range(30):
                with monitor.incoming("POST /orders"):
                    log.error("no stock", number=number, token="hunter2")
            with pytest.raises(ValueError), monitor.incoming("GET /x"):
                raise ValueError("password=hunter2")
        return monitor

    state = asyncio.run(main()).state()
    assert len(state.errors) == 20 and state.errors[-1].error == "ValueError: password=***"
    assert (state.errors[0].message, state.errors[0].event) == ("no stock", "POST /orders")
    orders, failed = state.handlers["POST /orders"], state.handlers["GET /x"]
    assert (orders.count, orders.failed, failed.count, failed.failed) == (30, 0, 1, 1)
    assert 0 < orders.p50 <= orders.p95 <= orders.p99 <= orders.largest


def test_the_diary_is_bounded() -> None:
    diary = Diary()
    diary.note([Record("event", "info", 0, "orders", "", f"GET /{n}", {"took_ms": 1.0}) for n in range(2_000)])
    handlers = diary.handlers()
    assert len(handlers) == 501 and handlers["(others)"].count == 1_500


def test_quantiles_are_right_within_a_twentieth() -> None:
    histogram = Histogram()
    assert histogram.quantile(0.5) == 0
    for number in range(1, 10_001):
        histogram.add(number / 10)
    for share in (0.01, 0.5, 0.9, 0.95, 0.99):
        assert histogram.quantile(share) == pytest.approx(share * 1_000, rel=0.06)
    histogram.add(1e12)
    assert histogram.quantile(1) == histogram.largest == 1e12


def test_health_says_what_is_wrong() -> None:
    good = Collected()

    async def main() -> None:
        async with monitored(good) as monitor:
            assert monitor.health().ok
        assert monitor.health().problems == ("the monitor does not run",)

        async with monitored(Raising(), good) as monitor:
            log.info("placing")
            good.wait_for("placing")
        problems = monitor.health().problems
        assert any("Raising" in problem and "hunter2" not in problem for problem in problems)

    asyncio.run(main())


def test_a_level_changes_at_run_time_and_falls_back_by_itself() -> None:
    sink = Collected()

    async def main() -> None:
        settings = LogSettings(level="info", capture=False)
        async with Monitor("orders", [sink], settings) as monitor:
            log.debug("no")
            monitor.set_level("debug", within=LIMIT)
            log.debug("yes")
            assert monitor.state().level == "debug"
            monitor.set_level("warning", within=0.01)
            async with asyncio.timeout(LIMIT):
                while monitor.state().level != "info":
                    await asyncio.sleep(0.005)
            log.debug("no")
            log.info("again")
            with pytest.raises(KindError, match="no level is called 'loud'"):
                monitor.set_level("loud")  # type: ignore[arg-type]  # what is tested

    asyncio.run(main())
    assert sink.messages == ["yes", "again"]


def test_the_level_of_a_logger_of_a_library_falls_back_at_the_end_too() -> None:
    library = logging.getLogger("library.noisy")
    library.setLevel(logging.ERROR)

    async def main() -> None:
        async with monitored() as monitor:
            monitor.set_level("debug", logger="library.noisy", within=0)
            assert library.level == logging.DEBUG

    asyncio.run(main())
    assert library.level == logging.ERROR


class Dead(Sink):
    """Cannot write until it is mended."""

    def __init__(self, spill: Spill | None = None) -> None:
        self.spill = spill
        self.tried, self.mended = Event(), Event()

    def write(self, records: Sequence[Record]) -> None:
        if not self.mended.is_set():
            self.tried.set()
            raise OSError("no space left")


async def until(monitor: Monitor, *problems: str) -> None:
    async with asyncio.timeout(LIMIT):
        while monitor.health().problems != problems:
            await asyncio.sleep(0.001)


def test_a_sink_that_cannot_write_is_a_problem_of_health_until_it_can() -> None:
    sink = Dead()

    async def main() -> None:
        async with monitored(sink) as monitor:
            log.info("first")
            await until(monitor, "the sink Dead lets 1 records wait: OSError: no space left")
            sink.mended.set()
            await until(monitor)
            assert monitor.health().ok

    asyncio.run(main())


def test_a_sink_that_spills_is_a_problem_of_health_until_it_does_not(tmp_path: Path) -> None:
    sink = Dead(Spill(tmp_path / "spill"))

    async def main() -> None:
        async with monitored(sink) as monitor:
            log.info("first")
            await until(monitor, "the sink Dead keeps 1 records in its spill: OSError: no space left")
            sink.mended.set()
            await until(monitor)

    asyncio.run(main())


def test_a_sink_that_hangs_is_a_problem_of_health(monkeypatch: pytest.MonkeyPatch) -> None:
    sink = Hanging()
    monkeypatch.setattr("cordio_monitor._ledger._LONG", 0.0)

    async def main() -> None:
        async with monitored(sink) as monitor:
            log.info("first")
            await until(monitor, "the sink Hanging lets 1 records wait")
            sink.let_go.set()
            await until(monitor)

    asyncio.run(main())
