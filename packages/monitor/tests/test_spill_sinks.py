"""Each sink of the network gets what waited for it in its spill."""

import asyncio
import json
import stat
from pathlib import Path

import pytest
from packages.monitor.tests.doubles import monitored
from packages.monitor.tests.receivers import http
from packages.monitor.tests.spills import run
from packages.monitor.tests.test_table_and_queue import Away, Broker, Rows

from cordio_monitor import LogSettings, Monitor, ZipkinSettings, log, span
from cordio_monitor.sinks import Queue, Spill, Table, Zipkin


def test_zipkin_gets_the_spans_after_a_restart(tmp_path: Path) -> None:
    spill = Spill(tmp_path / "zipkin")

    async def main(url: str, *names: str) -> Monitor:
        async with monitored(Zipkin(url, spill=spill)) as monitor:
            for name in names:
                with monitor.incoming("POST /orders"), span(name, stage="stock"):
                    pass
        return monitor

    assert asyncio.run(main("http://127.0.0.1:9", "reserve")).state().sinks["Zipkin"].spilled == 2
    with http() as server:
        assert asyncio.run(main(server.url)).state().sinks["Zipkin"].written == 2
    found = {one["name"]: one for one in json.loads(server.requests[0][2])}
    assert found["reserve"]["parentId"] == found["stock"]["id"] and len(server.requests) == 1


def test_a_table_gets_its_rows_after_a_restart(tmp_path: Path) -> None:
    spill = Spill(tmp_path / "table")
    assert (
        run(Table(Rows(away=10**6), again=(Away,), spill=spill), "one", "two").state().sinks["Table"].spilled
        == 2
    )
    rows = Rows()
    run(Table(rows, spill=spill), "new")
    assert [row[5] for row in rows.rows] == ["one", "two", "new"]


def test_what_a_broker_has_confirmed_is_not_spilled_and_the_rest_keeps_its_id(tmp_path: Path) -> None:
    spill = Spill(tmp_path / "queue")

    class Lost(Broker):
        """Takes the second message, and is gone before it confirms it."""

        tried: list[str | None] = []

        async def publish(
            self, exchange: str, key: str, message: object, /, *, message_id: str | None = None
        ) -> str:
            if self.sent:
                self.tried.append(message_id)
                raise Away("no broker")
            return await super().publish(exchange, key, message, message_id=message_id)

    first, second = Lost(), Broker()
    account = run(Queue(first, again=(Away,), spill=spill), "one", "two", "three").state().sinks["Queue"]
    assert (account.written, account.spilled) == (1, 2) and account.balances
    account = run(Queue(second, spill=spill)).state().sinks["Queue"]
    assert [json.loads(body)["message"] for _, _, body, _ in first.sent + second.sent] == [
        "one",
        "two",
        "three",
    ]
    assert {first.tried[0]} == set(first.tried) == {second.sent[0][3]}


def test_sentry_gets_the_error_with_its_traceback_after_a_restart_and_once(tmp_path: Path) -> None:
    pytest.importorskip("sentry_sdk")
    from packages.monitor.tests.receivers import envelopes

    from cordio_monitor.sinks import Sentry

    async def main(url: str, place: bool) -> Monitor:
        sink = Sentry(f"{url.replace('://', '://key@')}/1", spill=Spill(tmp_path / "sentry"))
        async with monitored(sink) as monitor:
            if place:
                with pytest.raises(ValueError), monitor.incoming("POST /orders"):
                    log.info("placing")
                    try:
                        raise ValueError("password=hunter2")
                    except ValueError as error:
                        log.error("no stock", error=error)
                        raise
        return monitor

    assert asyncio.run(main("http://127.0.0.1:9", True)).state().sinks["Sentry"].spilled == 2
    with http() as server:
        assert asyncio.run(main(server.url, False)).state().sinks["Sentry"].written == 2
    (event,) = envelopes(server)
    assert "ValueError: password=***" in event["extra"]["traceback"]
    assert event["breadcrumbs"]["values"][0]["message"] == "placing"


def test_settings_alone_give_each_sink_of_the_network_a_file(tmp_path: Path) -> None:
    folder = tmp_path / "spill"
    settings = LogSettings(spill=str(folder), table="log", queue="log", console=False, capture=False)
    zipkin = ZipkinSettings("http://127.0.0.1:9")

    async def main(rows: Rows, broker: Broker) -> Monitor:
        monitor = Monitor.configured("orders", settings, zipkin=zipkin, database=rows, broker=broker)
        async with monitor:
            with monitor.incoming("POST /orders"):
                log.info("placing")
        return monitor

    class Dead(Rows):
        async def executemany(self, *_: object) -> None:
            raise ConnectionError("no server")

    class Mute(Broker):
        async def publish(self, *_: object, message_id: str | None = None) -> str:
            raise ConnectionError("no broker")

    monitor = asyncio.run(main(Dead(), Mute()))
    assert {name: account.spilled for name, account in monitor.state().sinks.items()} == {
        "Table": 2,
        "Queue": 2,
        "Zipkin": 1,
    }
    assert sorted(file.name for file in folder.iterdir()) == ["queue", "table", "zipkin"]
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    rows, broker = Rows(), Broker()
    asyncio.run(main(rows, broker))
    assert (len(rows.rows), len(broker.sent)) == (4, 4)
