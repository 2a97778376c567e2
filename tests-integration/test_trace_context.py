"""The part of the W3C trace-context validation suite: it posts what to call to a service, and sees the calls.

The suite itself is in the folder ``test`` of w3c/trace-context: it takes the address of what `service` makes.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from packages.fastapi.tests.peer import peer, said
from pydantic import BaseModel

from cordio import App
from cordio_core import post
from cordio_fastapi.client import HttpClient

TRACE, PARENT = "12345678901234567890123456789012", "1234567890123456"
VALID = f"00-{TRACE}-{PARENT}-01"
Pairs = Sequence[tuple[str, str]]


class Onward(BaseModel):
    """What the service is told to call."""

    url: str
    arguments: list[Any] = []


class Asked(NamedTuple):
    """What a call carried."""

    trace: str
    parent: str
    flags: str
    state: dict[str, str]


def service(root: Path) -> App:
    """Make the service that the suite asks for."""
    (root / "etc").mkdir()
    (root / "etc" / "main.yaml").write_text("http: {port: 0}\nlog: {console: false, capture: false}\n")
    app = App("vendor", root=root)

    @app.on(post("/test"))
    async def test(onward: list[Onward], http: HttpClient) -> None:
        for each in onward:
            await http.post(each.url, json=each.arguments)

    return app


def harnessed(root: Path, cases: Sequence[Pairs], calls: int = 1) -> list[list[Asked]]:
    """Play the suite's role: for each case, return what the calls of the service carried."""

    async def main() -> list[list[Asked]]:
        found = []
        async with peer(lambda asked: said()) as harness, service(root).running() as running:
            for headers in cases:
                harness.asked.clear()
                onward = [{"url": f"{harness.url}/{number}", "arguments": []} for number in range(calls)]
                await post_raw(running.addresses[0], onward, headers)
                found.append([read(asked.headers) for asked in harness.asked])
        return found

    return asyncio.run(main())


async def post_raw(address: str, body: object, headers: Pairs) -> None:
    """Post as no client does that corrects its headers."""
    content = json.dumps(body).encode()
    lines = ["POST /test HTTP/1.1", "host: vendor", "content-type: application/json", "connection: close"]
    lines += [f"content-length: {len(content)}", *(f"{name}: {value}" for name, value in headers)]
    host, port = address.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write("\r\n".join([*lines, "", ""]).encode() + content)
    async with asyncio.timeout(20):
        answer = await reader.read()
    writer.close()
    assert answer.startswith(b"HTTP/1.1 200 "), answer


def read(headers: Any) -> Asked:  # noqa: ANN401  # a mapping of texts
    found = re.fullmatch(r"00-([0-9a-f]{32})-([0-9a-f]{16})-(0[01])", headers["traceparent"])
    assert found is not None and found[1] != "0" * 32 and found[2] not in ("0" * 16, PARENT)
    members = [member.partition("=") for member in headers.get("tracestate", "").split(",") if member]
    return Asked(found[1], found[2], found[3], {name.strip(): value for name, _, value in members})


def valid(*states: str) -> Pairs:
    return [("traceparent", VALID), *(("tracestate", state) for state in states)]


CONTINUED: Mapping[str, Pairs] = {
    "traceparent_included": valid(),
    "traceparent_header_name_valid_casing": [("TRACEPARENT", VALID)],
    "traceparent_version_0xcc": [("traceparent", f"cc-{TRACE}-{PARENT}-01")],
    "traceparent_version_0xcc_more": [("traceparent", f"cc-{TRACE}-{PARENT}-01-what-the-future-will-be-like")],
    "traceparent_ows_handling": [("traceparent", f" {VALID} ")],
}
BEGUN_ANEW: Mapping[str, Pairs] = {
    name: [("traceparent", value) for value in values.split()] + [("tracestate", "foo=1")]
    for name, values in {
        "both_missing": "",
        "traceparent_duplicated": f"{VALID.replace('12-', '11-', 1)} {VALID}",
        "traceparent_version_0x00": f"{VALID}-what-the-future-will-be-like",
        "traceparent_version_0x00_dot": f"{VALID}.",
        "traceparent_version_0xcc_dot": f"cc-{TRACE}-{PARENT}-01.what-the-future-will-be-like",
        "traceparent_version_0xff": f"ff-{TRACE}-{PARENT}-01",
        "traceparent_version_illegal_characters": f".0-{TRACE}-{PARENT}-01",
        "traceparent_version_too_long": f"000-{TRACE}-{PARENT}-01",
        "traceparent_version_too_short": f"0-{TRACE}-{PARENT}-01",
        "traceparent_trace_id_all_zero": f"00-{'0' * 32}-{PARENT}-01",
        "traceparent_trace_id_illegal_characters": f"00-.{TRACE[1:]}-{PARENT}-01",
        "traceparent_trace_id_upper_case": f"00-{'AB' * 16}-{PARENT}-01",
        "traceparent_trace_id_too_long": f"00-{TRACE}3-{PARENT}-01",
        "traceparent_trace_id_too_short": f"00-{TRACE[:-1]}-{PARENT}-01",
        "traceparent_parent_id_all_zero": f"00-{TRACE}-{'0' * 16}-01",
        "traceparent_parent_id_illegal_characters": f"00-{TRACE}-.{PARENT[1:]}-01",
        "traceparent_parent_id_too_long": f"00-{TRACE}-{PARENT}7-01",
        "traceparent_parent_id_too_short": f"00-{TRACE}-{PARENT[:-1]}-01",
        "traceparent_trace_flags_illegal_characters": f"00-{TRACE}-{PARENT}-.0",
        "traceparent_trace_flags_too_long": f"00-{TRACE}-{PARENT}-001",
        "traceparent_trace_flags_too_short": f"00-{TRACE}-{PARENT}-1",
    }.items()
} | {"traceparent_header_name": [("trace-parent", VALID), ("trace.parent", VALID), ("tracestate", "foo=1")]}


def test_a_valid_trace_goes_on_over_http(tmp_path: Path) -> None:
    found = harnessed(tmp_path, list(CONTINUED.values()))
    assert [(asked.trace, asked.state) for (asked,) in found] == [(TRACE, {})] * len(CONTINUED)


def test_what_is_no_valid_trace_begins_a_new_one_without_the_state(tmp_path: Path) -> None:
    found = harnessed(tmp_path, list(BEGUN_ANEW.values()))
    wrong = {
        name: asked
        for name, (asked,) in zip(BEGUN_ANEW, found, strict=True)
        if asked.trace in (TRACE, TRACE.replace("12", "11", 1), "ab" * 16) or asked.state
    }
    assert wrong == {} and len({asked.trace for (asked,) in found}) == len(BEGUN_ANEW)


ALL_KEY = "abcdefghijklmnopqrstuvwxyz0123456789_-*/"
ALL_VALUE = "".join(chr(code) for code in range(0x20, 0x7F) if chr(code) not in ",=").strip()
MEMBERS = [f"bar{number:02}={number:02}" for number in range(1, 34)]
STATES: dict[str, tuple[Sequence[str], dict[str, str]]] = {
    "tracestate_included": (["foo=1,bar=2"], {"foo": "1", "bar": "2"}),
    "tracestate_empty_header": (["foo=1", ""], {"foo": "1"}),
    "tracestate_multiple_headers": (
        ["foo=1,bar=2", "rojo=1", "baz=3"],
        dict(foo="1", bar="2", rojo="1", baz="3"),
    ),
    "tracestate_all_allowed_characters": ([f"{ALL_KEY}={ALL_VALUE}"], {ALL_KEY: ALL_VALUE}),
    "tracestate_tenant": ([f"{'t' * 241}@{'v' * 14}=1"], {f"{'t' * 241}@{'v' * 14}": "1"}),
    "tracestate_ows_handling": (["foo=1 \t , \t bar=2"], {"foo": "1", "bar": "2"}),
    "tracestate_32_members": (
        [",".join(MEMBERS[:32])],
        dict((member[:5], member[6:]) for member in MEMBERS[:32]),
    ),
    "tracestate_512_characters": ([f"foo={'x' * 252},bar={'y' * 251}"], {"foo": "x" * 252, "bar": "y" * 251}),
    "tracestate_33_members": ([",".join(MEMBERS)], {}),
    "tracestate_33_members_in_headers": (MEMBERS, {}),
    "tracestate_duplicated_keys": (["foo=1,foo=2"], {}),
    "tracestate_key_illegal_characters": (["foo =1"], {}),
    "tracestate_key_upper_case": (["FOO=1"], {}),
    "tracestate_key_illegal_vendor_format": (["foo@@bar=1,bar=2"], {}),
    "tracestate_key_length_limit": ([f"{'z' * 257}=1"], {}),
    "tracestate_value_illegal_characters": (["foo=bar=baz"], {}),
    "tracestate_value_missing": (["foo=,bar=3"], {}),
}


def test_the_state_goes_on_in_its_order_if_it_is_valid(tmp_path: Path) -> None:
    found = harnessed(tmp_path, [valid(*states) for states, _ in STATES.values()])
    passed = {name: list(asked.state.items()) for name, (asked,) in zip(STATES, found, strict=True)}
    assert passed == {name: list(state.items()) for name, (_, state) in STATES.items()}
    assert {asked.trace for (asked,) in found} == {TRACE}


@pytest.mark.parametrize("headers", [valid(), [], [("traceparent", VALID.replace(TRACE, "0" * 32))]])
def test_several_calls_are_of_one_trace_and_have_parents_of_their_own(tmp_path: Path, headers: Pairs) -> None:
    ((*calls,),) = harnessed(tmp_path, [headers], calls=3)
    assert len({asked.trace for asked in calls}) == 1 and len({asked.parent for asked in calls}) == 3
    assert (calls[0].trace == TRACE) == (headers == valid())


def test_whether_the_caller_samples_goes_on(tmp_path: Path) -> None:
    found = harnessed(tmp_path, [[("traceparent", f"{VALID[:-2]}{flags}")] for flags in ("00", "01")])
    assert [asked.flags for (asked,) in found] == ["00", "01"]
