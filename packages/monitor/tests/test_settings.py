"""Settings alone add and remove sinks, and any sink works as a handler of the standard logging."""

import asyncio
import json
import logging
from importlib.metadata import entry_points
from pathlib import Path

import pytest
from packages.monitor.tests.doubles import LIMIT, Collected, Hanging
from packages.monitor.tests.test_table_and_queue import Broker, Rows

from cordio_monitor import (
    LogSettings,
    Monitor,
    SentrySettings,
    SettingError,
    StatsdSettings,
    ZipkinSettings,
    log,
)
from cordio_monitor.sinks import File, SinkHandler, Table


def test_settings_alone_add_and_remove_each_sink(tmp_path: Path) -> None:
    nothing = Monitor.configured("orders", LogSettings(console=False))
    assert nothing.state().sinks == {}
    everything = Monitor.configured(
        "orders",
        LogSettings(file=str(tmp_path / "main.log"), table="log", queue="log"),
        SentrySettings(dsn="https://key@sentry.local/42"),
        ZipkinSettings(url="http://zipkin:9411", sample=0.1),
        StatsdSettings(address="127.0.0.1:8125"),
        database=Rows(),
        broker=Broker(),
    )
    assert list(everything.state().sinks) == [
        "Console",
        "File",
        "Table",
        "Queue",
        "Sentry",
        "Zipkin",
        "Statsd",
    ]
    assert list(Monitor.configured("orders").state().sinks) == ["Console"]


def test_a_monitor_made_of_settings_works(tmp_path: Path) -> None:
    path = tmp_path / "main.log"

    async def main() -> None:
        settings = LogSettings(console=False, file=str(path), rotate="0", capture=False)
        async with Monitor.configured("orders", settings):
            log.info("placing")

    asyncio.run(main())
    assert json.loads(path.read_text().splitlines()[0])["message"] == "placing"


BAD: list[tuple[type, dict[str, object], str]] = [
    (LogSettings, {"full": "all"}, "log.full: 'all' is not known; expected newest, lowest or wait"),
    (LogSettings, {"urgent": "now"}, "log.urgent: 'now'"),
    (LogSettings, {"rotate": "much"}, "log.rotate: 'much'"),
    (LogSettings, {"every": "often"}, "log.every: 'often'"),
    (LogSettings, {"buffer": 0}, "log.buffer: 0"),
    (SentrySettings, {"dsn": "secret"}, r"sentry.dsn: '\*\*\*'"),
    (ZipkinSettings, {"url": "zipkin"}, "zipkin.url: 'zipkin'"),
    (ZipkinSettings, {"sample": 2}, "zipkin.sample: 2"),
    (StatsdSettings, {"address": "statsd"}, "statsd.address: 'statsd' is not known; expected host:port"),
]


@pytest.mark.parametrize(("model", "values", "told"), BAD)
def test_a_setting_that_means_nothing_is_told_with_its_section(
    model: type, values: dict[str, object], told: str
) -> None:
    with pytest.raises(SettingError, match=told):
        model(**values)


@pytest.mark.parametrize("option", ["table", "queue"])
def test_a_table_or_a_queue_needs_something_to_be_written_through(option: str) -> None:
    settings = LogSettings(table="log") if option == "table" else LogSettings(queue="log")
    with pytest.raises(SettingError, match=f"log.{option}: 'log'"):
        Monitor.configured("orders", settings)


def test_each_section_is_announced_with_its_model() -> None:
    announced = {one.name: one.value for one in entry_points(group="cordio.settings")}
    found = {name: value for name, value in announced.items() if value.startswith("cordio_monitor:")}
    if "sentry" not in found:
        pytest.skip("the package was installed before its sections were announced")
    assert {"log", "sentry", "zipkin", "statsd", "mask"} <= set(found)


def test_a_dsn_is_not_shown() -> None:
    assert "key" not in repr(SentrySettings(dsn="https://key@sentry.local/42"))


def test_a_sink_works_as_a_handler_of_the_standard_logging(tmp_path: Path) -> None:
    path, rows = tmp_path / "audit.log", Rows()
    file, table = SinkHandler(File(path), "orders"), SinkHandler(Table(rows), "orders", logging.WARNING)
    logger = logging.getLogger("cordio.test.audit")
    logger.propagate = False
    logger.setLevel(logging.DEBUG)
    logger.addHandler(file)
    logger.addHandler(table)
    try:
        logger.debug("login of %s", "ann", extra={"password": "hunter2"})
        logger.warning("login of %s failed", "bob")
    finally:
        logger.removeHandler(file)
        logger.removeHandler(table)
        file.close()
        table.close()
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [line["message"] for line in lines] == ["login of ann", "login of bob failed", "records"]
    assert (lines[0]["password"], lines[0]["logger"]) == ("***", "cordio.test.audit")
    assert [row[5] for row in rows.rows] == ["login of bob failed"]
    assert file.account().written == 3 and table.account().balances


def test_a_handler_whose_sink_hangs_does_not_hold_its_caller() -> None:
    hanging = Hanging()
    handler = SinkHandler(hanging, close_within=0.05)
    record = logging.makeLogRecord({"msg": "line", "levelno": logging.INFO})
    for _ in range(1_000):
        handler.handle(record)
    assert hanging.hangs.wait(LIMIT)
    handler.close()
    assert handler.account().pending == 1_000
    hanging.let_go.set()


def test_a_handler_can_be_closed_without_ever_being_used() -> None:
    handler = SinkHandler(Collected())
    handler.close()
    assert handler.account().accepted == 0
