"""Zipkin: spans as its API has them, sent in batches, and nothing that a dead server can hold up."""

import asyncio
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import validate
from packages.monitor.tests.doubles import Collected, monitored
from packages.monitor.tests.receivers import Http, http, silent
from packages.monitor.tests.zipkin_schema import SPANS

from cordio_monitor import Monitor, SettingError, log, span
from cordio_monitor.sinks import Record, Zipkin
from cordio_monitor.sinks._zipkin import as_spans

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
HEADERS = {"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}
MODEL = Path("/usr/share/gocode/src/github.com/openzipkin/zipkin-go/model")
TEXTS = st.text(max_size=20)


def spans_of(url: str, monitor: Monitor | None = None) -> Monitor:
    async def main() -> Monitor:
        running = monitor or monitored(Zipkin(url))
        async with running:
            with running.incoming("POST /orders", headers=HEADERS) as event:
                with span("reserve"):
                    pass
                with pytest.raises(ValueError), span("pay"):
                    raise ValueError("token=hunter2")
                event.answered(201)
        return running

    return asyncio.run(main())


def test_spans_reach_a_server_in_one_request_as_the_api_has_them() -> None:
    with http() as server:
        monitor = spans_of(server.url)
    ((path, headers, body),) = server.requests
    assert path == "/api/v2/spans" and headers["content-type"] == "application/json"
    assert "content-encoding" not in headers
    spans = json.loads(body)
    validate(spans, SPANS)
    reserve, pay, incoming = spans
    assert {one["traceId"] for one in spans} == {TRACE}
    assert incoming["kind"] == "SERVER" and incoming["parentId"] == "00f067aa0ba902b7"
    assert reserve["parentId"] == pay["parentId"] == incoming["id"]
    assert pay["tags"]["error"] == "ValueError: token=***"
    assert incoming["tags"]["status"] == "201" and incoming["tags"]["function"].endswith("main")
    assert incoming["timestamp"] <= reserve["timestamp"] <= pay["timestamp"]
    assert incoming["duration"] >= reserve["duration"]
    assert monitor.state().sinks["Zipkin"].written == 3


def test_a_trace_that_the_caller_does_not_sample_is_not_sent() -> None:
    with http() as server:

        async def main() -> None:
            async with monitored(Zipkin(server.url)) as monitor:
                with monitor.incoming("GET /", headers={"traceparent": HEADERS["traceparent"][:-1] + "0"}):
                    log.info("seen")

        asyncio.run(main())
    assert server.requests == []


def test_a_stage_is_a_span_of_its_own_that_groups_the_others() -> None:
    with http() as server:

        async def main() -> None:
            async with monitored(Zipkin(server.url)) as monitor:
                with monitor.incoming("POST /orders"), span("reserve", stage="stock"):
                    pass

        asyncio.run(main())
    spans = {one["name"]: one for one in json.loads(server.requests[0][2])}
    validate(list(spans.values()), SPANS)
    assert spans["reserve"]["parentId"] == spans["stock"]["id"]
    assert spans["stock"]["parentId"] == spans["post /orders"]["id"]


def test_a_server_that_is_not_ready_gets_the_spans_later_and_once() -> None:
    with http() as server:
        server.answers += [(503, {}), (429, {"Retry-After": "0"})]
        monitor = spans_of(server.url)
    account = monitor.state().sinks["Zipkin"]
    assert len(server.requests) == 1 and account.written == 3
    assert account.last_error.endswith("answered 429")


def test_what_a_server_rejects_is_counted_as_failed() -> None:
    with http() as server:
        server.answers += [(400, {})] * 9
        account = spans_of(server.url).state().sinks["Zipkin"]
    assert (account.failed, account.causes) == (3, {"failed: Rejected": 3})
    assert "answered 400: check its address" in account.last_error


def test_very_many_spans_come_in_few_requests_all_sampled_and_uncompressed() -> None:
    async def main(url: str) -> None:
        async with monitored(Zipkin(url)) as monitor:
            with monitor.incoming("POST /orders"):
                for number in range(2_000):
                    with span(f"span {number}"):
                        pass

    with http() as server:
        asyncio.run(main(server.url))
    spans = [one["name"] for _, _, body in server.requests for one in json.loads(body)]
    assert spans == [*(f"span {number}" for number in range(2_000)), "post /orders"]
    assert len(server.requests) <= 2_001 // 500 + 2
    assert all("content-encoding" not in headers for _, headers, _ in server.requests)


@pytest.mark.parametrize("path", ["", "/", "/api/v2/spans", "/zipkin/api/v2/spans"])
def test_a_collector_such_as_that_of_jaeger_is_named_by_its_whole_address(path: str) -> None:
    with http() as server:
        spans_of(server.url + path)
    assert [path for path, *_ in server.requests] == [path if len(path) > 1 else "/api/v2/spans"]


@pytest.mark.parametrize(
    "setting", [{"url": "zipkin:9411"}, {"url": ""}, {"url": "http://zipkin:9411", "timeout": 0}]
)
def test_an_address_or_a_time_that_means_nothing_is_refused(setting: dict[str, Any]) -> None:
    with pytest.raises(SettingError, match="zipkin"):
        Zipkin(**setting)


def test_an_address_that_changes_is_looked_up_again(monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    found, places = socket.getaddrinfo, ["127.0.0.1"]

    def look_up(host: str, *args: Any, **kwargs: Any) -> Any:
        return found(places[0] if host == "zipkin.local" else host, *args, **kwargs)

    with http() as old:
        try:
            moved = Http("127.0.0.2", old.server.server_port)
        except OSError:
            pytest.skip("there is one address on loopback alone")
        with http(moved) as new:
            monkeypatch.setattr(socket, "getaddrinfo", look_up)
            sink = Zipkin(f"http://zipkin.local:{old.server.server_port}")

            async def main() -> None:
                async with monitored(sink) as monitor:
                    with monitor.incoming("first"):
                        pass
                    old.wait_for(1)
                    places[0] = "127.0.0.2"
                    with monitor.incoming("second"):
                        pass
                    new.wait_for(1)

            asyncio.run(main())
    assert [len(old.requests), len(new.requests)] == [1, 1]


def test_a_server_that_closes_in_the_middle_gets_the_spans_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pipe that breaks ends a console, and not a connection, which is made anew."""
    from http.client import HTTPConnection

    request, tries = HTTPConnection.request, [1, 2]

    def broken(*args: Any, **kwargs: Any) -> None:
        if tries:
            raise BrokenPipeError(tries.pop())
        request(*args, **kwargs)

    monkeypatch.setattr(HTTPConnection, "request", broken)
    with http() as server:
        account = spans_of(server.url).state().sinks["Zipkin"]
    assert account.written == 3 and not tries and len(server.requests) == 1


def test_a_silent_server_holds_up_neither_events_nor_the_other_sinks() -> None:
    sink = Collected()
    with silent() as url:
        monitor = spans_of(url, monitored(Zipkin(url), sink, stop_within=0.3))
    assert sink.messages == ["reserve", "pay", "POST /orders"]
    account = monitor.state().sinks["Zipkin"]
    assert account.written == 0 and account.balances


def test_a_name_that_is_looked_up_for_ever_holds_up_no_event(monkeypatch: pytest.MonkeyPatch) -> None:
    from threading import Event

    asked, answer, sink = Event(), Event(), Collected()

    def hang(*args: object, **kwargs: object) -> Any:
        asked.set()
        answer.wait(20)
        raise OSError("no such host")

    monkeypatch.setattr("socket.getaddrinfo", hang)
    monitor = spans_of("", monitored(Zipkin("http://zipkin:9411"), sink, stop_within=0.7))
    assert asked.is_set() and sink.messages == ["reserve", "pay", "POST /orders"]
    assert monitor.state().sinks["Zipkin"].pending == 3
    answer.set()
    assert monitor._delivery.join(20)


@settings(deadline=None, max_examples=60)
@given(
    st.dictionaries(TEXTS, st.one_of(TEXTS, st.integers(), st.floats(), st.lists(TEXTS, max_size=2))),
    st.text(min_size=1, max_size=20),
    st.integers(min_value=0, max_value=2**62),
)
def test_whatever_a_span_says_it_is_one_of_the_api(fields: dict[str, object], name: str, time: int) -> None:
    record = Record("span", "debug", time, "orders", "", name, fields, TRACE, "00f067aa0ba902b7")
    validate(as_spans([record]), SPANS)
    json.loads(Zipkin("http://zipkin:9411").rehearse([record]))


def test_py_zipkin_writes_the_same_span() -> None:
    pytest.importorskip("py_zipkin")
    from py_zipkin.encoding._encoders import get_encoder
    from py_zipkin.encoding._helpers import Endpoint, Span
    from py_zipkin.encoding._types import Encoding, Kind

    parent, own = "00f067aa0ba902b7", "a" * 16
    theirs = Span(TRACE, "reserve", parent, own, Kind.SERVER, 1.5, 0.25, tags={"status": "201"})
    theirs.local_endpoint = Endpoint(service_name="orders", ipv4=None, ipv6=None, port=None)
    expected = json.loads(get_encoder(Encoding.V2_JSON).encode_span(theirs))
    fields = {"took_ms": 250.0, "status": 201}
    record = Record("event", "info", 1_750_000_000, "orders", "", "reserve", fields, TRACE, own, parent)
    assert as_spans([record]) == [expected]


def test_py_zipkin_can_be_the_transport() -> None:
    pytest.importorskip("py_zipkin")
    from py_zipkin.transport import BaseTransportHandler

    class Kept(BaseTransportHandler):
        def __init__(self) -> None:
            self.sent: list[bytes] = []

        def get_max_payload_bytes(self) -> None: ...

        def send(self, payload: bytes | str) -> None:
            self.sent.append(payload if isinstance(payload, bytes) else payload.encode())

    transport = Kept()
    spans_of("", monitored(Zipkin("http://zipkin:9411", transport=transport)))
    validate(json.loads(transport.sent[0]), SPANS)
    assert len(json.loads(transport.sent[0])) == 3


GO = """package main

import (
    "encoding/json"
    "os"

    "github.com/openzipkin/zipkin-go/model"
)

func main() {
    var spans []model.SpanModel
    if err := json.NewDecoder(os.Stdin).Decode(&spans); err != nil {
        panic(err)
    }
    if err := json.NewEncoder(os.Stdout).Encode(spans); err != nil {
        panic(err)
    }
}
"""


@pytest.mark.skipif(shutil.which("go") is None or not MODEL.is_dir(), reason="the Go model is not installed")
def test_the_official_model_reads_the_same_spans(tmp_path: Path) -> None:
    sent: list[bytes] = []
    spans_of("", monitored(Zipkin("http://zipkin:9411", transport=sent.append)))
    (tmp_path / "main.go").write_text(GO)
    environment = {"GOPATH": "/usr/share/gocode", "GO111MODULE": "off", "GOCACHE": str(tmp_path / "cache")}
    environment |= {"PATH": "/usr/bin:/bin", "GOFLAGS": "-p=1"}
    done = subprocess.run(
        ["go", "run", "main.go"],
        cwd=tmp_path,
        input=sent[0],
        capture_output=True,
        env=environment,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr.decode()
    ours, theirs = json.loads(sent[0]), json.loads(done.stdout)
    for one in ours:
        one["localEndpoint"] = {"serviceName": "orders"}
    assert [{k: v for k, v in one.items() if v} for one in theirs] == ours
