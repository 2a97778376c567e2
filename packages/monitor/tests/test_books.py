"""How the books are told: as metrics while it runs, as records when something is lost, and at the end."""

import asyncio
import json
from pathlib import Path
from time import monotonic, sleep

import pytest
from packages.monitor.tests.doubles import LIMIT, Collected, Hanging, monitored
from packages.monitor.tests.receivers import udp

from cordio_monitor import Monitor, log
from cordio_monitor._worker import Worker
from cordio_monitor.sinks import File, Record, Statsd


class Books(Collected):
    wants_books = True

    def takes(self, record: Record) -> bool:
        return record.kind == "ledger"


def test_the_books_go_out_as_metrics_while_it_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("statsd")
    monkeypatch.setattr("cordio_monitor._teller._BOOKS_EVERY", 0.02)
    hanging = Hanging()
    with udp() as receiver:

        async def main() -> None:
            sinks = (Statsd(f"127.0.0.1:{receiver.getsockname()[1]}"), Collected(), hanging)
            async with monitored(*sinks):
                for _ in range(7):
                    log.info("placing")
                lines: list[str] = []
                wanted = {"orders.monitor.Collected.written:7|g", "orders.monitor.Hanging.pending:7|g"}
                while not wanted <= set(lines):
                    lines += receiver.recv(65_536).decode().split("\n")
                hanging.let_go.set()

        asyncio.run(main())


def test_the_books_are_not_told_before_there_is_anything_in_them(monkeypatch: pytest.MonkeyPatch) -> None:
    sink = Books()
    monitor = monitored(sink)

    class Ahead(Worker):
        """The delivering thread gets as far as it can before its start returns."""

        def start(self) -> None:
            super().start()
            until = monotonic() + LIMIT
            while not monitor._delivery._asleep and monotonic() < until:
                sleep(0)

    monkeypatch.setattr("cordio_monitor._delivery.Worker", Ahead)

    async def main() -> None:
        async with monitor:
            assert monitor.state().sinks["Books"].accepted == 0

    asyncio.run(main())
    assert len(sink.records) == 1


def test_a_monitor_that_has_nothing_to_do_tells_its_books_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cordio_monitor._teller._BOOKS_EVERY", 0.02)
    sink, other = Books(), Collected()

    async def main() -> None:
        async with monitored(sink, other):
            with sink._changed:
                assert sink._changed.wait_for(lambda: len(sink.records) >= 3, LIMIT)

    asyncio.run(main())
    assert other.records == []
    for record in sink.records:
        for account in record.fields.values():
            assert isinstance(account, dict)
            settled = account["written"] + account["dropped"] + account["failed"] + account["pending"]
            assert account["accepted"] == settled


def test_what_is_dropped_goes_out_as_a_record_and_a_metric_while_it_runs(tmp_path: Path) -> None:
    pytest.importorskip("statsd")
    hanging, path = Hanging(), tmp_path / "main.log"
    with udp() as receiver:

        async def main() -> Monitor:
            sinks = (Statsd(f"127.0.0.1:{receiver.getsockname()[1]}"), File(path), hanging)
            async with monitored(*sinks, buffer=20) as monitor:
                log.info("first")
                assert hanging.hangs.wait(LIMIT)
                for _ in range(60):
                    log.info("line")
                lines: list[str] = []
                while not any(line.startswith("orders.monitor.Hanging.dropped:") for line in lines):
                    lines += receiver.recv(65_536).decode().split("\n")
                hanging.let_go.set()
            return monitor

        account = asyncio.run(main()).state().sinks["Hanging"]
    told = [json.loads(line) for line in path.read_text().splitlines()]
    lost = [line for line in told if line["message"] == "records were dropped" and line["sink"] == "Hanging"]
    assert sum(line["number"] for line in lost) == account.dropped > 0
    assert lost[-1]["causes"] == {"dropped: full": account.dropped} and lost[-1]["level"] == "warning"


def test_the_books_close_the_log(tmp_path: Path) -> None:
    path = tmp_path / "main.log"

    async def main() -> None:
        async with monitored(File(path), Collected()):
            log.info("placing")

    asyncio.run(main())
    last = json.loads(path.read_text().splitlines()[-1])
    account = {"accepted": 1, "written": 1, "dropped": 0, "failed": 0, "pending": 0, "spilled": 0}
    assert last["kind"] == "ledger" and last["Collected"].keys() == account.keys()
    assert last["Collected"]["accepted"] == 1 == last["Collected"]["written"] + last["Collected"]["pending"]
