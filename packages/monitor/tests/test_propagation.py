"""B3 in and out, and where the work goes on after the answer."""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context

import pytest
from packages.monitor.tests.doubles import Collected, monitored

from cordio_monitor import KindError, LogSettings, Monitor, baggage, log, span, trace_headers
from cordio_monitor._trace import continued

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


@pytest.mark.parametrize(
    ("headers", "sampled", "debug"),
    [
        ({"b3": f"{TRACE}-{PARENT}-1"}, True, False),
        ({"B3": f"{TRACE}-{PARENT}"}, True, False),
        ({"b3": f"{TRACE}-{PARENT}-0-{PARENT}"}, False, False),
        ({"b3": f"{TRACE}-{PARENT}-d"}, True, True),
        ({"X-B3-TraceId": TRACE, "X-B3-SpanId": PARENT, "X-B3-Sampled": "1"}, True, False),
        ({"x-b3-traceid": TRACE, "x-b3-spanid": PARENT, "x-b3-sampled": "0"}, False, False),
        ({"x-b3-traceid": TRACE, "x-b3-spanid": PARENT, "x-b3-flags": "1"}, True, True),
        ({"x-b3-traceid": TRACE, "x-b3-spanid": PARENT, "x-b3-sampled": "false"}, False, False),
    ],
)
def test_a_trace_in_b3_is_continued(headers: dict[str, str], sampled: bool, debug: bool) -> None:
    trace = continued(headers)
    assert (trace.trace_id, trace.parent_id, trace.sampled, trace.debug) == (TRACE, PARENT, sampled, debug)


def test_a_short_trace_id_is_filled_up_and_w3c_goes_before_b3() -> None:
    assert continued({"b3": f"{TRACE[16:]}-{PARENT}"}).trace_id == "0" * 16 + TRACE[16:]
    both = {"b3": f"{TRACE[::-1]}-{PARENT}", "traceparent": f"00-{TRACE}-{PARENT}-01"}
    assert continued(both).trace_id == TRACE


@pytest.mark.parametrize("headers", [{"b3": "0"}, {"X-B3-Sampled": "0"}])
def test_a_caller_without_a_trace_can_ask_not_to_be_sampled(headers: dict[str, str]) -> None:
    trace = continued(headers)
    assert not trace.sampled and trace.parent_id == "" and len(trace.trace_id) == 32


@pytest.mark.parametrize(
    "headers",
    [
        {"b3": "zz<script>-qq"},
        {"b3": f"{TRACE}-{PARENT}-2"},
        {"b3": f"{'0' * 32}-{PARENT}-1"},
        {"b3": f"{TRACE}-{'0' * 16}-1"},
        {"b3": f"{TRACE}x-{PARENT}-1"},
        {"x-b3-traceid": "zz<script>", "x-b3-spanid": PARENT},
        {"x-b3-traceid": TRACE},
        {"x-b3-traceid": "0" * 32, "x-b3-spanid": PARENT},
    ],
)
def test_what_is_no_b3_begins_a_new_trace(headers: dict[str, str]) -> None:
    trace = continued(headers)
    assert trace.trace_id != TRACE and trace.parent_id == "" and trace.sampled


@pytest.mark.parametrize("said", ["0", "1", "d"])
@pytest.mark.parametrize("form", ["b3", "b3multi"])
def test_what_goes_out_in_b3_comes_in_as_it_was(form: str, said: str) -> None:
    with monitored().incoming("GET /", headers={"b3": f"{TRACE}-{PARENT}-{said}"}) as event:
        with span("call") as call:
            out = trace_headers(form)  # type: ignore[arg-type]  # one of two
            trace = continued(out)
            assert (trace.trace_id, trace.parent_id) == (TRACE, event.span_id(call.number))
            assert (trace.sampled, trace.debug) == (said != "0", said == "d")
            assert None not in out.values()


def test_formats_are_combined_and_what_is_unknown_is_refused() -> None:
    assert trace_headers() == {} and baggage() == {}
    with monitored().incoming("GET /", headers={"baggage": "tenant=7"}):
        assert set(trace_headers("w3c", "b3")) == {"traceparent", "b3", "baggage"}
        with pytest.raises(KindError, match="no format is called 'jaeger'"):
            trace_headers("jaeger")  # type: ignore[arg-type]  # what is tested


def test_an_executor_gets_the_trace_by_the_context() -> None:
    sink = Collected()

    async def main() -> None:
        async with monitored(sink) as monitor:
            with monitor.incoming("GET /"), ThreadPoolExecutor(1) as pool:
                loop = asyncio.get_running_loop()
                await loop.run_in_executor(pool, copy_context().run, log.info, "inside")

    asyncio.run(main())
    assert sink["inside"].span_id == sink["GET /"].span_id


def test_the_span_of_an_event_ends_when_the_answer_has_left() -> None:
    sink = Collected()

    async def main() -> None:
        async with monitored(sink) as monitor:
            with monitor.incoming("POST /orders") as event:
                event.answered(201)
                event.sent()
                sink.wait_for("POST /orders")
                log.info("after")
                with span("mail"):
                    with span("smtp"):
                        pass

    asyncio.run(main())
    assert sink.messages == ["POST /orders", "after", "smtp", "mail"]
    closing, mail = sink["POST /orders"], sink["mail"]
    assert mail.trace_id == closing.trace_id == sink["after"].trace_id and mail.parent_id == ""
    assert mail.fields["links"] == [f"{closing.trace_id}-{closing.span_id}"]
    assert sink["smtp"].parent_id == mail.span_id != closing.span_id and "links" not in sink["smtp"].fields


def test_a_task_that_outlives_its_event_links_to_it_and_a_span_that_began_before_stays_a_child() -> None:
    sink = Collected()

    async def main() -> None:
        gate = asyncio.Event()

        async def late(early: bool) -> None:
            if early:
                with span("early"):
                    await gate.wait()
                    with span("inner"):
                        pass
            else:
                await gate.wait()
                with span("late"):
                    pass

        async with monitored(sink) as monitor:
            with monitor.incoming("POST /orders"):
                tasks = [asyncio.create_task(late(early)) for early in (True, False)]
                await asyncio.sleep(0)
            gate.set()
            await asyncio.gather(*tasks)

    asyncio.run(main())
    closing = sink["POST /orders"]
    assert sink["early"].parent_id == closing.span_id and sink["inner"].parent_id == sink["early"].span_id
    assert sink["late"].parent_id == "" and sink["late"].fields["links"]


def test_the_span_of_a_streamed_answer_ends_with_the_stream() -> None:
    sink = Collected()

    async def body() -> AsyncIterator[bytes]:
        for chunk in (b"a", b"b"):
            log.info(chunk.decode())
            yield chunk

    async def main() -> None:
        async with monitored(sink) as monitor:
            with monitor.incoming("GET /stream") as event:
                event.answered(200)
                async for _ in body():
                    assert sink.messages == []
                event.sent()

    asyncio.run(main())
    assert sink.messages == ["a", "b", "GET /stream"]


@pytest.mark.parametrize("why", ["raise", "status", "slow", "keep", "caller", "fast", "nothing"])
def test_the_flight_recorder_writes_what_is_below_the_level_only_if_it_is_wanted(why: str) -> None:
    sink = Collected()
    slow = {"slow": 1e-9, "fast": 3_600.0}.get(why, 0.0)
    settings = LogSettings(level="info", capture=False, recorder=True, slow=slow)
    headers = {"b3": f"{TRACE}-{PARENT}-d"} if why == "caller" else {}

    async def main() -> None:
        async with Monitor("orders", [sink], settings) as monitor:
            with monitor.incoming("GET /", headers=headers) as event:
                log.debug("first")
                log.info("second")
                log.debug("third")
                event.answered(500 if why == "status" else 200)
                if why == "keep":
                    event.keep()
                if why == "raise":
                    raise ValueError("too many")

    if why == "raise":
        with pytest.raises(ValueError, match="too many"):
            asyncio.run(main())
    else:
        asyncio.run(main())
    wanted = ["second", "GET /"] if why in ("fast", "nothing") else ["first", "second", "third", "GET /"]
    assert sink.messages == wanted


def test_the_flight_recorder_keeps_the_last_of_very_many() -> None:
    sink = Collected()

    async def main() -> None:
        settings = LogSettings(level="info", capture=False, recorder=True)
        async with Monitor("orders", [sink], settings) as monitor:
            with monitor.incoming("GET /") as event:
                for number in range(5_000):
                    log.debug(str(number))
                event.keep()

    asyncio.run(main())
    assert len(sink.messages) == 1_001 and sink.messages[0] == "4000"
