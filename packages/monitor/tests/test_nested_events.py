"""An event inside of another one is a part of its trace."""

import asyncio

import pytest
from packages.monitor.tests.doubles import Collected, monitored

from cordio_monitor import log, span, trace_headers, trace_id

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
CALLER = {"traceparent": f"00-{TRACE}-{PARENT}-00", "tracestate": "a=1", "baggage": "tenant=7"}


def test_it_is_a_child_of_the_current_span_and_the_outer_one_goes_on_afterwards() -> None:
    sink = Collected()

    async def main() -> None:
        async with monitored(sink) as monitor:
            with monitor.incoming("POST /orders", headers=CALLER), span("place"):
                with monitor.incoming("OrderPlaced"):
                    log.info("mailing")
                    inner = trace_headers()
                log.info("placed")
            assert inner["tracestate"] == "a=1" and inner["baggage"] == "tenant=7"

    asyncio.run(main())
    outer, place, inner, mailing, placed = (
        sink[name] for name in ("POST /orders", "place", "OrderPlaced", "mailing", "placed")
    )
    assert {record.trace_id for record in sink.records} == {TRACE}
    assert outer.parent_id == PARENT and not inner.sampled
    assert inner.parent_id == place.span_id and inner.span_id not in (place.span_id, outer.span_id)
    assert (mailing.event, mailing.span_id) == ("OrderPlaced", inner.span_id)
    assert (placed.event, placed.span_id) == ("POST /orders", place.span_id)


@pytest.mark.parametrize("headers", [{}, [], [(b"host", b"x")]])
def test_one_that_comes_with_headers_has_the_trace_that_they_say(headers: dict[str, str]) -> None:
    sink = Collected()

    async def main() -> None:
        async with monitored(sink) as monitor:
            with monitor.incoming("POST /orders", headers=CALLER):
                with monitor.incoming("GET /stock", headers=headers):
                    assert trace_id() not in (None, TRACE)

    asyncio.run(main())
    assert sink["GET /stock"].parent_id == "" and sink["POST /orders"].trace_id == TRACE


def test_one_that_begins_after_the_answer_links_to_the_event_that_is_over() -> None:
    sink = Collected()

    async def main() -> None:
        async with monitored(sink) as monitor:
            with monitor.incoming("POST /orders") as event:
                event.sent()
                with monitor.incoming("OrderPlaced"):
                    pass

    asyncio.run(main())
    outer, inner = sink["POST /orders"], sink["OrderPlaced"]
    assert (inner.trace_id, inner.parent_id) == (outer.trace_id, "")
    assert inner.fields["links"] == [f"{outer.trace_id}-{outer.span_id}"]
    assert "links" not in outer.fields
