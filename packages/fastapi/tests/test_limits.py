"""What a request may have of headers, time and company."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Annotated

import pytest
from fastapi import Cookie
from packages.fastapi.tests.calling import Call
from packages.fastapi.tests.doubles import Runtime, attached

from cordio_core import Duration, Request, Response, Size
from cordio_fastapi import HttpSettings, get


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
