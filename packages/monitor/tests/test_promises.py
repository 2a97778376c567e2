"""Each promise of the monitor in one test, as a user sees it."""

import asyncio
import io
import json
import logging
from pathlib import Path

import pytest
from packages.monitor.tests.doubles import Collected, Hanging, monitored

from cordio_monitor import (
    LogSettings,
    MaskSettings,
    Monitor,
    annotate,
    count,
    log,
    mask,
    observed,
    quiet,
    rename,
    span,
    timing,
    trace_headers,
)
from cordio_monitor.sinks import Console, File, Record, Sink, Statsd, Zipkin

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


def test_m1_one_record_goes_to_the_console_and_to_a_file(tmp_path: Path) -> None:
    out, path = io.StringIO(), tmp_path / "var" / "main.log"

    async def main() -> None:
        async with Monitor("orders", [Console(out), File(path)], LogSettings(capture=False)):
            log.info("placing", sku="A-1")

    asyncio.run(main())
    for text in (out.getvalue(), path.read_text()):
        assert json.loads(text.splitlines()[0])["sku"] == "A-1"


def test_m2_spans_are_told_as_zipkin_and_numbers_as_statsd_understand_them() -> None:
    sink = Collected()

    async def main() -> None:
        async with monitored(sink) as monitor:
            with monitor.incoming("POST /orders"), span("reserve"):
                count("reserved")
                timing("stock.ms", 3.2)

    asyncio.run(main())
    spans = [r for r in sink.records if r.kind in ("span", "event")]
    told = json.loads(Zipkin("http://127.0.0.1:9").rehearse(spans))
    assert {each["name"].lower() for each in told} >= {"reserve", "post /orders"}
    numbers = [r for r in sink.records if r.kind in ("count", "timing")]
    text = Statsd("127.0.0.1:9").rehearse(numbers)
    assert "reserved:1|c" in text and "|ms" in text


def test_m3_points_are_implicit_and_explicit() -> None:
    sink = Collected()

    @observed
    def reserve() -> None:
        """Stand for a piece of the user's own."""

    async def main() -> None:
        async with monitored(sink, capture=True) as monitor:
            with monitor.incoming("POST /orders"), span("SELECT", point="queries"):
                reserve()
                logging.getLogger("library").warning("found")

    asyncio.run(main())
    assert [r.message.rpartition(".")[2] for r in sink.records] == [
        "reserve",
        "found",
        "SELECT",
        "POST /orders",
    ]


def test_m4_confidential_data_is_masked_by_one_policy() -> None:
    sink = Collected()

    async def main() -> None:
        async with Monitor("orders", [sink], masking=MaskSettings(names=("iban",))) as monitor:
            with pytest.raises(ValueError), monitor.incoming("GET /?token=hunter2"):
                log.info("placing", card="4111 1111 1111 1111", deep=[{"iban": "hunter2"}])
                raise ValueError("postgresql://ann:hunter2@db")

    asyncio.run(main())
    seen = repr([record._replace(exception=None) for record in sink.records])
    assert "hunter2" not in seen and "4111" not in seen and len(sink.records) == 2


def test_m5_a_sink_that_hangs_does_not_hold_an_event() -> None:
    sink = Hanging()

    async def main() -> None:
        async with monitored(sink) as monitor:
            for _ in range(100):
                with monitor.incoming("POST /orders"):
                    log.info("placing")
            sink.let_go.set()

    asyncio.run(main())


def test_m6_health_and_state_are_told_as_data() -> None:
    async def main() -> None:
        async with monitored(Collected()) as monitor:
            with monitor.incoming("POST /orders"):
                state = monitor.state()
                assert monitor.health().ok and state.events == ("POST /orders",) and state.tasks

    asyncio.run(main())


def test_m7_spans_are_suppressed_or_given_their_contents_by_context() -> None:
    sink = Collected()

    async def main() -> None:
        async with monitored(sink) as monitor:
            with monitor.incoming("POST"):
                rename("POST /orders")
                annotate(order="A-1")
                with quiet("spans"), span("unseen"):
                    log.info("seen")

    asyncio.run(main())
    assert sink.messages == ["seen", "POST /orders"] and sink["POST /orders"].fields["order"] == "A-1"


def test_m8_spans_fall_into_stages() -> None:
    sink = Collected()

    async def main() -> None:
        async with monitored(sink) as monitor:
            with monitor.incoming("POST /orders"):
                with span("reserve", stage="stock"):
                    pass
                with span("charge", stage="payment"):
                    pass

    asyncio.run(main())
    stages = sink["POST /orders"].fields["stages"]
    assert isinstance(stages, dict) and list(stages) == ["stock", "payment"]


def test_m9_the_place_of_the_answer_is_recorded() -> None:
    sink = Collected()

    async def main() -> None:
        async with monitored(sink) as monitor:
            with monitor.incoming(
                "POST /orders", headers={"traceparent": f"00-{TRACE}-{TRACE[:16]}-01"}
            ) as event:
                event.answered(201)
                assert trace_headers()["traceparent"].split("-")[1] == TRACE

    asyncio.run(main())
    fields = sink["POST /orders"].fields
    line = Path(__file__).read_text().splitlines()[int(str(fields["line"])) - 1]
    assert line.strip() == "event.answered(201)" and fields["answered_by"] == "answered"


def test_u3_masking_stands_alone() -> None:
    assert mask({"password": "hunter2", "tokenizer": "bpe"}) == {"password": "***", "tokenizer": "bpe"}


def test_a_sink_of_ones_own_needs_one_method() -> None:
    class Messages(Sink):
        def __init__(self) -> None:
            self.seen: list[str] = []

        def write(self, records: "list[Record] | object") -> None:
            assert isinstance(records, (list, tuple))
            self.seen += [record.message for record in records]

    sink = Messages()

    async def main() -> None:
        async with monitored(sink):
            log.info("placing")

    asyncio.run(main())
    assert sink.seen == ["placing"]
