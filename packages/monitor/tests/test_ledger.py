"""Every record is accounted for, whatever a sink does."""

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packages.monitor.tests.doubles import LIMIT, Collected, Hanging, Raising, monitored

from cordio_monitor import Monitor, log
from cordio_monitor._ledger import Account, Ledger
from cordio_monitor.sinks import Record, Sink


def events(monitor: Monitor, number: int) -> None:
    for _ in range(number):
        with monitor.incoming("POST /orders"):
            log.info("placing")


def test_a_sink_that_raises_is_counted_told_once_and_disturbs_nobody(
    capsys: pytest.CaptureFixture[str],
) -> None:
    sink = Collected()

    async def main() -> Monitor:
        async with monitored(Raising(), sink) as monitor:
            events(monitor, 100)
            log.error("one alone")
            sink.wait_for("one alone")
            log.error("and another")
        return monitor

    accounts = asyncio.run(main()).state().sinks
    assert accounts["Raising"] == Account(
        accepted=202,
        failed=202,
        last_error="OSError: no space left, password=***",
        causes={"failed: OSError": 202},
    )
    assert accounts["Collected"] == Account(accepted=202, written=202)
    told = capsys.readouterr().err
    assert told.count("the sink Raising raises OSError: no space left") == 1
    assert "the sink Raising did not write all of 202 records: 202 failed" in told
    assert "hunter2" not in told and "Collected" not in told


def test_the_books_balance_at_every_moment_under_a_hanging_sink(capsys: pytest.CaptureFixture[str]) -> None:
    sink = Hanging()

    async def main() -> Monitor:
        async with monitored(Collected(), sink, stop_within=0.05) as monitor:
            log.info("first")
            assert sink.hangs.wait(LIMIT)
            events(monitor, 50)
            accounts = monitor.state().sinks
            assert accounts["Hanging"] == Account(accepted=101, pending=101)
            assert accounts["Collected"].accepted == 101 and accounts["Collected"].balances
        return monitor

    monitor = asyncio.run(main())
    assert monitor.state().sinks["Hanging"] == Account(accepted=101, pending=101)
    assert "the sink Hanging did not write all of 101 records: 101 pending" in capsys.readouterr().err
    sink.let_go.set()
    assert monitor._delivery.join(LIMIT)
    assert monitor.state().sinks["Hanging"] == Account(accepted=101, written=101)


def test_a_full_buffer_drops_the_newest_and_counts_and_reports_them(
    capsys: pytest.CaptureFixture[str],
) -> None:
    sink, hanging = Collected(), Hanging()

    async def main() -> Monitor:
        async with monitored(hanging, sink, buffer=10) as monitor:
            log.info("first")
            assert hanging.hangs.wait(LIMIT)
            for number in range(15):
                log.info(f"line {number}")
                sink.wait_for(f"line {number}")
            account = monitor.state().sinks["Hanging"]
            # Beyond the ten only what reports the loss itself is kept.
            assert account.dropped == 6 and account.causes == {"dropped: full": 6}
            assert account.pending >= 10 and account.balances
            sink.wait_for("monitor.Hanging.dropped")
            hanging.let_go.set()
        return monitor

    accounts = asyncio.run(main()).state().sinks
    assert accounts["Collected"].dropped == 0
    lines = [message for message in sink.messages if message.startswith("line")]
    assert lines == [f"line {number}" for number in range(15)]
    told = [record for record in sink.records if record.message == "records were dropped"]
    assert all((record.level, record.fields["sink"]) == ("warning", "Hanging") for record in told)
    assert sum(int(str(record.fields["number"])) for record in told) == 6
    counted = [record for record in sink.records if record.message == "monitor.Hanging.dropped"]
    assert sum(int(str(record.fields["n"])) for record in counted) == 6
    assert "6 dropped" in capsys.readouterr().err


def test_a_buffer_that_was_full_takes_records_again() -> None:
    sink = Collected()

    async def main() -> None:
        async with monitored(sink, buffer=2):
            for number in range(100):
                log.info(f"line {number}")
                sink.wait_for(f"line {number}")

    asyncio.run(main())
    assert len(sink.records) == 100


def test_a_sink_whose_exception_cannot_be_told_is_counted_as_well() -> None:
    class Mute(Exception):
        def __str__(self) -> str:
            raise RuntimeError

    class Mutely(Sink):
        def write(self, records: Sequence[Record]) -> None:
            raise Mute

    async def main() -> Monitor:
        async with monitored(Mutely()) as monitor:
            log.info("first")
        return monitor

    assert asyncio.run(main()).state().sinks["Mutely"].failed == 1


def test_a_sink_that_cannot_be_opened_is_tried_again() -> None:
    class Late(Collected):
        tries = 0

        def open(self, settings: object) -> None:
            self.tries += 1
            if self.tries == 1:
                raise ConnectionError("not yet")

    sink, other = Late(), Collected()

    async def main() -> Monitor:
        async with monitored(sink, other) as monitor:
            log.info("first")
            other.wait_for("first")
            log.info("second")
        return monitor

    account = asyncio.run(main()).state().sinks["Late"]
    assert account == Account(accepted=2, written=2, last_error="ConnectionError: not yet")
    assert sink.messages == ["first", "second"]


def test_what_a_sink_does_not_take_is_not_in_its_books() -> None:
    class Picky(Collected):
        def takes(self, record: Record) -> bool:
            return record.kind == "event"

    sink, twin = Picky(), Picky()

    async def main() -> Monitor:
        async with monitored(sink, twin) as monitor:
            events(monitor, 10)
        return monitor

    accounts = asyncio.run(main()).state().sinks
    assert accounts == {"Picky": Account(accepted=10, written=10), "Picky-2": Account(accepted=10, written=10)}


def test_a_sink_that_cannot_be_closed_is_told_and_the_others_are_closed() -> None:
    class Stuck(Sink):
        def write(self, records: Sequence[Record]) -> None: ...

        def close(self) -> None:
            raise OSError("stuck")

    sink = Collected()

    async def main() -> Monitor:
        async with monitored(Stuck(), sink) as monitor:
            log.info("first")
        return monitor

    assert asyncio.run(main()).state().sinks["Stuck"].last_error == "OSError: stuck"
    assert sink.closed


def test_a_cancelled_stop_is_not_swallowed_and_the_end_of_the_process_finishes_it() -> None:
    sink, hanging = Collected(), Hanging()

    async def main() -> Monitor:
        monitor = monitored(hanging, sink)

        async def run() -> None:
            async with monitor:
                log.info("first")
                assert hanging.hangs.wait(LIMIT)

        task = asyncio.create_task(run())
        async with asyncio.timeout(LIMIT):
            while monitor.state().running or not hanging.hangs.is_set():
                await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return monitor

    monitor = asyncio.run(main())
    hanging.let_go.set()
    monitor._life._at_exit()
    assert sink.messages == ["first"]


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(st.integers(0, 50), st.permutations(("settle", "fail", "evict", "drop")))))
def test_the_books_balance_whatever_comes(steps: list[tuple[int, list[str]]]) -> None:
    ledger = Ledger()
    for waiting, outcomes in steps:
        ledger.accept(waiting)
        assert ledger.account(7).balances
        half = waiting // 2
        for outcome, number in ((outcomes[0], half), (outcomes[1], waiting - half)):
            if outcome == "settle":
                ledger.settle(number)
            elif outcome == "drop":
                ledger.drop(number, "full")
                ledger.settle(number)
            else:
                getattr(ledger, outcome)(number, "full")
            assert ledger.account().balances
    assert ledger.account().pending == 0
