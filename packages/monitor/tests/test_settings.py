"""Settings alone add and remove sinks, and any sink works as a handler of the standard logging."""

import asyncio
import json
import logging
from collections.abc import Callable, Sequence
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, cast

import pytest
from packages.monitor.tests.doubles import LIMIT, Collected, Hanging
from packages.monitor.tests.test_table_and_queue import Broker, Rows

from cordio_monitor import (
    LogSettings,
    MaskSettings,
    Monitor,
    SentrySettings,
    SettingError,
    StatsdSettings,
    ZipkinSettings,
    log,
)
from cordio_monitor.sinks import Choice, Console, File, Queue, Record, Sink, SinkHandler, Table


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
    (LogSettings, {"level": "loud"}, "log.level: 'loud' is not known; expected debug, info, warning or error"),
    (LogSettings, {"level": 3}, "log.level: 3"),
    (LogSettings, {"format": []}, r"log.format: \[\] is not known; expected auto, pretty or json"),
    (LogSettings, {"full": "all"}, "log.full: 'all' is not known; expected newest, lowest or wait"),
    (LogSettings, {"urgent": "now"}, "log.urgent: 'now'"),
    (LogSettings, {"rotate": "much"}, "log.rotate: 'much'"),
    (LogSettings, {"rotate": -1}, "log.rotate: -1 is not known; expected a size"),
    (LogSettings, {"rotate": "9" * 400}, "log.rotate: '9"),
    (LogSettings, {"every": "often"}, "log.every: 'often'"),
    (LogSettings, {"every": float("nan")}, "log.every: nan is not known; expected a duration"),
    (LogSettings, {"every": -1}, "log.every: -1"),
    (LogSettings, {"every": None}, "log.every: None"),
    (LogSettings, {"buffer": 0}, "log.buffer: 0"),
    (LogSettings, {"buffer": "x"}, "log.buffer: 'x' is not known; expected a whole number from 1 on"),
    (LogSettings, {"buffer": True}, "log.buffer: True"),
    (LogSettings, {"buffer_size": "0"}, "log.buffer_size: '0'"),
    (LogSettings, {"keep": 1.5}, "log.keep: 1.5"),
    (LogSettings, {"slow": float("inf")}, "log.slow: inf is not known; expected a number of seconds"),
    (LogSettings, {"slow": "1s"}, "log.slow: '1s'"),
    (LogSettings, {"off": "queries"}, r"log.off: 'queries' .* a list of texts, such as \['queries'\]"),
    (LogSettings, {"off": [3]}, "log.off: 3"),
    (LogSettings, {"off": None}, "log.off: None"),
    (LogSettings, {"capture": "no"}, "log.capture: 'no' is not known; expected true or false"),
    (LogSettings, {"console": 1}, "log.console: 1"),
    (LogSettings, {"file": 3}, "log.file: 3 is not known; expected a text"),
    (LogSettings, {"level_header": None}, "log.level_header: None"),
    (LogSettings, {"spill_size": "1KiB"}, "log.spill_size: '1KiB' is not known; expected a size of 4KiB"),
    (SentrySettings, {"dsn": "secret"}, r"sentry.dsn: '\*\*\*'"),
    (SentrySettings, {"dsn": "https://sentry.local/42"}, r"sentry.dsn: '\*\*\*'"),
    (SentrySettings, {"dsn": "https://key@sentry.local"}, r"sentry.dsn: '\*\*\*' .* https://key@host/42"),
    (SentrySettings, {"dsn": "https://key@sentry.local:x/42"}, r"sentry.dsn: '\*\*\*'"),
    (SentrySettings, {"dsn": 42}, "sentry.dsn"),
    (SentrySettings, {"release": 1.2}, "sentry.release: 1.2"),
    (ZipkinSettings, {"url": "zipkin"}, "zipkin.url: 'zipkin'"),
    (ZipkinSettings, {"url": "ftp://zipkin"}, "zipkin.url: 'ftp://zipkin' .* such as http://zipkin:9411"),
    (ZipkinSettings, {"url": "http://zipkin:99999"}, "zipkin.url: 'http://zipkin:99999'"),
    (ZipkinSettings, {"url": "http://zipkin:x"}, "zipkin.url: 'http://zipkin:x'"),
    (ZipkinSettings, {"url": "http://[::1"}, "zipkin.url"),
    (ZipkinSettings, {"url": None}, "zipkin.url: None"),
    (ZipkinSettings, {"sample": 2}, "zipkin.sample: 2"),
    (ZipkinSettings, {"sample": "a"}, "zipkin.sample: 'a' is not known; expected a share between 0 and 1"),
    (ZipkinSettings, {"sample": float("nan")}, "zipkin.sample: nan"),
    (StatsdSettings, {"address": "statsd"}, "statsd.address: 'statsd' is not known; expected host:port"),
    (StatsdSettings, {"address": "statsd:0"}, "statsd.address: 'statsd:0'"),
    (StatsdSettings, {"address": "statsd:70000"}, "statsd.address: 'statsd:70000'"),
    (StatsdSettings, {"address": "::1:8125"}, "statsd.address: '::1:8125'"),
    (StatsdSettings, {"address": 8125}, "statsd.address: 8125"),
    (StatsdSettings, {"names": 0}, "statsd.names: 0"),
    (StatsdSettings, {"tags": "region"}, "statsd.tags: 'region'"),
    (
        MaskSettings,
        {"names": "password"},
        r"mask.names: 'password' .* a list of texts, such as \['password'\]",
    ),
    (MaskSettings, {"names": ["-"]}, "mask.names: '-' is not known; expected a name with a letter"),
    (MaskSettings, {"names": None}, "mask.names: None"),
    (MaskSettings, {"paths": [""]}, "mask.paths: ''"),
    (MaskSettings, {"paths": ["a..b"]}, "mask.paths: 'a..b'"),
    (MaskSettings, {"paths": "a.b"}, "mask.paths: 'a.b'"),
    (MaskSettings, {"patterns": [r"\b"]}, "mask.patterns"),
    (MaskSettings, {"patterns": [3]}, "mask.patterns: 3"),
    (MaskSettings, {"shown": 3}, "mask.shown: 3"),
    (MaskSettings, {"emails": "yes"}, "mask.emails: 'yes'"),
    (Choice, {"kinds": "log"}, r"choice.kinds: 'log' .* a list of texts, such as \['log'\]"),
    (Choice, {"kinds": ["logs"]}, "choice.kinds: 'logs' is not known; expected log, event"),
    (Choice, {"names": "GET *"}, "choice.names: 'GET"),
    (Choice, {"level": "loud"}, "choice.level: 'loud'"),
    (Choice, {"sample": "a"}, "choice.sample: 'a'"),
    (Choice, {"sample": float("nan")}, "choice.sample: nan"),
]


@pytest.mark.parametrize(("model", "values", "told"), BAD)
def test_a_setting_that_means_nothing_is_told_with_its_section(
    model: type, values: dict[str, object], told: str
) -> None:
    with pytest.raises(SettingError, match=told):
        model(**values)


@pytest.mark.parametrize(
    "url", ["ftp://ann:s3same@h", "http:ann:s3same@h", "ann:s3same@h/x", "//ann:s3/s3same@h"]
)
def test_an_address_that_is_none_is_told_without_its_password(url: str) -> None:
    with pytest.raises(SettingError) as told:
        ZipkinSettings(url=url)
    assert "s3same" not in f"{told.value} {told.value!r} {told.value.args}"
    with pytest.raises(SettingError) as told:
        StatsdSettings(address=url)
    assert "s3same" not in f"{told.value} {told.value!r} {told.value.args}"


@pytest.mark.parametrize("sinks", [File("main.log"), "console", 3, [File], [None], ["console"]])
def test_what_is_no_list_of_sinks_is_refused(sinks: object) -> None:
    with pytest.raises(
        SettingError, match=r"monitor.sinks: .* expected a list of sinks, such as \[Console\(\)\]"
    ):
        Monitor("orders", sinks)  # type: ignore[arg-type]


MISSING = type("Missing", (Sink,), {})()


class Awaited(Sink):
    async def write(self, records: Sequence[Record]) -> None:  # type: ignore[override]
        """Would never be awaited."""


class Empty(Collected):
    batch = 0


@pytest.mark.parametrize(
    ("sink", "expected"),
    [(MISSING, "monitor.sinks: .* `write` of its own"), (Awaited(), "monitor.sinks: .* not awaited")]
    + [(Empty(), "monitor.batch: 0 .* a whole number from 1 on")],
)
def test_a_sink_that_would_lose_what_it_gets_is_refused(sink: Sink, expected: str) -> None:
    for make in (lambda: Monitor("orders", [sink]), lambda: SinkHandler(sink)):
        with pytest.raises(SettingError, match=expected):
            make()


made = cast(Any, Monitor)


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda: made(None), "monitor.service: None .* the name of the service"),
        (lambda: Monitor(""), "monitor.service: "),
        (lambda: made("s", settings="info"), "monitor.settings: 'info' .* a LogSettings"),
        (lambda: made("s", settings={}), "monitor.settings: {} "),
        (lambda: made("s", masking={}), "monitor.masking: {} .* a MaskSettings"),
        (lambda: made("s").flush("x"), "monitor.within: 'x' .* a number of seconds"),
        (lambda: made("s").set_level("info", within="x"), "monitor.within: 'x' "),
        (lambda: Monitor("s").set_level("info", within=-1), "monitor.within: -1 "),
        (lambda: cast(Any, Console)("stdout"), "console.stream: 'stdout' .* an open text file"),
        (lambda: cast(Any, File)(None), "log.file: None .* the path of a file"),
        (lambda: File(""), "log.file: '' "),
        (lambda: cast(Any, Table)(None), "table.writer: None .* `execute` and `executemany`"),
        (lambda: cast(Any, Queue)("amqp://mq"), "queue.publisher: 'amqp://mq' .* `publish`"),
        (lambda: cast(Any, SinkHandler)(None), "monitor.sinks: None "),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_means_nothing_is_refused_where_it_is_given(make: Callable[[], object], expected: str) -> None:
    with pytest.raises(SettingError, match=expected):
        make()


@pytest.mark.parametrize("buffer", ["x", 0, -1, 1.5, True])
def test_a_buffer_that_means_nothing_is_refused(buffer: object) -> None:
    with pytest.raises(SettingError, match="monitor.buffer: .* expected a whole number from 1 on"):
        Monitor("orders", buffer=buffer)  # type: ignore[arg-type]


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
