"""Calls to other services: their spans, and the headers with which the trace goes on."""

import asyncio

import pytest
from packages.monitor.tests.doubles import Collected, monitored

from cordio_monitor import LogSettings, Monitor

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
CALLER = {"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01", "tracestate": "a=1"}


def test_the_called_service_becomes_a_child_of_the_call() -> None:
    sink = Collected()
    sent: list[dict[str, str]] = []

    async def main() -> None:
        async with monitored(sink) as monitor:
            with monitor.incoming("GET /orders", headers=CALLER), monitor.outgoing("GET stock") as call:
                sent.append(dict(call.headers))
                call.answered(204)

    asyncio.run(main())
    span, event = sink["GET stock"], sink["GET /orders"]
    assert sent == [{"traceparent": f"00-{TRACE}-{span.span_id}-01", "tracestate": "a=1"}]
    assert span.parent_id == event.span_id and span.fields["status"] == 204


def test_a_call_that_fails_says_so() -> None:
    sink = Collected()

    async def main() -> None:
        async with monitored(sink) as monitor:
            with pytest.raises(ConnectionError), monitor.incoming("GET /orders"):
                with monitor.outgoing("GET stock"):
                    raise ConnectionError("no connection")

    asyncio.run(main())
    assert "ConnectionError" in repr(sink["GET stock"].exception)


def test_calls_can_be_switched_off_and_the_trace_goes_on() -> None:
    sink = Collected()
    sent: list[dict[str, str]] = []

    async def main() -> None:
        async with Monitor("orders", [sink], LogSettings(capture=False, off=("calls",))) as monitor:
            with monitor.incoming("GET /orders", headers=CALLER), monitor.outgoing("GET stock") as call:
                call.answered(200)
                sent.append(dict(call.headers))

    asyncio.run(main())
    assert sink.messages == ["GET /orders"] and "status" not in sink["GET /orders"].fields
    assert sent[0]["traceparent"] == f"00-{TRACE}-{sink['GET /orders'].span_id}-01"
