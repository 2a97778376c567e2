"""What a user of the monitor sees."""

import asyncio
import io
import json
from pathlib import Path

from cordio_monitor import LogSettings, Monitor, count, log, span, timing
from cordio_monitor.sinks import Console

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
HEADERS = {"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}


def test_an_event_is_told_after_its_answer_masked_and_with_its_trace() -> None:
    out = io.StringIO()

    async def main() -> None:
        monitor = Monitor(service="orders", sinks=[Console(out)], settings=LogSettings())
        async with monitor:
            with monitor.incoming("POST", headers=HEADERS) as event:
                event.rename("POST /orders")
                log.info("placing", sku="A-1", card="4111 1111 1111 1111")
                with span("reserve", stage="stock"):
                    count("reserved")
                    timing("stock", 3.2)
                event.answered(201)
                assert event.trace_id == TRACE
                assert out.getvalue() == ""

    asyncio.run(main())
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    placing, reserved, stock, reserve, closing = lines
    assert all(line["trace_id"] == TRACE and line["service"] == "orders" for line in lines)
    assert all(line["event"] == "POST /orders" for line in lines)
    assert (placing["kind"], placing["level"]) == ("log", "info")
    assert (placing["sku"], placing["card"]) == ("A-1", "***")
    assert (reserved["message"], reserved["n"], stock["message"], stock["ms"]) == ("reserved", 1, "stock", 3.2)
    assert (reserve["message"], reserve["stage"]) == ("reserve", "stock")
    assert reserve["parent_id"] == placing["span_id"] == closing["span_id"]
    assert reserved["span_id"] == stock["span_id"] == reserve["span_id"]
    assert (closing["kind"], closing["message"], closing["status"]) == ("event", "POST /orders", 201)
    assert closing["parent_id"] == "00f067aa0ba902b7"
    assert closing["took_ms"] >= reserve["took_ms"] >= 0
    assert closing["file"].endswith("test_acceptance.py")
    assert closing["function"].endswith("main")
    assert Path(__file__).read_text().splitlines()[closing["line"] - 1].strip() == "event.answered(201)"
