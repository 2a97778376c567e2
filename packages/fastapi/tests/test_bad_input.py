"""What is no request, or one that two readers could read in two ways: refused, and the service goes on."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Mapping
from importlib.util import find_spec
from typing import Annotated, cast

import pytest
from fastapi import Body, WebSocket
from packages.fastapi.tests.doubles import Runtime, attached, started
from starlette.requests import Request as NativeRequest

from cordio_core import Duration, Request, Response
from cordio_fastapi import HttpEntrypoint, HttpSettings, get, post

SETTINGS = HttpSettings(port=0, header_time=Duration("400ms"), body_pause=Duration("200ms"))
PATIENT = SETTINGS.model_copy(update={"body_pause": 1.0})  # longer than a busy machine keeps a client waiting


@pytest.fixture(params=["httptools", "h11"], autouse=True)
def parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Let uvicorn parse by one or the other."""
    if request.param == "h11":
        from uvicorn.protocols.http.h11_impl import H11Protocol

        monkeypatch.setattr("uvicorn.protocols.http.auto.AutoHTTPProtocol", H11Protocol)
    elif find_spec("httptools") is None:
        pytest.skip("httptools is not installed")
    return cast(str, request.param)


class Served:
    """A service that notes which requests reach a handler."""

    def __init__(self) -> None:
        self.seen: list[object] = []

    async def read(self) -> int:
        self.seen.append("read")
        return 1

    async def smuggled(self) -> int:
        self.seen.append("smuggled")
        return 2

    async def place(self, body: Annotated[object, Body()]) -> object:
        self.seen.append(body)
        return body

    def entrypoint(self) -> HttpEntrypoint:
        return attached((get("/"), self.read), (get("/smuggled"), self.smuggled), (post("/"), self.place))


async def said(address: str, data: bytes) -> bytes:
    """Send data, and return all that comes back until the other side closes."""
    host, port = address.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    with contextlib.suppress(ConnectionError):
        writer.write(data)
        await writer.drain()
    answer = b""
    with contextlib.suppress(ConnectionError):
        while found := await reader.read(65_536):
            answer += found
    writer.close()
    return answer


async def answered_each(cases: Mapping[str, bytes]) -> AsyncIterator[tuple[str, bytes, list[object]]]:
    """Send each case to one service; give the answer, and what reached a handler. Good requests go between."""
    served, runtime = Served(), Runtime(SETTINGS)
    async with started(served.entrypoint(), runtime) as (client, _):
        for name, data in cases.items():
            served.seen.clear()
            async with asyncio.timeout(20):
                answer = await said(str(client.base_url).rstrip("/"), data)
            yield name, answer, list(served.seen)
            assert (await client.get("/")).json() == 1
        assert runtime.failures == []


def answered(data: bytes = b"") -> tuple[bytes, list[object]]:
    """Send data to a service; return the answer, and what reached a handler."""

    async def main() -> list[tuple[bytes, list[object]]]:
        return [(answer, seen) async for _, answer, seen in answered_each({"": data})]

    return asyncio.run(main())[0]


def problem(answer: bytes) -> dict[str, object]:
    """Return the one problem document that an answer is."""
    assert answer.count(b"HTTP/1.1 ") == 1, answer
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"content-type: application/problem+json" in head.lower() and b"connection: close" in head.lower()
    content = cast("dict[str, object]", json.loads(body))
    assert int(head.split()[1]) == content["status"]
    return content


BEHIND = b"GET /smuggled HTTP/1.1\r\nhost: a\r\n\r\n"
GET = b"GET / HTTP/1.1\r\nhost: a\r\n"
POST = b"POST / HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n"
CHUNKED = b"transfer-encoding: chunked\r\n\r\n"
ONE = b"1\r\n7\r\n0\r\n\r\n"

REFUSED = {
    "length-and-encoding": POST + b"content-length: 5\r\n" + CHUNKED + ONE + BEHIND,
    "encoding-and-length": POST + b"transfer-encoding: chunked\r\ncontent-length: 4\r\n\r\n0\r\n\r\n" + BEHIND,
    "no-length-and-encoding": POST + b"content-length: 0\r\n" + CHUNKED + ONE,
    "two-lengths": POST + b"content-length: 1\r\ncontent-length: 40\r\n\r\n7" + BEHIND,
    "list-of-lengths": POST + b"content-length: 1, 40\r\n\r\n7" + BEHIND,
    "length-with-plus": POST + b"content-length: +1\r\n\r\n7",
    "length-below-zero": POST + b"content-length: -1\r\n\r\n7",
    "length-in-hex": POST + b"content-length: 0x1\r\n\r\n7",
    "length-empty": POST + b"content-length: \r\n\r\n7",
    "length-in-two": POST + b"content-length: 1 1\r\n\r\n7",
    "length-without-end": POST + b"content-length: " + b"9" * 30 + b"\r\n\r\n7",
    "length-underscored": POST + b"content-length: 1_0\r\n\r\n0123456789",
    "length-in-other-digits": POST + "content-length: \u0661\r\n\r\n7".encode(),
    "encoding-identity": POST + b"transfer-encoding: identity\r\ncontent-length: 1\r\n\r\n7",
    "encoding-unknown": POST + b"transfer-encoding: xchunked\r\n\r\n" + ONE,
    "encoding-not-last": POST + b"transfer-encoding: chunked, identity\r\n\r\n" + ONE,
    "encoding-of-two": POST + b"transfer-encoding: gzip, chunked\r\n\r\n" + ONE,
    "encoding-twice": POST + b"transfer-encoding: chunked\r\n" + CHUNKED + ONE,
    "encoding-before-a-space": POST + b"transfer-encoding : chunked\r\n\r\n" + ONE + BEHIND,
    "encoding-behind-a-tab": POST + b"transfer-encoding:\x0bchunked\r\n\r\n" + ONE + BEHIND,
    "encoding-in-1.0": POST.replace(b"1.1", b"1.0", 1) + CHUNKED + ONE,
    "space-before-a-colon": GET + b"x-a : b\r\n\r\n",
    "no-colon": GET + b"x-a\r\n\r\n",
    "no-name": GET + b": b\r\n\r\n",
    "line-begins-with-a-space": b"GET / HTTP/1.1\r\n x-a: b\r\nhost: a\r\n\r\n",
    "bare-cr": GET + b"x-a: b\rx-c: d\r\n\r\n",
    "nul-in-a-value": GET + b"x-a: b\x00c\r\n\r\n",
    "control-in-a-name": GET + b"x\x01a: b\r\n\r\n",
    "chunk-in-prefixed-hex": POST + CHUNKED + b"0x1\r\n7\r\n0\r\n\r\n",
    "chunk-below-zero": POST + CHUNKED + b"-1\r\n7\r\n0\r\n\r\n",
    "chunk-with-plus": POST + CHUNKED + b"+1\r\n7\r\n0\r\n\r\n",
    "chunk-without-size": POST + CHUNKED + b"\r\n7\r\n0\r\n\r\n",
    "chunk-of-letters": POST + CHUNKED + b"zz\r\n7\r\n0\r\n\r\n",
    "chunk-longer-than-said": POST + CHUNKED + b"1\r\n7777\r\n0\r\n\r\n" + BEHIND,
    "chunk-extension-cut": POST + CHUNKED + b"1;a\n7\r\n0\r\n\r\n",
    "no-host": b"GET / HTTP/1.1\r\n\r\n",
    "two-hosts": b"GET / HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n",
    "two-hosts-in-one": b"GET / HTTP/1.1\r\nhost: a, b\r\n\r\n",
    "no-name-of-a-host": b"GET / HTTP/1.1\r\nhost: a b/\r\n\r\n",
    "version-in-small-letters": b"GET / http/1.1\r\nhost: a\r\n\r\n",
    "tabs-in-the-line": b"GET\t/\tHTTP/1.1\r\nhost: a\r\n\r\n",
    "bytes-in-the-path": b"GET /\xff\xfe HTTP/1.1\r\nhost: a\r\n\r\n",
    "nul-in-the-path": b"GET /\x00 HTTP/1.1\r\nhost: a\r\n\r\n",
    "no-method": b"G@T / HTTP/1.1\r\nhost: a\r\n\r\n",
    "every-byte": bytes(range(256)) * 4,
    "a-hello-of-tls": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 100,
}


def test_what_is_no_clear_request_is_refused_once_and_nothing_behind_it_is_served() -> None:
    async def main() -> dict[str, object]:
        return {
            name: (answer, seen)
            async for name, answer, seen in answered_each(REFUSED)
            if seen or problem(answer)["status"] not in (400, 431, 501)
        }

    assert asyncio.run(main()) == {}


TOLERATED = {
    "line-breaks-alone": b"GET / HTTP/1.1\nhost: a\nconnection: close\n\n",
    "a-line-break-alone": GET + b"x-a: b\nconnection: close\r\n\r\n",
    "folded-line": GET + b"x-a: b\r\n c\r\nconnection: close\r\n\r\n",
    "folded-encoding": POST + b"connection: close\r\ntransfer-encoding:\r\n chunked\r\n\r\n" + ONE + BEHIND,
    "same-length-twice": POST
    + b"connection: close\r\ncontent-length: 1\r\ncontent-length: 1\r\n\r\n7"
    + BEHIND,
    "chunk-line-breaks-alone": POST + b"connection: close\r\n" + CHUNKED + b"1\n7\n0\n\n" + BEHIND,
    "chunk-without-end": POST + b"connection: close\r\n" + CHUNKED + b"F" * 17 + b"\r\n7\r\n0\r\n\r\n",
    "chunk-behind-a-space": POST + b"connection: close\r\n" + CHUNKED + b"1 \r\n7\r\n0\r\n\r\n" + BEHIND,
    "chunk-with-trailer": POST
    + b"connection: close\r\n"
    + CHUNKED
    + b"1\r\n7\r\n0\r\nhost: b\r\n\r\n"
    + BEHIND,
    "spaces-in-the-line": b"GET  / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n",
    "no-version": b"GET /\r\n\r\n" + BEHIND,
    "body-of-a-get": GET + b"connection: close\r\ncontent-length: %d\r\n\r\n" % len(BEHIND) + BEHIND,
    "preface-of-http-2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "tunnel": b"CONNECT a:80 HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n" + BEHIND,
}


def test_what_a_parser_may_tolerate_is_one_request_or_none_and_never_two() -> None:
    def statuses(answer: bytes) -> set[int]:
        return {int(part[:3]) for part in answer.split(b"HTTP/1.1 ")[1:]}

    async def main() -> dict[str, object]:
        return {
            name: (answer, seen)
            async for name, answer, seen in answered_each(TOLERATED)
            if seen not in ([], ["read"], [7]) or not statuses(answer) <= {200, 400, 404, 405, 408}
        }

    assert asyncio.run(main()) == {}


def test_a_second_request_that_is_none_cuts_the_connection_and_is_no_answer_to_the_first() -> None:
    answer, _ = answered(POST + b"content-length: 1\r\n\r\n7" + b"nonsense\r\n\r\n")
    assert answer.count(b"HTTP/1.1 400 ") <= 1 and not answer.startswith(b"HTTP/1.1 400 ")


def test_a_head_that_comes_too_slowly_is_a_408_and_a_connection_that_brings_nothing_is_closed() -> None:
    answer, seen = answered(GET)
    assert (problem(answer)["code"], seen) == ("request_timeout", [])
    assert answered() == (b"", [])


def test_a_body_that_pauses_is_a_408_and_its_handler_never_runs() -> None:
    for begun in (b"content-length: 10\r\n\r\n7", CHUNKED + b"5\r\n7"):
        answer, seen = answered(POST + begun)
        assert (problem(answer)["code"], seen) == ("request_timeout", [])


def test_a_body_that_comes_slowly_but_comes_is_taken() -> None:
    async def main() -> None:
        served = Served()
        async with started(served.entrypoint(), Runtime(PATIENT)) as (client, _), asyncio.timeout(20):
            host, port = client.base_url.host, client.base_url.port
            reader, writer = await asyncio.open_connection(host, port)
            writer.write(POST + b"connection: close\r\ncontent-length: 9\r\n\r\n")
            for letter in b'"slowly!"':
                await asyncio.sleep(0.15)  # nine of these are more than one pause
                writer.write(bytes([letter]))
            assert (await reader.read()).endswith(b'"slowly!"')
            writer.close()

    asyncio.run(main())


def test_a_handler_that_takes_its_time_to_read_is_no_pause_of_the_client() -> None:
    async def main() -> None:
        read = asyncio.Event()

        async def handler(request: Request) -> int:
            asyncio.get_running_loop().call_later(2 * PATIENT.body_pause, read.set)
            await read.wait()
            return len(await cast(NativeRequest, request.native).body())

        async with started(attached((post("/"), handler)), Runtime(PATIENT)) as (client, _):
            assert (await client.post("/", content=b"x" * 1_000_000)).json() == 1_000_000

    asyncio.run(main())


def test_an_answer_that_begins_before_its_request_has_ended_is_not_cut() -> None:
    async def main() -> None:
        ended = asyncio.Event()

        async def pieces() -> AsyncIterator[bytes]:
            yield b"begun,"
            asyncio.get_running_loop().call_later(3 * SETTINGS.body_pause, ended.set)
            await ended.wait()
            yield b"ended"

        async def handler(request: Request) -> Response:
            return Response(stream=pieces())

        async with started(attached((post("/"), handler)), Runtime(SETTINGS)) as (client, _):
            async with asyncio.timeout(20):
                host, port = client.base_url.host, client.base_url.port
                reader, writer = await asyncio.open_connection(host, port)
                writer.write(b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n\r\nx")
                await reader.readuntil(b"begun,")
                await reader.readuntil(b"ended")
                writer.close()

    asyncio.run(main())


def test_a_client_that_leaves_within_its_body_is_no_failure() -> None:
    async def main() -> None:
        served, runtime = Served(), Runtime(SETTINGS)
        async with started(served.entrypoint(), runtime) as (client, _), asyncio.timeout(20):
            host, port = client.base_url.host, client.base_url.port
            for _ in range(3):
                _, writer = await asyncio.open_connection(host, port)
                writer.write(POST + b"content-length: 10\r\n\r\n7")
                await writer.drain()
                writer.transport.abort()
            assert (await client.get("/")).json() == 1
            while len(runtime.spans) < 4 or any(span.open for span in runtime.spans):
                await asyncio.sleep(0.01)
            assert (served.seen, runtime.records) == (["read"], [])

    asyncio.run(main())


def test_a_client_that_leaves_within_an_answer_ends_it_and_is_no_failure() -> None:
    async def main() -> None:
        closed = asyncio.Event()

        async def pieces() -> AsyncIterator[bytes]:
            try:
                while True:
                    yield b"x" * 65_536
            finally:
                closed.set()

        async def handler() -> Response:
            return Response(stream=pieces())

        runtime = Runtime(SETTINGS)
        async with started(attached((get("/"), handler)), runtime) as (client, _), asyncio.timeout(20):
            async with client.stream("GET", "/") as response:
                async for _ in response.aiter_bytes():
                    break
            await closed.wait()
            await runtime.spans[0].ended.wait()
            assert runtime.records == []

    asyncio.run(main())


def test_a_websocket_is_none_of_these_clocks_business() -> None:
    pytest.importorskip("websockets", reason="the extra websocket is not installed")

    async def main() -> None:
        made = Served().entrypoint()

        @made.fastapi.websocket("/socket")
        async def socket(socket: WebSocket) -> None:
            await socket.accept()
            await socket.receive()

        async with started(made, Runtime(SETTINGS)) as (client, _), asyncio.timeout(20):
            reader, writer = await asyncio.open_connection(client.base_url.host, client.base_url.port)
            upgrade = b"connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n"
            key = b"sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
            writer.write(b"GET /socket HTTP/1.1\r\nhost: a\r\n" + upgrade + key)
            assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101 ")
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(reader.read(), 3 * SETTINGS.header_time)
            writer.close()

    asyncio.run(main())
