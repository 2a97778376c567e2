"""A span for each request: its name, and how long it is open."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import BackgroundTasks
from fastapi.responses import StreamingResponse
from hypothesis import given, settings
from hypothesis import strategies as st
from packages.fastapi.tests.doubles import Runtime, attached, bound, started
from starlette.requests import ClientDisconnect
from starlette.types import Message

from cordio_core import EntrypointError
from cordio_fastapi import HttpEntrypoint, get, post


class Stream:
    """A handler that answers in two chunks, the second one when it is told to."""

    def __init__(self, error: Exception | None = None) -> None:
        self.go, self.left, self.error = asyncio.Event(), asyncio.Event(), error

    async def chunks(self) -> AsyncIterator[bytes]:
        try:
            yield b"first"
            await self.go.wait()
            if self.error is not None:
                raise self.error
            yield b"last"
        finally:
            self.left.set()

    async def handler(self) -> StreamingResponse:
        return StreamingResponse(self.chunks())


async def nothing() -> None: ...


async def called(entrypoint: HttpEntrypoint, method: str, path: str, spec: str = "2.3") -> list[Message]:
    """Call the ASGI application as a server does."""
    sent: list[Message] = []
    requests: list[Message] = [{"type": "http.request"}]

    async def receive() -> Message:
        if not requests:
            await asyncio.Event().wait()
        return requests.pop()

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "method": method, "path": path, "query_string": b"", "headers": [(b"x-a", b"1")]}
    await entrypoint.asgi({**scope, "asgi": {"spec_version": spec}}, receive, send)
    return sent


def test_a_span_is_open_until_the_last_chunk_has_been_sent() -> None:
    async def main() -> None:
        stream = Stream()
        async with started(attached((get("/"), stream.handler))) as (client, runtime):
            async with client.stream("GET", "/", headers={"traceparent": "00-1-2-3"}) as response:
                chunks = response.aiter_bytes()
                assert await anext(chunks) == b"first"
                (span,) = runtime.spans
                assert span.open and (span.name, span.status) == ("GET /", 200)
                assert span.headers["traceparent"] == "00-1-2-3"
                stream.go.set()
                assert await anext(chunks) == b"last"
            async with asyncio.timeout(10):
                await span.ended.wait()

    asyncio.run(main())


def test_a_span_is_open_at_every_message_and_closed_after_the_call() -> None:
    async def handler(later: BackgroundTasks) -> int:
        later.add_task(nothing)
        return 1

    async def main() -> None:
        entrypoint, runtime = attached((get("/"), handler)), Runtime()
        entrypoint.bind(runtime)
        open_at: list[bool] = []

        async def receive() -> Message:
            open_at.append(runtime.spans[0].open)
            return {"type": "http.request"}

        async def send(message: Message) -> None:
            open_at.append(runtime.spans[0].open)

        scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": []}
        await entrypoint.asgi(scope, receive, send)
        assert open_at == [True, True] and not runtime.spans[0].open

    asyncio.run(main())


@settings(deadline=None, max_examples=50)
@given(st.text("abc/?{}", max_size=8), st.text("AZ", min_size=1, max_size=8))
def test_requests_that_nothing_answers_share_their_names(path: str, method: str) -> None:
    async def main() -> None:
        entrypoint, runtime = attached((post("/only/post"), nothing)), Runtime()
        entrypoint.bind(runtime)
        for verb in ("GET", method):
            assert (await called(entrypoint, verb, "/x" + path))[0]["status"] in (404, 307)
        assert [span.name for span in runtime.spans] == ["GET unmatched", "HTTP unmatched"]

    asyncio.run(main())


def test_what_is_refused_has_the_name_of_its_event_or_route() -> None:
    async def handler(order_id: int) -> None: ...

    async def main() -> None:
        entrypoint = attached((get("/{order_id}/x"), handler))
        async with bound(entrypoint) as (client, runtime):
            await client.get("/seven/x")
            await client.put("/7/x")
            await client.get("/docs")
            names = ["GET /{order_id}/x", "PUT /{order_id}/x", "GET /docs"]
            assert [span.name for span in runtime.spans] == names
            assert [span.status for span in runtime.spans] == [422, 405, 200]

    asyncio.run(main())


def test_a_client_that_leaves_in_the_middle_ends_the_answer_and_its_span() -> None:
    async def main() -> None:
        stream = Stream()
        async with started(attached((get("/"), stream.handler), (get("/ok"), nothing))) as (client, runtime):
            reader, writer = await asyncio.open_connection(client.base_url.host, client.base_url.port)
            writer.write(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n")
            async with asyncio.timeout(10):
                await reader.readuntil(b"first")
                writer.transport.abort()
                await stream.left.wait()
                await runtime.spans[0].ended.wait()
            assert (await client.get("/ok")).status_code == 200
            assert runtime.records == []

    asyncio.run(main())


def test_a_client_that_leaves_in_the_middle_of_its_body_ends_the_request() -> None:
    async def handler(body: dict[str, int]) -> None: ...

    async def main() -> None:
        async with started(attached((post("/"), handler), (get("/ok"), nothing))) as (client, runtime):
            reader, writer = await asyncio.open_connection(client.base_url.host, client.base_url.port)
            head = b"POST / HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 9\r\n"
            writer.write(head + b"expect: 100-continue\r\n\r\n")
            async with asyncio.timeout(10):
                assert await reader.readline() == b"HTTP/1.1 100 Continue\r\n"
                writer.write(b"{")
                writer.transport.abort()
                await runtime.spans[0].ended.wait()
            assert (await client.get("/ok")).status_code == 200
            assert runtime.records == []

    asyncio.run(main())


def test_a_server_that_tells_of_a_client_gone_ends_the_span_without_a_record() -> None:
    async def main() -> None:
        stream, runtime = Stream(ClientDisconnect()), Runtime()
        stream.go.set()
        entrypoint = attached((get("/"), stream.handler))
        entrypoint.bind(runtime)
        await called(entrypoint, "GET", "/", spec="2.4")
        assert not runtime.spans[0].open and runtime.records == []

    asyncio.run(main())


def test_an_answer_that_fails_in_the_middle_is_cut_and_recorded(caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        stream = Stream(LookupError("lost"))
        async with started(attached((get("/"), stream.handler), (get("/ok"), nothing))) as (client, runtime):
            stream.go.set()
            with pytest.raises(httpx.RemoteProtocolError):
                await client.get("/")
            assert (await client.get("/ok")).status_code == 200
            ((level, _, fields),) = runtime.records
            assert level == "error" and "lost" in str(fields["error"])

    with caplog.at_level(logging.CRITICAL, "uvicorn.error"):
        asyncio.run(main())


def test_a_websocket_that_nothing_answers_is_closed_and_told_as_unmatched() -> None:
    async def main() -> None:
        entrypoint, runtime = attached(), Runtime()
        entrypoint.bind(runtime)
        sent: list[Message] = []

        async def receive() -> Message:
            return {"type": "websocket.connect"}

        async def send(message: Message) -> None:
            sent.append(message)

        scope = {"type": "websocket", "path": "/", "query_string": b"", "headers": []}
        await entrypoint.asgi(scope, receive, send)
        assert [message["type"] for message in sent] == ["websocket.close"]
        assert [(span.name, span.status) for span in runtime.spans] == [("WEBSOCKET unmatched", 404)]

    asyncio.run(main())


def test_the_fastapi_application_past_its_entrypoint_says_so() -> None:
    async def main() -> None:
        entrypoint = attached((get("/"), nothing))
        transport = httpx.ASGITransport(entrypoint.fastapi)
        async with httpx.AsyncClient(transport=transport, base_url="http://orders") as client:
            with pytest.raises(EntrypointError, match="call entrypoint.asgi"):
                await client.get("/")
        with pytest.raises(EntrypointError, match="before it was started"):
            await called(entrypoint, "GET", "/")

    asyncio.run(main())


def test_a_request_that_is_cancelled_is_told_so_unless_it_is_answered() -> None:
    async def main() -> None:
        begun = asyncio.Event()

        async def handler() -> None:
            begun.set()
            await asyncio.Event().wait()

        entrypoint, runtime = attached((get("/"), handler)), Runtime()
        entrypoint.bind(runtime)
        task = asyncio.create_task(called(entrypoint, "GET", "/"))
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (runtime.spans[0].status, runtime.spans[0].open) == (503, False)
        stream = Stream()
        entrypoint = attached((get("/"), stream.handler))
        entrypoint.bind(runtime)
        task = asyncio.create_task(called(entrypoint, "GET", "/"))
        while len(runtime.spans) < 2 or runtime.spans[1].status is None:
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (runtime.spans[1].status, runtime.spans[1].open) == (200, False)

    asyncio.run(main())


def test_a_server_is_told_that_an_answer_is_not_whole() -> None:
    async def main() -> None:
        stream, runtime = Stream(LookupError("lost")), Runtime()
        stream.go.set()
        entrypoint = attached((get("/"), stream.handler))
        entrypoint.bind(runtime)
        with pytest.raises((LookupError, ExceptionGroup)):
            await called(entrypoint, "GET", "/")
        assert len(runtime.records) == 1 and not runtime.spans[0].open

    asyncio.run(main())


def test_the_span_knows_the_handler_that_formed_the_answer_and_none_where_no_handler_ran() -> None:
    async def handler(number: int) -> int:
        return number

    async def main() -> None:
        async with bound(attached((get("/{number}"), handler))) as (client, runtime):
            for path in ("/1", "/word", "/no/such"):
                await client.get(path)
            assert [span.at for span in runtime.spans] == [handler.__code__, None, None]

    asyncio.run(main())
