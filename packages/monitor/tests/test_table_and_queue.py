"""Tables and queues, through the small protocols of their writers."""

import asyncio
import json
import sqlite3
import threading
from collections.abc import Iterable, Sequence
from typing import Self

import pytest
from packages.monitor.tests.doubles import monitored

from cordio_monitor import Monitor, count, log, span
from cordio_monitor.sinks import Queue, Record, Table


class Away(Exception):
    """What a client raises when its server is away."""


class Rows:
    """Stands for an asynchronous client: entered, used and left on one loop and one thread."""

    def __init__(self, away: int = 0) -> None:
        self.away = away
        self.rows: list[Sequence[object]] = []
        self.queries: list[str] = []
        self.places: set[tuple[int, int]] = set()
        self.left = False

    async def __aenter__(self) -> Self:
        self._note()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._note()
        self.left = True

    async def execute(self, query: str, /) -> str:
        self.queries.append(query)
        return "CREATE TABLE"

    async def executemany(self, query: str, rows: Iterable[Sequence[object]], /) -> None:
        self._note()
        await asyncio.sleep(0)
        if self.away:
            self.away -= 1
            raise Away("no server")
        self.queries.append(query)
        self.rows += rows

    def _note(self) -> None:
        self.places.add((threading.get_ident(), id(asyncio.get_running_loop())))


class Broker:
    def __init__(self, away: Sequence[int] = ()) -> None:
        self.away = list(away)
        self.sent: list[tuple[str, str, bytes, str | None]] = []
        self.calls = 0

    async def publish(
        self, exchange: str, key: str, message: object, /, *, message_id: str | None = None
    ) -> str:
        self.calls += 1
        if self.calls in self.away:
            raise Away("no broker")
        assert isinstance(message, bytes)
        self.sent.append((exchange, key, message, message_id))
        return ""


def place(monitor: Monitor) -> Monitor:
    async def main() -> Monitor:
        async with monitor:
            with monitor.incoming("POST /orders"):
                for number in range(3):
                    log.info(f"line {number}", password="hunter2", text="nul \0 and \ud800", inf=float("inf"))
        return monitor

    return asyncio.run(main())


def test_a_table_gets_the_records_in_batches_on_a_loop_of_its_own() -> None:
    rows = Rows()
    account = place(monitored(Table(rows, "audit.log"))).state().sinks["Table"]
    assert account.written == 4 and rows.left and len(rows.places) == 1
    assert threading.get_ident() not in {thread for thread, _ in rows.places}
    assert rows.queries[0].startswith("create table if not exists audit.log (time timestamptz,")
    assert len(rows.queries) == 2 and "$12" in rows.queries[1]
    assert [row[5] for row in rows.rows] == ["line 0", "line 1", "line 2", "POST /orders"]
    fields = json.loads(str(rows.rows[0][6]))
    assert fields == {"password": "***", "text": "nul \\0 and \\ud800", "inf": "inf"}
    assert "\0" not in str(rows.rows[0][6]) and "\\u0000" not in str(rows.rows[0][6])


def test_a_database_that_is_away_gets_the_rows_when_it_is_back() -> None:
    rows = Rows(away=2)
    account = place(monitored(Table(rows, again=(Away,)))).state().sinks["Table"]
    assert (account.written, account.failed, len(rows.rows)) == (4, 0, 4)
    assert sum(query.startswith("create table") for query in rows.queries) == 3
    assert account.last_error == "ConnectionError: no server"


def test_a_client_that_is_followed_makes_no_work_by_writing() -> None:
    class Followed(Rows):
        async def executemany(self, query: str, rows: Iterable[Sequence[object]], /) -> None:
            with span("pg.insert"):
                count("pg.call")
                await super().executemany(query, rows)
            log.warning("slow") if len(self.rows) < 2 else None

    rows = Followed()

    async def main() -> None:
        async with asyncio.timeout(10), monitored(Table(rows)) as monitor:
            for message in ("one", "two"):
                log.info(message)
                while message not in [row[5] for row in rows.rows]:
                    await asyncio.to_thread(monitor.flush, 1)

    asyncio.run(main())
    assert {str(row[5]) for row in rows.rows} == {"one", "slow", "two"}


def test_a_plain_connection_of_the_standard_library_will_do() -> None:
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    place(monitored(Table(connection, style="?")))
    found = connection.execute("select message, trace_id from log order by time").fetchall()
    assert len(found) == 4 and all(len(trace) == 32 for _, trace in found)
    connection.close()


@pytest.mark.parametrize("name", ["log; drop table orders", "", "a.b.c", "1log", 'l"og'])
def test_a_table_has_a_name_that_is_one(name: str) -> None:
    with pytest.raises(ValueError, match="letters, digits and _"):
        Table(Rows(), name)


def test_a_queue_gets_each_record_as_a_message_with_an_id() -> None:
    broker = Broker()
    account = place(monitored(Queue(broker, "log", exchange="audit"))).state().sinks["Queue"]
    assert account.written == 4
    assert {(exchange, key) for exchange, key, _, _ in broker.sent} == {("audit", "log")}
    bodies = [json.loads(body) for _, _, body, _ in broker.sent]
    assert bodies[0]["password"] == "***" and bodies[3]["kind"] == "event"
    assert len({name for *_, name in broker.sent}) == 4


def test_what_a_broker_has_confirmed_is_not_sent_again() -> None:
    broker = Broker(away=(2, 3))
    account = place(monitored(Queue(broker, again=(Away,)))).state().sinks["Queue"]
    assert account.written == 4 and len({name for *_, name in broker.sent}) == len(broker.sent) == 4


def test_what_is_rehearsed_is_what_is_written() -> None:
    record = Record("log", "info", 0, "orders", "", "placing", {"sku": "A-1"})
    assert "placing" in Table(Rows()).rehearse([record]) and '"A-1"' in Queue(Broker()).rehearse([record])


def test_a_connection_that_breaks_is_no_pipe_that_stays_broken() -> None:
    class Breaking(Rows):
        async def executemany(self, query: str, rows: Iterable[Sequence[object]], /) -> None:
            if not self.rows and self.away:
                self.away -= 1
                raise BrokenPipeError(32, "Broken pipe")
            await super().executemany(query, rows)

    rows = Breaking(away=2)
    account = place(monitored(Table(rows))).state().sinks["Table"]
    assert (account.written, account.failed, len(rows.rows)) == (4, 0, 4)
