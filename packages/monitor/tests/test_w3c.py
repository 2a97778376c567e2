"""The cases of the W3C trace-context validation suite, against a bare ASGI service that calls another one."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import pytest
from packages.monitor.tests.doubles import monitored

from cordio_monitor import span, trace_headers

TRACE, PARENT = "12345678901234567890123456789012", "1234567890123456"
VALID = f"00-{TRACE}-{PARENT}-01"
Pairs = list[tuple[str, str]]


def calls(headers: Pairs, times: int = 1) -> list[Mapping[str, str]]:
    """Send a request to the service and return the headers of the calls that it makes."""
    made: list[Mapping[str, str]] = []

    async def main() -> None:
        async with monitored() as monitor:

            async def service(
                scope: Mapping[str, Any], send: Callable[[Mapping[str, Any]], Awaitable[None]]
            ) -> None:
                with monitor.incoming(scope["path"], headers=scope["headers"]) as event:
                    for _ in range(times):
                        with span("call", point="calls"):
                            made.append(trace_headers())
                    event.answered(200)
                    await send({"type": "http.response.start", "status": 200, "headers": []})
                    await send({"type": "http.response.body", "body": b""})

            async def send(message: Mapping[str, Any]) -> None:
                """Take what is answered."""

            raw = [(name.encode(), value.encode("latin-1")) for name, value in headers]
            await service({"type": "http", "path": "/", "headers": raw}, send)

    asyncio.run(main())
    return made


def called(headers: Pairs) -> tuple[str, dict[str, str]]:
    """Return the trace id and the members of the state that the service passes on."""
    (made,) = calls(headers)
    found = re.fullmatch(r"00-([0-9a-f]{32})-([0-9a-f]{16})-0[01]", made["traceparent"])
    assert found is not None and found[2] != PARENT and "0" * 16 != found[2]
    members = [member.partition("=") for member in made.get("tracestate", "").split(",") if member]
    return found[1], {name: value for name, _, value in members}


@pytest.mark.parametrize(
    "headers",
    [
        [("traceparent", VALID)],
        [("TraceParent", VALID)],
        [("TrAcEpArEnT", VALID)],
        [("TRACEPARENT", VALID)],
        [("traceparent", f"cc-{TRACE}-{PARENT}-01")],
        [("traceparent", f"cc-{TRACE}-{PARENT}-01-what-the-future-will-be-like")],
        *(
            [("traceparent", value)]
            for value in (f" {VALID}", f"\t{VALID}", f"{VALID} ", f"{VALID}\t", f"\t {VALID} \t")
        ),
    ],
)
def test_a_valid_trace_goes_on_to_whoever_is_called(headers: Pairs) -> None:
    assert called(headers) == (TRACE, {})


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("traceparent", VALID.replace("12-", "11-", 1)), ("traceparent", VALID)],
        [("trace-parent", VALID)],
        [("trace.parent", VALID)],
        *(
            [("traceparent", value)]
            for value in (
                f"{VALID}.",
                f"{VALID}-what-the-future-will-be-like",
                f"cc-{TRACE}-{PARENT}-01.what-the-future-will-be-like",
                f"ff-{TRACE}-{PARENT}-01",
                f".0-{TRACE}-{PARENT}-01",
                f"0.-{TRACE}-{PARENT}-01",
                f"000-{TRACE}-{PARENT}-01",
                f"0000-{TRACE}-{PARENT}-01",
                f"0-{TRACE}-{PARENT}-01",
                f"00-{'0' * 32}-{PARENT}-01",
                f"00-.{TRACE[1:]}-{PARENT}-01",
                f"00-{TRACE[:-1]}.-{PARENT}-01",
                f"00-{TRACE}3-{PARENT}-01",
                f"00-{TRACE[:-1]}-{PARENT}-01",
                f"00-{TRACE}-{'0' * 16}-01",
                f"00-{TRACE}-.{PARENT[1:]}-01",
                f"00-{TRACE}-{PARENT[:-1]}.-01",
                f"00-{TRACE}-{PARENT}7-01",
                f"00-{TRACE}-{PARENT[:-1]}-01",
                f"00-{TRACE}-{PARENT}-.0",
                f"00-{TRACE}-{PARENT}-0.",
                f"00-{TRACE}-{PARENT}-001",
                f"00-{TRACE}-{PARENT}-1",
            )
        ),
    ],
)
def test_what_is_not_valid_begins_a_new_trace_without_the_state(headers: Pairs) -> None:
    trace, state = called([*headers, ("tracestate", "foo=1")])
    assert trace not in (TRACE, f"{TRACE[:-1]}1", "0" * 32) and state == {}


ALL_KEY = "abcdefghijklmnopqrstuvwxyz0123456789_-*/"
ALL_VALUE = "".join(chr(code) for code in range(0x20, 0x7F) if chr(code) not in ",=")
MANY = [
    ("tracestate", ",".join(f"bar{number:02}={number:02}" for number in range(first, first + 10)))
    for first in (1, 11, 21)
]


@pytest.mark.parametrize(
    ("values", "state"),
    [
        (["foo=1,bar=2"], {"foo": "1", "bar": "2"}),
        ([""], {}),
        (["foo=1", ""], {"foo": "1"}),
        (["", "foo=1"], {"foo": "1"}),
        (["foo=1,bar=2", "rojo=1,congo=2", "baz=3"], dict(foo="1", bar="2", rojo="1", congo="2", baz="3")),
        ([f"{ALL_KEY}={ALL_VALUE}"], {ALL_KEY: ALL_VALUE}),
        ([f"{ALL_KEY}@a-z0-9_-*/={ALL_VALUE}"], {f"{ALL_KEY}@a-z0-9_-*/": ALL_VALUE}),
        (["foo=1 \t , \t bar=2, \t baz=3"], {"foo": "1", "bar": "2", "baz": "3"}),
        (["foo=1\t \t,\t \tbar=2,\t \tbaz=3"], {"foo": "1", "bar": "2", "baz": "3"}),
        *(([value], {"foo": "1"}) for value in (" foo=1", "\tfoo=1", "foo=1 ", "foo=1\t", "\t foo=1 \t")),
        (["foo=1", f"{'z' * 256}=1"], {"foo": "1", "z" * 256: "1"}),
        (["foo=1", f"{'t' * 241}@{'v' * 14}=1"], {"foo": "1", f"{'t' * 241}@{'v' * 14}": "1"}),
    ],
)
def test_the_state_goes_on_in_its_order(values: list[str], state: dict[str, str]) -> None:
    headers = [("traceparent", VALID[:-1] + "0"), *(("TraceState", value) for value in values)]
    trace, found = called(headers)
    assert trace == TRACE and list(found.items()) == list(state.items())


@pytest.mark.parametrize(
    "values",
    [
        *(["foo=1,foo=1"], ["foo=1,foo=2"], ["foo=1", "foo=1"], ["foo=1", "foo=2"]),
        *(["foo =1"], ["FOO=1"], ["foo.bar=1"]),
        *(["foo@=1,bar=2"], ["@foo=1,bar=2"], ["foo@@bar=1,bar=2"], ["foo@bar@baz=1,bar=2"]),
        *(["foo=1", f"{'z' * 257}=1"], ["foo=1", f"{'t' * 242}@v=1"], ["foo=1", f"t@{'v' * 15}=1"]),
        *(["foo=bar=baz"], ["foo=,bar=3"], ["foo"]),
        [*(value for _, value in MANY), "bar31=31,bar32=32,bar33=33"],
    ],
)
def test_a_state_that_is_not_valid_is_discarded_and_the_trace_goes_on(values: list[str]) -> None:
    assert called([("traceparent", VALID), *(("tracestate", value) for value in values)]) == (TRACE, {})


def test_a_state_has_32_members_at_most() -> None:
    assert len(called([("traceparent", VALID), *MANY, ("tracestate", "bar31=31,bar32=32")])[1]) == 32


@pytest.mark.parametrize("name", ["TraceState", "TrAcEsTaTe", "TRACESTATE"])
def test_the_name_of_the_state_is_in_any_case(name: str) -> None:
    assert called([("traceparent", VALID), (name, "foo=1")]) == (TRACE, {"foo": "1"})


@pytest.mark.parametrize("state", ["foo=1", "foo=1,bar=2"])
def test_a_state_without_a_trace_is_discarded(state: str) -> None:
    trace, members = called([("tracestate", state)])
    assert trace != TRACE and members == {}


def test_a_new_trace_is_random_each_time() -> None:
    assert len({called(headers)[0] for headers in ([], [("traceparent", "")], [("tracestate", "foo=1")])}) == 3


@pytest.mark.parametrize("name", ["trace-state", "trace.state"])
def test_a_state_under_another_name_is_none(name: str) -> None:
    assert called([("traceparent", VALID), (name, "foo=1")]) == (TRACE, {})


@pytest.mark.parametrize(
    "headers", [[("traceparent", VALID)], [], [("traceparent", VALID.replace(TRACE, "0" * 32))]]
)
def test_several_calls_are_of_one_trace_and_of_different_parents(headers: Pairs) -> None:
    made = [each["traceparent"].split("-") for each in calls(headers, 3)]
    assert len({each[1] for each in made}) == 1 and len({each[2] for each in made}) == 3
    assert (made[0][1] == TRACE) == (headers == [("traceparent", VALID)])


@pytest.mark.parametrize("flags", ["00", "01"])
def test_whether_the_caller_samples_goes_on(flags: str) -> None:
    (made,) = calls([("traceparent", f"00-{TRACE}-{PARENT}-{flags}")])
    assert made["traceparent"].endswith(f"-{flags}")


@pytest.mark.parametrize(
    ("values", "kept"),
    [(["tenant=7;p=1", "user=%C3%A4"], "tenant=7;p=1,user=%C3%A4"), (["x" * 9_000], None), (["a=\x00"], None)],
)
def test_baggage_goes_on_as_it_is_if_it_is_no_attack(values: list[str], kept: str | None) -> None:
    (made,) = calls([("traceparent", VALID), *(("baggage", value) for value in values)])
    assert made.get("baggage") == kept
