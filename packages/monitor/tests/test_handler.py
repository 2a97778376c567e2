"""Every sink as a handler of the standard logging, without a monitor."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from packages.monitor.tests.receivers import envelopes, http, udp
from packages.monitor.tests.test_table_and_queue import Broker, Rows

from cordio_monitor.sinks import (
    Console,
    File,
    Queue,
    Sentry,
    Sink,
    SinkHandler,
    Spill,
    Statsd,
    Table,
    Zipkin,
)

Told = Callable[[], str]
SECRET = "".join(("hunt", "er2"))  # as no source line shows it


@contextmanager
def console(folder: Path) -> Iterator[tuple[Sink, Told]]:
    stream = io.StringIO()
    yield Console(stream), stream.getvalue


@contextmanager
def file(folder: Path) -> Iterator[tuple[Sink, Told]]:
    yield File(folder / "main.log"), (folder / "main.log").read_text


@contextmanager
def table(folder: Path) -> Iterator[tuple[Sink, Told]]:
    rows = Rows()
    yield Table(rows), lambda: str(rows.rows)


@contextmanager
def queue(folder: Path) -> Iterator[tuple[Sink, Told]]:
    broker = Broker()
    yield Queue(broker), lambda: str(broker.sent)


@contextmanager
def sentry(folder: Path) -> Iterator[tuple[Sink, Told]]:
    pytest.importorskip("sentry_sdk")
    with http() as server:
        yield Sentry(f"{server.url.replace('://', '://key@')}/1"), lambda: json.dumps(envelopes(server))


@pytest.mark.parametrize("made", [console, file, table, queue, sentry])
def test_a_sink_hung_into_the_standard_logging_gets_the_record_masked(
    made: Callable[[Path], Iterator[tuple[Sink, Told]]], tmp_path: Path
) -> None:
    logger = logging.Logger("audit")
    with made(tmp_path) as (sink, told):  # type: ignore[attr-defined]  # a context manager
        handler = SinkHandler(sink, "orders")
        logger.addHandler(handler)
        try:
            raise KeyError(f"token={SECRET}")
        except KeyError:
            logger.exception("login of %s, password=%s", "ann", SECRET, extra={"api_key": SECRET})
        handler.close()
        text = told()
    assert "login of ann" in text and "KeyError" in text and SECRET not in text
    account = handler.account()
    assert account.written >= 1 and account.balances and not account.pending + account.failed + account.dropped


def test_a_sink_that_has_no_use_for_messages_takes_none() -> None:
    pytest.importorskip("statsd")
    logger = logging.Logger("audit")
    with http() as server, udp() as receiver:
        sinks = (Zipkin(server.url), Statsd(f"127.0.0.1:{receiver.getsockname()[1]}"))
        handlers = [SinkHandler(sink, "orders") for sink in sinks]
        for handler in handlers:
            logger.addHandler(handler)
        logger.error("login of %s", "ann")
        for handler in handlers:
            handler.close()
    assert server.requests == []
    assert [handler.account().failed for handler in handlers] == [0, 0]


def test_a_handler_spills_as_a_monitor_does(tmp_path: Path) -> None:
    logger, rows = logging.Logger("audit"), Rows(away=10**6)
    from packages.monitor.tests.test_table_and_queue import Away

    handler = SinkHandler(Table(rows, again=(Away,), spill=Spill(tmp_path / "audit")), "orders")
    logger.addHandler(handler)
    logger.warning("login of ann")
    handler.close()
    assert handler.account().spilled == 1
    rows = Rows()
    handler = SinkHandler(Table(rows, spill=Spill(tmp_path / "audit")), "orders")
    handler.handle(logging.makeLogRecord({"msg": "login of bob", "levelno": logging.INFO}))
    handler.close()
    assert [row[5] for row in rows.rows] == ["login of ann", "login of bob"]
