"""Each sink chooses: kinds, levels, names, stages, and a share of the traces that is announced."""

import asyncio
import io
import json
from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packages.monitor.tests.doubles import Collected, monitored
from packages.monitor.tests.test_table_and_queue import Broker, Rows

from cordio_monitor import count, log, span
from cordio_monitor.sinks import Choice, Console, File, Queue, Record, Sentry, Sink, Statsd, Table, Zipkin

LEVELS = ["debug", "info", "warning", "error"]
KINDS = ["log", "event", "span", "count", "timing"]
NAMES = ["GET /orders", "GET /orders/7", "GET /health", "POST /orders", ""]
PATTERNS = ["GET *", "*orders*", "GET /health", "nothing"]
STAGES = ["stock", "payment", None]


def drawn(kind: str, level: str, event: str, stage: str | None, trace: int, error: str) -> Record:
    fields: dict[str, object] = {} if stage is None else {"stage": stage}
    return Record(kind, level, 0, "orders", event, "GET /orders", fields, f"{trace:032x}", "b" * 16, "", error)


def chosen(
    record: Record,
    kinds: set[str],
    level: str,
    names: list[str],
    without: list[str],
    stages: set[str],
    share: int,
) -> bool:
    """Say the same as a choice does, rule by rule."""
    name = record.event or record.message
    rules = [
        not kinds or record.kind in kinds,
        LEVELS.index(record.level) >= LEVELS.index(level),
        not names or any(fnmatchcase(name, one) for one in names),
        not any(fnmatchcase(name, one) for one in without),
        not stages or record.kind != "span" or record.fields.get("stage") in stages,
        bool(record.error) or record.level == "error" or int(record.trace_id[24:], 16) < share / 4 * 2**32,
    ]
    return all(rules)


@settings(max_examples=300, deadline=None)
@given(
    st.builds(
        drawn,
        st.sampled_from(KINDS),
        st.sampled_from(LEVELS),
        st.sampled_from(NAMES),
        st.sampled_from(STAGES),
        st.integers(1, 2**128 - 1),
        st.sampled_from(["", "ValueError"]),
    ),
    st.sets(st.sampled_from(KINDS)),
    st.sampled_from(LEVELS),
    st.lists(st.sampled_from(PATTERNS), max_size=2),
    st.lists(st.sampled_from(PATTERNS), max_size=1),
    st.sets(st.sampled_from(["stock", "payment"])),
    st.integers(0, 4),
)
def test_a_record_is_taken_if_every_rule_takes_it(
    record: Record,
    kinds: set[str],
    level: Any,
    names: list[str],
    without: list[str],
    stages: set[str],
    share: int,
) -> None:
    choice = Choice(kinds, level, names, without, stages, share / 4)
    expected = chosen(record, kinds, level, names, without, stages, share)
    assert choice.takes(record) == expected and choice.among([record]) == [record] * expected


def run(sink: Sink) -> list[str]:
    """Return what a sink is given of some records."""
    given: list[Record] = []
    write = sink.write

    def noted(records: Sequence[Record]) -> None:
        given.extend(records)
        write(records)

    sink.write = noted  # type: ignore[method-assign]

    async def work() -> None:
        async with monitored(sink) as monitor:
            with monitor.incoming("GET /orders"):
                log.error("no stock")
                count("reserved")
                with span("reserve", stage="stock"):
                    pass
                with span("charge", stage="payment"):
                    pass
            with monitor.incoming("GET /health"):
                log.error("no pulse")

    asyncio.run(work())
    return [record.message for record in given if record.kind != "ledger" and record.event]


@pytest.mark.parametrize(
    ("name", "all_of_it"),
    [
        ("Console", ["no stock", "no pulse", "reserved", "reserve", "charge", "GET /orders", "GET /health"]),
        ("File", ["no stock", "no pulse", "reserved", "reserve", "charge", "GET /orders", "GET /health"]),
        ("Table", ["no stock", "no pulse", "reserved", "reserve", "charge", "GET /orders", "GET /health"]),
        ("Queue", ["no stock", "no pulse", "reserved", "reserve", "charge", "GET /orders", "GET /health"]),
        ("Sentry", ["no stock", "no pulse"]),
        ("Zipkin", ["reserve", "charge", "GET /orders", "GET /health"]),
        ("Statsd", ["reserved", "GET /orders", "GET /health"]),
    ],
)
def test_every_sink_takes_what_it_chooses_of_what_it_understands(
    name: str, all_of_it: list[str], tmp_path: Any
) -> None:
    if name in ("Sentry", "Statsd"):
        pytest.importorskip({"Sentry": "sentry_sdk", "Statsd": "statsd"}[name])

    def made(choice: Choice | None) -> Sink:
        makes: dict[str, Any] = {
            "Console": lambda: Console(io.StringIO(), choice=choice),
            "File": lambda: File(tmp_path / "main.log", choice=choice),
            "Table": lambda: Table(Rows(), choice=choice),
            "Queue": lambda: Queue(Broker(), choice=choice),
            "Sentry": lambda: Sentry("http://key@127.0.0.1:9/1", choice=choice),
            "Zipkin": lambda: Zipkin("http://zipkin:9411", transport=len, choice=choice),
            "Statsd": lambda: Statsd("127.0.0.1:9", choice=choice),
        }
        sink: Sink = makes[name]()
        return sink

    def kept(choice: Choice | None, *messages: str) -> None:
        assert sorted(set(run(made(choice)))) == sorted(set(all_of_it) & set(messages))

    kept(None, *all_of_it)
    kept(Choice(kinds={"span", "log"}), "no stock", "no pulse", "reserve", "charge")
    kept(Choice(level="error"), "no stock", "no pulse")
    kept(Choice(names=["GET /h*"]), "no pulse", "GET /health")
    kept(Choice(without=["GET /h*"]), *set(all_of_it) - {"no pulse", "GET /health"})
    kept(Choice(stages={"stock"}), *set(all_of_it) - {"charge"})
    kept(Choice(sample=0.0), "no stock", "no pulse")


def test_a_share_is_of_whole_traces_and_is_announced() -> None:
    sent: list[bytes] = []
    sink, everything = (
        Zipkin("http://zipkin:9411", transport=sent.append, choice=Choice(sample=0.5)),
        Collected(),
    )

    async def main() -> None:
        async with monitored(sink, everything) as monitor:
            for number in range(16):
                trace = f"00-{number + 1:024x}{number << 28:08x}-{1:016x}-01"
                with monitor.incoming("GET /orders", headers={"traceparent": trace}), span("reserve"):
                    pass

    asyncio.run(main())
    spans = [one for body in sent for one in json.loads(body)]
    traces = [one["traceId"] for one in spans]
    assert len(spans) == 16 and all(traces.count(trace) == 2 for trace in traces)
    told = everything["a sink gets a sample of the traces"]
    assert told.fields == {"sink": "Zipkin", "share": 0.5} and told.level == "info"
