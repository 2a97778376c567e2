"""OpenTelemetry as the oracle: what it sends is continued, what goes out it reads, and its tree is ours."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packages.monitor.tests.doubles import monitored

from cordio_monitor import baggage, span, trace_headers
from cordio_monitor._trace import continued
from cordio_monitor.sinks import Zipkin

pytest.importorskip("opentelemetry.trace")

from opentelemetry import trace as otel  # noqa: E402
from opentelemetry.baggage import get_all, set_baggage  # noqa: E402
from opentelemetry.baggage.propagation import W3CBaggagePropagator  # noqa: E402
from opentelemetry.context import Context  # noqa: E402
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator  # noqa: E402

HEX = "0123456789abcdef"
TRACES = st.integers(1, 2**128 - 1)
SPANS = st.integers(1, 2**64 - 1)
KEYS = st.from_regex(r"[a-z][a-z0-9_\-*/]{0,10}(@[a-z][a-z0-9]{0,5})?", fullmatch=True)
VALUES = st.from_regex(r"[!-+\--<>-~]{1,12}", fullmatch=True)
STATES = st.dictionaries(KEYS, VALUES, max_size=5)
# OpenTelemetry writes a space as a plus sign, which is a plus sign for W3C.
WORDS = st.text(
    st.characters(codec="utf-8", exclude_characters=" +", exclude_categories=("Z", "C")), max_size=8
)
BAGGAGE = st.dictionaries(st.from_regex(r"[A-Za-z0-9_.\-]{1,8}", fullmatch=True), WORDS, max_size=4)


def said(trace: int, span_id: int, sampled: bool, state: Mapping[str, str] | None = None) -> Context:
    flags = otel.TraceFlags(otel.TraceFlags.SAMPLED if sampled else 0)
    known = otel.TraceState(list((state or {}).items()))
    return otel.set_span_in_context(
        otel.NonRecordingSpan(otel.SpanContext(trace, span_id, True, flags, known)), Context()
    )


def heard(headers: Mapping[str, str], propagator: Any) -> otel.SpanContext:
    return otel.get_current_span(propagator.extract(headers, Context())).get_span_context()


@settings(deadline=None, max_examples=150)
@given(TRACES, SPANS, st.booleans(), STATES, BAGGAGE)
def test_what_opentelemetry_sends_in_the_form_of_w3c_is_continued(
    trace: int, span_id: int, sampled: bool, state: dict[str, str], said_along: dict[str, str]
) -> None:
    headers: dict[str, str] = {}
    context = said(trace, span_id, sampled, state)
    TraceContextTextMapPropagator().inject(headers, context)
    for name, value in said_along.items():
        context = set_baggage(name, value, context)
    W3CBaggagePropagator().inject(headers, context)
    found = continued(headers)
    assert (found.trace_id, found.parent_id, found.sampled) == (f"{trace:032x}", f"{span_id:016x}", sampled)
    assert dict(member.split("=", 1) for member in found.state.split(",") if member) == state
    with monitored().incoming("GET /", headers=headers):
        assert baggage() == said_along


@settings(deadline=None, max_examples=150)
@given(TRACES, SPANS, st.booleans(), STATES, BAGGAGE)
def test_opentelemetry_continues_what_goes_out_in_the_form_of_w3c(
    trace: int, span_id: int, sampled: bool, state: dict[str, str], along: dict[str, str]
) -> None:
    caller = {"traceparent": f"00-{trace:032x}-{span_id:016x}-0{int(sampled)}"}
    caller["tracestate"] = ",".join(f"{name}={value}" for name, value in state.items())
    caller["baggage"] = ",".join(f"{name}={quote(value, safe='')}" for name, value in along.items())
    with monitored().incoming("GET /", headers=caller) as event, span("call") as call:
        made = trace_headers("w3c")
        own = event.span_id(call.number)
    context = heard(made, TraceContextTextMapPropagator())
    assert (context.trace_id, f"{context.span_id:016x}") == (trace, own)
    assert context.trace_flags.sampled == sampled and dict(context.trace_state) == state
    assert get_all(W3CBaggagePropagator().extract(made, Context())) == along


@settings(deadline=None, max_examples=400)
@given(
    st.sampled_from(["00", "01", "ff", "fe", "0", "0A", "zz"]),
    st.text(HEX, min_size=32, max_size=32) | st.sampled_from(["0" * 32, "A" * 32, "1" * 31, "1" * 33]),
    st.text(HEX, min_size=16, max_size=16) | st.sampled_from(["0" * 16, "A" * 16, "1" * 15]),
    st.sampled_from(["00", "01", "03", "ff", "1", "g0", "-1"]),
    st.sampled_from(["", "-", "-what", "x", " ", "\t"]),
)
def test_opentelemetry_and_we_agree_which_traceparent_is_one(
    version: str, trace: str, parent: str, flags: str, rest: str
) -> None:
    text = f"{version}-{trace}-{parent}-{flags}{rest}"
    context = heard({"traceparent": text}, TraceContextTextMapPropagator())
    found = continued({"traceparent": text})
    assert bool(found.parent_id) == context.is_valid
    if context.is_valid:
        assert (found.trace_id, found.parent_id) == (f"{context.trace_id:032x}", f"{context.span_id:016x}")
        assert found.sampled == context.trace_flags.sampled


def b3(form: str) -> Any:
    formats = pytest.importorskip("opentelemetry.propagators.b3")
    return formats.B3SingleFormat() if form == "b3" else formats.B3MultiFormat()


@pytest.mark.parametrize("form", ["b3", "b3multi"])
@settings(deadline=None, max_examples=100)
@given(trace=TRACES, span_id=SPANS, sampled=st.booleans())
def test_what_opentelemetry_sends_in_the_form_of_b3_is_continued(
    form: str, trace: int, span_id: int, sampled: bool
) -> None:
    headers: dict[str, str] = {}
    b3(form).inject(headers, said(trace, span_id, sampled))
    found = continued(headers)
    assert (found.trace_id, found.parent_id, found.sampled) == (f"{trace:032x}", f"{span_id:016x}", sampled)


@pytest.mark.parametrize("form", ["b3", "b3multi"])
@settings(deadline=None, max_examples=100)
@given(trace=TRACES, span_id=SPANS, state=st.sampled_from("01d"), short=st.booleans())
def test_opentelemetry_continues_what_goes_out_in_the_form_of_b3(
    form: Any, trace: int, span_id: int, state: str, short: bool
) -> None:
    trace = trace % 2**64 or 1 if short else trace
    caller = {"b3": f"{trace:0{16 if short else 32}x}-{span_id:016x}-{state}"}
    with monitored().incoming("GET /", headers=caller) as event, span("call") as call:
        made = trace_headers(form)
        own = event.span_id(call.number)
    propagator = b3(form)
    if form == "b3multi":
        # Names of headers have no case; those of a dict have.
        made = {name.lower(): value for name, value in made.items()}
    context = heard(made, propagator)
    assert (context.trace_id, f"{context.span_id:016x}") == (trace, own)
    assert context.trace_flags.sampled == (state != "0")


def shape(spans: list[dict[str, Any]]) -> dict[str, tuple[str | None, str | None, bool]]:
    """Return of each span, by its name, its parent's name, its kind and whether it failed."""
    names = {one["id"]: one["name"].lower() for one in spans}
    return {
        one["name"].lower(): (
            names.get(one.get("parentId", ""), one.get("parentId")),
            one.get("kind"),
            "error" in one.get("tags", {}),
        )
        for one in spans
    }


CALLER = {"traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}
CHILDREN = ("one", "two", "three")


def ours() -> list[dict[str, Any]]:
    sent: list[bytes] = []

    async def child(name: str, barrier: asyncio.Barrier) -> None:
        with span(name):
            await barrier.wait()
            with span(f"inside {name}", point="calls"):
                await asyncio.sleep(0)

    async def main() -> None:
        async with monitored(Zipkin("http://zipkin:9411", transport=sent.append)) as monitor:
            with monitor.incoming("POST /orders", headers=CALLER):
                barrier = asyncio.Barrier(len(CHILDREN))
                await asyncio.gather(*(child(name, barrier) for name in CHILDREN))
                with pytest.raises(ValueError), span("fails"):
                    raise ValueError("no stock")

    asyncio.run(main())
    return [one for body in sent for one in json.loads(body)]


def theirs() -> list[dict[str, Any]]:
    sdk = pytest.importorskip("opentelemetry.sdk.trace")
    memory = pytest.importorskip("opentelemetry.sdk.trace.export.in_memory_span_exporter")
    encoding = pytest.importorskip("opentelemetry.exporter.zipkin.json.v2")
    endpoint = pytest.importorskip("opentelemetry.exporter.zipkin.node_endpoint")
    export = pytest.importorskip("opentelemetry.sdk.trace.export")
    provider, kept = sdk.TracerProvider(), memory.InMemorySpanExporter()
    provider.add_span_processor(export.SimpleSpanProcessor(kept))
    tracer = provider.get_tracer("orders")

    async def child(name: str, barrier: asyncio.Barrier) -> None:
        with tracer.start_as_current_span(name):
            await barrier.wait()
            with tracer.start_as_current_span(f"inside {name}", kind=otel.SpanKind.CLIENT):
                await asyncio.sleep(0)

    async def main() -> None:
        caller = TraceContextTextMapPropagator().extract(CALLER, Context())
        with tracer.start_as_current_span("POST /orders", caller, otel.SpanKind.SERVER):
            barrier = asyncio.Barrier(len(CHILDREN))
            await asyncio.gather(*(child(name, barrier) for name in CHILDREN))
            with pytest.raises(ValueError), tracer.start_as_current_span("fails"):
                raise ValueError("no stock")

    asyncio.run(main())
    found: list[dict[str, Any]] = json.loads(
        encoding.JsonV2Encoder().serialize(kept.get_finished_spans(), endpoint.NodeEndpoint())
    )
    return found


def test_the_exporter_of_opentelemetry_writes_the_same_tree() -> None:
    mine, other = ours(), theirs()
    assert shape(mine) == shape(other)
    assert {one["traceId"] for one in mine + other} == {CALLER["traceparent"][3:35]}
    # It writes what is not there as null; the API has it left out.
    keys = {
        name for one in other for name, value in one.items() if value is not None and name != "annotations"
    }
    assert {name for one in mine for name in one} <= keys
    for one in mine:
        twin = next(two for two in other if two["name"].lower() == one["name"])
        assert {name: type(one[name]) for name in ("id", "timestamp", "duration", "name")} == {
            name: type(twin[name]) for name in ("id", "timestamp", "duration", "name")
        }


def test_children_under_gather_are_siblings() -> None:
    found = shape(ours())
    assert {found[name][0] for name in CHILDREN} == {"post /orders"}
    assert [found[f"inside {name}"][0] for name in CHILDREN] == list(CHILDREN)
