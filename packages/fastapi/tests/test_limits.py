"""What a request may have of headers, time and company."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from importlib.util import find_spec
from typing import Annotated

import pytest
from fastapi import Body, Cookie
from packages.fastapi.tests.calling import Call
from packages.fastapi.tests.doubles import Runtime, attached, started

from cordio_core import Duration, Request, Response, Size
from cordio_fastapi import HttpSettings, get, post

on_httptools = pytest.mark.skipif(
    find_spec("httptools") is None, reason="h11 bounds a head by itself, and no time"
)


def test_headers_past_their_limit_are_a_431_and_the_next_request_is_served() -> None:
    async def handler() -> int:
        return 1

    async def main() -> None:
        entrypoint = attached((get("/"), handler))
        entrypoint.bind(Runtime(HttpSettings(port=0, header_limit=Size("1KiB"))))
        large = Call(headers=[(b"x-a", b"x" * 1024)])
        status, headers, body = await large.of(entrypoint.asgi)
        assert (status, json.loads(body)["code"]) == (431, "request_header_fields_too_large")
        assert (b"content-type", b"application/problem+json") in headers
        assert (await Call(headers=[(b"x-a", b"x" * 900)]).of(entrypoint.asgi))[0] == 200

    asyncio.run(main())


def test_a_request_past_the_most_at_once_is_a_503_that_says_when_to_come_again() -> None:
    async def main() -> None:
        begun, go = asyncio.Event(), asyncio.Event()

        async def handler() -> int:
            begun.set()
            await go.wait()
            return 1

        entrypoint, runtime = attached((get("/"), handler)), Runtime(HttpSettings(port=0, concurrency=1))
        entrypoint.bind(runtime)
        first = asyncio.create_task(Call().of(entrypoint.asgi))
        await begun.wait()
        async with asyncio.timeout(10):
            status, headers, body = await Call().of(entrypoint.asgi)
        assert (status, json.loads(body)["status"], dict(headers)[b"retry-after"]) == (503, 503, b"1")
        go.set()
        assert (await first)[0] == 200
        assert (await Call().of(entrypoint.asgi))[0] == 200
        assert [span.status for span in runtime.spans] == [200, 503, 200]

    asyncio.run(main())


@pytest.mark.parametrize("fast", [True, False])
def test_a_request_whose_answer_does_not_begin_in_time_is_cancelled_and_a_503(fast: bool) -> None:
    cancelled = []

    async def handler() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.append(True)

    async def with_cookie(session: Annotated[str, Cookie()] = "") -> None:
        await handler()

    async def main() -> None:
        entrypoint = attached((get("/"), handler if fast else with_cookie))
        entrypoint.bind(runtime := Runtime(HttpSettings(port=0, time_limit=Duration("10ms"))))
        status, _, body = await Call().of(entrypoint.asgi)
        assert (status, json.loads(body)["detail"], cancelled) == (503, "no answer within 0.01 s", [True])
        tally = runtime.counts["http"]
        assert (tally.accepted, tally.finished, tally.cancelled) == (1, 1, 0)

    asyncio.run(main())


def test_an_answer_that_has_begun_in_time_may_take_longer_and_the_deadline_is_known() -> None:
    async def main() -> None:
        limit, late = Duration("50ms"), asyncio.Event()
        left = []

        async def pieces() -> AsyncIterator[bytes]:
            yield b"a"
            asyncio.get_running_loop().call_later(3 * limit, late.set)
            await late.wait()
            yield b"b"

        async def handler(request: Request) -> Response:
            left.append(request.left)
            return Response(stream=pieces())

        entrypoint = attached((get("/"), handler))
        entrypoint.bind(Runtime(HttpSettings(port=0, time_limit=limit)))
        assert (await Call().of(entrypoint.asgi))[::2] == (200, b"ab")
        assert left[0] is not None and 0 < left[0] <= limit

    asyncio.run(main())


def test_a_timeout_of_the_handlers_own_is_an_error_like_others() -> None:
    async def handler() -> None:
        raise TimeoutError

    async def main() -> None:
        entrypoint = attached((get("/"), handler))
        entrypoint.bind(Runtime(HttpSettings(port=0, time_limit=Duration("1h"))))
        assert (await Call().of(entrypoint.asgi))[::2] == (500, b'{"code":"internal"}')

    asyncio.run(main())


async def answered(settings: HttpSettings, *pieces: bytes) -> tuple[bytes, int]:
    """Send pieces to a server, until it answers or closes; return its answer, and how much it took."""

    async def handler() -> int:
        return 1

    entrypoint = attached((get("/"), handler), (post("/"), taken))
    async with started(entrypoint, Runtime(settings)), asyncio.timeout(20):
        host, port = entrypoint.addresses[0].removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        answer, sent = asyncio.create_task(reader.read()), 0
        with contextlib.suppress(ConnectionError):
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
                sent += len(piece)
                if answer.done():
                    break
        try:
            return await answer, sent
        except ConnectionError:
            return b"", sent
        finally:
            writer.close()


async def taken(text: Annotated[str, Body()]) -> int:
    return len(text)


HEAD = b"GET / HTTP/1.1\r\nhost: orders\r\n"
POST = b"POST / HTTP/1.1\r\nhost: orders\r\ncontent-type: application/json\r\n"


@pytest.mark.parametrize(
    ("begin", "piece"),
    [(HEAD, b"x-a: " + b"y" * 1000 + b"\r\n"), (HEAD + b"x-a: ", b"y" * 4096), (b"GET /", b"x" * 4096)],
)
def test_a_head_that_never_ends_is_not_kept(begin: bytes, piece: bytes) -> None:
    settings = HttpSettings(port=0, header_limit=Size("1KiB"))
    answer, sent = asyncio.run(answered(settings, begin, *[piece] * 100_000))
    assert answer == b"" or answer.startswith(b"HTTP/1.1 431 ")
    assert sent < 50_000_000


@on_httptools
def test_a_head_that_is_too_large_is_told_so_before_its_end() -> None:
    settings = HttpSettings(port=0, header_limit=Size(0))
    answer, _ = asyncio.run(answered(settings, HEAD + b"x-a: " + b"y" * 20_000))
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 431 ") and b"connection: close" in head
    assert json.loads(body)["code"] == "request_header_fields_too_large"


@on_httptools
def test_a_head_that_comes_too_slowly_is_a_408_and_a_connection_that_brings_nothing_is_closed() -> None:
    settings = HttpSettings(port=0, header_time=Duration("100ms"))
    slow, _ = asyncio.run(answered(settings, HEAD))
    assert slow.startswith(b"HTTP/1.1 408 ") and slow.endswith(b'"code":"request_timeout"}')
    assert asyncio.run(answered(settings)) == (b"", 0)


def test_who_sends_heads_in_time_is_served_however_many_come_on_one_connection() -> None:
    settings = HttpSettings(port=0, header_limit=Size(200), header_time=Duration("10s"))
    last = HEAD + b"connection: close\r\n\r\n"
    piece = POST + b"content-length: 100002\r\n\r\n" + b'"' + b"z" * 100_000 + b'"'
    requests = piece + (HEAD + b"\r\n") * 2_000 + piece + last
    pieces = [requests[at : at + 7_001] for at in range(0, len(requests), 7_001)]
    answer, _ = asyncio.run(answered(settings, *pieces))
    assert answer.count(b"HTTP/1.1 200 OK") == 2_003


@on_httptools
def test_each_request_of_a_connection_has_the_whole_limit_and_the_whole_time_for_its_head() -> None:
    async def handler() -> int:
        return 1

    async def main() -> None:
        entrypoint = attached((get("/"), handler))
        settings = HttpSettings(port=0, header_limit=Size("8KiB"), header_time=Duration("500ms"))
        async with started(entrypoint, Runtime(settings)), asyncio.timeout(20):
            host, port = entrypoint.addresses[0].removeprefix("http://").split(":")
            reader, writer = await asyncio.open_connection(host, int(port))
            for _ in range(30):
                writer.write(HEAD + b"x-a: " + b"y" * 5_000)
                for _ in range(5):  # so that the loop sees the two halves one after the other
                    await asyncio.sleep(0)
                writer.write(b"\r\n\r\n")
                assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200 ")
                await reader.readexactly(1)
            writer.write(HEAD)
            assert (await reader.read()).startswith(b"HTTP/1.1 408 ")
            writer.close()

    asyncio.run(main())


@pytest.mark.parametrize(
    "pieces",
    [
        (POST + b"content-length: 1025\r\n\r\n", b"z" * 1025),
        (
            POST + b"transfer-encoding: chunked\r\n\r\n",
            b"400\r\n" + b"z" * 1024 + b"\r\n",
            b"1\r\nz\r\n0\r\n\r\n",
        ),
    ],
)
def test_a_body_past_its_limit_is_a_413_whatever_it_says_of_itself(pieces: tuple[bytes, ...]) -> None:
    answer, _ = asyncio.run(answered(HttpSettings(port=0, body_limit=Size("1KiB")), *pieces))
    assert answer.startswith(b"HTTP/1.1 413 ") and b'"code":"content_too_large"' in answer


def test_a_body_that_comes_too_slowly_runs_into_the_limit_of_time() -> None:
    settings = HttpSettings(port=0, time_limit=Duration("100ms"))
    pieces = (POST + b"connection: close\r\ncontent-length: 10\r\n\r\n", b"z")
    answer, _ = asyncio.run(answered(settings, *pieces))
    assert answer.startswith(b"HTTP/1.1 503 ") and b"no answer within 0.1 s" in answer
