"""One program, every sink on, each with its real receiver: what arrives, when, and what the books say."""

import asyncio
import io
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote_plus

import aio_pika
import asyncpg
import pytest
from jsonschema import validate
from packages.monitor.tests.receivers import Http, envelopes, http, udp
from packages.monitor.tests.zipkin_schema import SPANS
from pydantic import SecretStr
from test_monitor_sinks import LIMIT, managed, rows, statsd_server

from cordio_amqp import Amqp, AmqpSettings
from cordio_monitor import LogSettings, Monitor, count, log, quiet, span, timing
from cordio_monitor._ledger import Account
from cordio_monitor.sinks import Console, File, Queue, Sentry, Sink, Statsd, Table, Zipkin
from cordio_pg import PgSettings, Postgres
from tools.postgresql import PostgreSQL
from tools.rabbitmq import RabbitMQ

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
HEADERS = {"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}
CARD = "4111 1111 1111 1111"
NAME = "log_of_program"


@dataclass
class Received:
    """What each of the receivers has got, as text."""

    texts: dict[str, str] = field(default_factory=dict)
    records: dict[str, list[dict[str, object]]] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)
    before: dict[str, Account] = field(default_factory=dict)


@contextmanager
def metrics(folder: Path) -> Iterator[tuple[int, Callable[[], str]]]:
    """The original StatsD server; a plain receiver where it cannot be installed."""
    with ExitStack() as running:
        try:
            port, management = running.enter_context(statsd_server(folder))
        except pytest.skip.Exception:
            receiver = running.enter_context(udp())
            yield receiver.getsockname()[1], lambda: receiver.recv(65_536).decode("ascii")
        else:
            yield port, lambda: counted(management)


def counted(management: int) -> str:
    """Ask until what UDP has brought is counted."""
    for _ in range(200):
        told = "".join(managed(management, kind, "END") for kind in ("counters", "timers", "gauges"))
        if "orders.reserved" in told and "monitor.Statsd" in told:
            break
    return told


@asynccontextmanager
async def queue(rabbitmq: RabbitMQ) -> AsyncIterator[aio_pika.abc.AbstractQueue]:
    async with await aio_pika.connect(rabbitmq.url) as connection:
        yield await (await connection.channel()).declare_queue(NAME, auto_delete=True)


async def program(sinks: list[Sink], found: Received) -> None:
    """What a service does: an order is placed, and another one fails."""
    settings = LogSettings(capture=False, format="json")
    async with Monitor("orders", sinks, settings, stop_within=LIMIT) as monitor:
        with monitor.incoming("POST /orders", headers=HEADERS) as event:
            log.info("placing", sku="A-1", card=CARD)
            with span("reserve", stage="stock"):
                count("reserved")
                timing("stock.ms", 3.2)
            with quiet("spans"), span("never seen"):
                log.info(f"seen, paid with {CARD}")
            event.answered(201)
            found.before = dict(monitor.state().sinks)
        with pytest.raises(ValueError), monitor.incoming("POST /refunds", headers=HEADERS):
            raise ValueError(f"no refund for card={CARD}")
    found.accounts = dict(monitor.state().sinks)


@pytest.fixture(scope="module")
def received(postgres: PostgreSQL, rabbitmq: RabbitMQ, tmp_path_factory: pytest.TempPathFactory) -> Received:
    folder, found, out = tmp_path_factory.mktemp("program"), Received(), io.StringIO()

    async def main(sentry: Http, zipkin: Http, statsd: int) -> None:
        async with queue(rabbitmq) as records:
            sinks: list[Sink] = [
                Console(out),
                File(folder / "var" / "log" / "main.log", rotate="100MiB", keep=7),
                Table(Postgres(PgSettings(dsn=SecretStr(postgres.url))), NAME),
                Queue(Amqp(AmqpSettings(url=SecretStr(rabbitmq.url))), NAME),
                Sentry(sentry.url.replace("://", "://public@") + "/42"),
                Zipkin(zipkin.url),
                Statsd(f"127.0.0.1:{statsd}"),
            ]
            await program(sinks, found)
            bodies = []
            while (message := await records.get(no_ack=True, fail=False)) is not None:
                bodies.append(message.body.decode())
            found.texts["Queue"] = "\n".join(bodies)

    with http() as sentry, http() as zipkin, metrics(tmp_path_factory.mktemp("statsd")) as (port, told):
        asyncio.run(main(sentry, zipkin, port))
        found.texts["Statsd"] = told()
        found.records["Sentry"] = envelopes(sentry)
        found.texts["Sentry"] = "".join(body.decode() for _, _, body in sentry.requests)
        found.texts["Zipkin"] = "\n".join(body.decode() for _, _, body in zipkin.requests)
    found.records["Zipkin"] = [one for line in found.texts["Zipkin"].split("\n") for one in json.loads(line)]
    inserted: list[asyncpg.Record] = asyncio.run(rows(postgres, f"select * from {NAME} order by time"))
    found.records["Table"] = [dict(row) for row in inserted]
    found.texts["Table"] = repr(found.records["Table"])
    found.texts["Console"] = out.getvalue()
    found.texts["File"] = (folder / "var" / "log" / "main.log").read_text()
    for name in ("Console", "File", "Queue"):
        found.records[name] = [json.loads(line) for line in found.texts[name].splitlines()]
    return found


SINKS = ("Console", "File", "Table", "Queue", "Sentry", "Zipkin", "Statsd")
LOGGED = ["placing", "reserved", "stock.ms", "reserve", "seen, paid with ***", "POST /orders", "POST /refunds"]


def test_nothing_is_handed_over_before_the_answer(received: Received) -> None:
    assert set(received.before) == set(SINKS)
    assert {account.accepted for account in received.before.values()} == {0}


@pytest.mark.parametrize("sink", SINKS)
def test_the_number_of_the_card_leaves_to_none_of_them(received: Received, sink: str) -> None:
    told = received.texts[sink]
    assert told and not any(form in told for form in (CARD, "4111", CARD.replace(" ", ""), quote_plus(CARD)))


@pytest.mark.parametrize("sink", SINKS)
def test_the_books_of_each_are_closed(received: Received, sink: str) -> None:
    account = received.accounts[sink]
    assert account.accepted == account.written + account.dropped + account.failed + account.pending
    assert account.written == account.accepted > 0 and account.last_error == ""


@pytest.mark.parametrize("sink", ["Console", "File", "Table", "Queue"])
def test_every_record_arrives_with_the_trace_of_the_caller(received: Received, sink: str) -> None:
    records = [record for record in received.records[sink] if record["kind"] != "ledger"]
    assert sorted(str(record["message"]) for record in records) == sorted(LOGGED)
    assert {record["trace_id"] for record in records} == {TRACE}
    assert len(received.records[sink]) == received.accounts[sink].written


def test_the_log_closes_with_the_books(received: Received) -> None:
    *_, closing = received.records["File"]
    assert closing["kind"] == "ledger"
    for sink in SINKS:
        books = closing[sink]
        assert isinstance(books, dict)
        parts = (books[count] for count in ("written", "dropped", "failed", "pending"))
        assert books["accepted"] == sum(parts)


def test_the_answer_is_told_with_its_place_and_the_time_of_its_stage(received: Received) -> None:
    (closing,) = [record for record in received.records["Console"] if record["message"] == "POST /orders"]
    line = Path(__file__).read_text().splitlines()[int(str(closing["line"])) - 1]
    assert line.strip() == "event.answered(201)" and str(closing["file"]).endswith("test_monitor_program.py")
    assert (closing["status"], closing["function"], closing["answered_by"]) == (201, "program", "answered")
    assert isinstance(closing["stages"], dict) and closing["stages"]["stock"] >= 0


def test_zipkin_gets_the_tree_as_its_api_has_it(received: Received) -> None:
    spans = received.records["Zipkin"]
    validate(spans, SPANS)
    named = {str(one["name"]): one for one in spans}
    assert set(named) == {"post /orders", "reserve", "stock", "post /refunds"}
    assert {one["traceId"] for one in spans} == {TRACE}
    assert named["post /orders"]["parentId"] == "00f067aa0ba902b7"
    assert named["stock"]["parentId"] == named["post /orders"]["id"]
    assert named["reserve"]["parentId"] == named["stock"]["id"]


def test_sentry_gets_what_failed_with_its_trace_and_its_frames(received: Received) -> None:
    (event,) = received.records["Sentry"]
    (exception,) = event["exception"]["values"]  # type: ignore[index]  # as the SDK sends it
    assert exception["value"] == "no refund for card=***" and event["transaction"] == "POST /refunds"
    assert event["contexts"]["trace"]["trace_id"] == TRACE  # type: ignore[index]  # as the SDK sends it
    assert exception["stacktrace"]["frames"][-1]["function"] == "program"


def test_statsd_gets_the_numbers(received: Received) -> None:
    told = received.texts["Statsd"]
    for name in ("reserved", "stock.ms", "event.POST_orders", "stage.stock", "monitor.Console.accepted"):
        assert f"orders.{name}" in told
