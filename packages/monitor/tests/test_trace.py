"""The caller's trace is continued if it is valid, and never otherwise."""

import asyncio
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packages.monitor.tests.doubles import Collected, monitored

from cordio_monitor import AlreadyEntered, Monitor, trace_id
from cordio_monitor._trace import continued

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


@pytest.mark.parametrize(
    "value",
    [
        f"00-{TRACE}-{PARENT}-01",
        f"00-{TRACE}-{PARENT}-ff",
        f" 00-{TRACE}-{PARENT}-01\t",
        f"cc-{TRACE}-{PARENT}-01",
        f"cc-{TRACE}-{PARENT}-01-what-the-future-will-be",
        f"cc-{TRACE}-{PARENT}-01-",
    ],
)
@pytest.mark.parametrize("name", ["traceparent", "Traceparent", "TRACEPARENT"])
def test_a_valid_trace_is_continued(name: str, value: str) -> None:
    assert continued({"host": "x", name: value})[:3] == (TRACE, PARENT, True)


def test_what_the_caller_does_not_sample_is_known() -> None:
    assert continued({"traceparent": f"00-{TRACE}-{PARENT}-02"})[:3] == (TRACE, PARENT, False)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "zz<script>-qq",
        f"00-{TRACE}-{PARENT}",
        f"00-{TRACE}-{PARENT}-01-more",
        f"00-{TRACE}-{PARENT}-01-",
        f"00-{TRACE}-{PARENT}-01\n",
        f"00-{TRACE}-{PARENT}-1",
        f"00-{TRACE}-{PARENT}-0x",
        f"ff-{TRACE}-{PARENT}-01",
        f"cc-{TRACE}-{PARENT}-01.more",
        f"00-{TRACE.upper()}-{PARENT}-01",
        f"00-{'0' * 32}-{PARENT}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE[1:]}-{PARENT}-01",
        f"00-{TRACE}-{PARENT}-01,00-{TRACE}-{PARENT}-01",
        f"00-{TRACE[:-1]}\u0661-{PARENT}-01",
    ],
)
def test_an_invalid_trace_begins_a_new_one(value: str) -> None:
    found = continued({"traceparent": value})
    assert found.trace_id not in (TRACE, "0" * 32) and len(found.trace_id) == 32 and found.parent_id == ""


@settings(deadline=None)
@given(st.text())
def test_any_other_text_begins_a_new_trace(value: str) -> None:
    assert continued({"traceparent": value}).parent_id == ""


def test_a_header_that_is_no_text_begins_a_new_trace() -> None:
    headers: Any = {"traceparent": b"00"}
    assert continued(headers).parent_id == ""


def test_traces_and_spans_of_events_differ() -> None:
    monitor = monitored()
    events = [monitor.incoming("GET /x") for _ in range(1_000)]
    assert len({event.trace_id for event in events}) == len({event.span_id(0) for event in events}) == 1_000
    assert all(len(event.span_id(number)) == 16 for event in events[:10] for number in range(3))


def test_the_trace_of_the_running_event_can_be_asked_for() -> None:
    with Monitor("orders", []).incoming("GET /") as event:
        assert trace_id() == event.trace_id
    assert trace_id() is None


def test_an_event_is_for_one_with_like_a_span() -> None:
    sink = Collected()

    async def main() -> None:
        async with monitored(sink) as monitor:
            event = monitor.incoming("POST /orders")
            with event, pytest.raises(AlreadyEntered), event:
                raise AssertionError("not reached")
            with pytest.raises(AlreadyEntered), event:
                raise AssertionError("not reached")
            event.sent()

    asyncio.run(main())
    assert sink.messages == ["POST /orders"]
