"""What handlers see of a request, and when it is read."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Annotated, Any, cast

import pytest
from fastapi import Cookie, Depends
from packages.fastapi.tests.calling import Call
from packages.fastapi.tests.doubles import Guard, Outcome, Runtime, attached, chained
from pydantic import BaseModel
from starlette.requests import Request as NativeRequest

from cordio_core import Request, Response
from cordio_fastapi import HttpEntrypoint, get, post

JSON = [(b"content-type", b"application/json")]


class Order(BaseModel):
    id: int


async def place(order: Order) -> Order:
    return order


async def place_with_cookie(order: Order, session: Annotated[str, Cookie()] = "none") -> Order:
    return order


BOTH = pytest.mark.parametrize("handler", [place, place_with_cookie], ids=["fast", "through FastAPI"])


async def refuse(request: Request) -> Response | None:
    return None if "x-token" in request.headers else Response({"code": "unauthorized"}, status=401)


async def called(entrypoint: HttpEntrypoint, call: Call, runtime: Runtime | None = None) -> tuple[int, bytes]:
    entrypoint.bind(runtime or Runtime())
    status, _, body = await call.of(entrypoint.asgi)
    return status, body


@BOTH
def test_who_may_not_ask_is_told_so_before_the_body_is_read(handler: Callable[..., object]) -> None:
    async def main() -> None:
        entrypoint = chained(post("/"), handler, before=[refuse])
        assert entrypoint.ways[0].fast is (handler is place)
        wrong = Call("POST", headers=JSON, pieces=(b"{",))
        assert await called(entrypoint, wrong) == (401, b'{"code":"unauthorized"}')
        assert wrong.taken == 0
        known = Call("POST", headers=[*JSON, (b"x-token", b"t")], pieces=(b"{",))
        status, body = await called(entrypoint, known)
        assert (status, json.loads(body)["code"]) == (422, "invalid")
        good = Call("POST", headers=[*JSON, (b"x-token", b"t")], pieces=(b'{"id"', b": 7}"))
        assert await called(entrypoint, good) == (200, b'{"id":7}')

    asyncio.run(main())


@BOTH
def test_data_that_are_not_valid_are_no_exception_of_the_handler(handler: Callable[..., object]) -> None:
    """They pass the rules of the handler layer by, and unwind what runs around."""
    unwound = []

    async def watch() -> AsyncIterator[None]:
        try:
            yield
        finally:
            unwound.append(True)

    async def main() -> None:
        entrypoint, runtime = chained(post("/"), handler, around=[watch]), Runtime()
        status, _ = await called(entrypoint, Call("POST", headers=JSON, pieces=(b"[]",)), runtime)
        assert (status, unwound, runtime.records) == (422, [True], [])
        assert runtime.spans[0].at is None

    asyncio.run(main())


class Twice(Guard):
    """Calls a handler again after its first failure."""

    async def run(self, handler: Callable[..., Awaitable[object]], /, *args: object) -> Outcome:
        try:
            return Outcome(await handler(*args))
        except LookupError:
            return Outcome(await handler(*args))


@BOTH
def test_a_repeated_handler_has_the_data_that_were_read_once(handler: Callable[..., object]) -> None:
    calls = []

    async def failing(order: Order) -> Order:
        calls.append(order)
        if len(calls) == 1:
            raise LookupError
        return order

    async def failing_with_cookie(order: Order, session: Annotated[str, Cookie()] = "none") -> Order:
        return await failing(order)

    async def main() -> None:
        wanted = failing if handler is place else failing_with_cookie
        entrypoint = chained(post("/"), wanted, before=[lambda_free], guard=Twice())
        call = Call("POST", headers=JSON, pieces=(b'{"id": 7}',))
        assert await called(entrypoint, call) == (200, b'{"id":7}')
        assert len(calls) == 2 and calls[0] is calls[1]

    asyncio.run(main())


async def lambda_free() -> None:
    """Let the data be read late."""


def depended() -> None:
    raise LookupError("hunter2")


def test_a_dependency_that_fails_behind_the_first_handlers_is_a_bare_500_and_a_record() -> None:
    async def handler(found: Annotated[None, Depends(depended)]) -> None: ...

    async def main() -> None:
        runtime = Runtime()
        entrypoint = chained(get("/"), handler, before=[lambda_free])
        entrypoint.bind(runtime)
        assert (await Call().of(entrypoint.asgi))[0] == 500
        assert [message for _, message, _ in runtime.records] == ["an answer failed"]

    asyncio.run(main())


def test_nothing_of_a_request_is_made_before_it_is_asked_for() -> None:
    async def handler(request: Request) -> list[object]:
        parts = ("path", "query", "headers", "native", "trace", "deadline")
        before = [part for part in parts if part in vars(request)]
        request.caller = "Ada"
        found: list[object] = [dict(request.path), dict(request.query), request.headers["x-a"], request.trace]
        return [before, *found, request.caller, request.deadline, request.certificate, request.kind]

    async def main() -> None:
        entrypoint = attached((get("/{a}/{n:int}"), with_path(handler)))
        call = Call("GET", "/x/7", b"q=1&q=2&e=", [(b"x-a", b"1"), (b"x-a", b"2")])
        _, body = await called(entrypoint, call)
        expected: list[object] = [
            [],
            {"a": "x", "n": "7"},
            {"q": "2", "e": ""},
            "1, 2",
            "0" * 32,
            "Ada",
            None,
            None,
            "http",
        ]
        assert json.loads(body) == expected

    asyncio.run(main())


def with_path(handler: Callable[[Request], Awaitable[object]]) -> Callable[..., object]:
    async def taking(a: str, n: int, request: Request) -> Any:  # noqa: ANN401  # any JSON
        return await handler(request)

    return taking


@BOTH
def test_a_handler_that_reads_the_body_itself_leaves_it_to_the_next(handler: Callable[..., object]) -> None:
    seen = []

    async def sign(request: Request) -> None:
        seen.append(await cast(NativeRequest, request.native).body())

    async def main() -> None:
        entrypoint = chained(post("/"), handler, before=[sign])
        call = Call("POST", headers=JSON, pieces=(b'{"id"', b": 7}"))
        assert await called(entrypoint, call) == (200, b'{"id":7}')
        assert seen == [b'{"id": 7}']

    asyncio.run(main())


def test_a_stream_is_sent_piece_by_piece_with_its_status_and_headers() -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield b"a,b\n"
        yield b"1,2\n"

    async def handler() -> Response:
        return Response(stream=pieces(), status=206, headers={"content-type": "text/csv"})

    async def main() -> None:
        call = Call()
        assert await called(attached((get("/"), handler)), call) == (206, b"a,b\n1,2\n")
        assert [message.get("body") for message in call.sent[1:]] == [b"a,b\n", b"1,2\n", b""]
        assert dict(call.sent[0]["headers"]) == {b"content-type": b"text/csv"}

    asyncio.run(main())


def test_a_stream_that_fails_after_its_begin_is_recorded_and_cut_and_not_replaced() -> None:
    closed = []

    async def pieces() -> AsyncIterator[bytes]:
        try:
            yield b"a"
            raise LookupError("gone")
        finally:
            closed.append(True)

    async def handler() -> Response:
        return Response(stream=pieces())

    async def main() -> None:
        entrypoint, runtime, call = attached((get("/"), handler)), Runtime(), Call()
        entrypoint.bind(runtime)
        with pytest.raises(LookupError):
            await call.of(entrypoint.asgi)
        assert [message["type"] for message in call.sent] == ["http.response.start", "http.response.body"]
        assert [str(fields["error"]) for _, _, fields in runtime.records] == ["gone"]
        assert closed == [True]

    asyncio.run(main())


def test_a_stream_ends_and_cleans_up_when_its_reader_is_gone() -> None:
    closed = []

    async def pieces() -> AsyncIterator[bytes]:
        try:
            while True:
                yield b"a"
        finally:
            closed.append(True)

    async def handler() -> Response:
        return Response(stream=pieces())

    async def main() -> None:
        entrypoint, runtime, sent = attached((get("/"), handler)), Runtime(), 0
        entrypoint.bind(runtime)

        async def send(message: object) -> None:
            nonlocal sent
            sent += 1
            if sent > 3:
                raise OSError("gone")

        async with asyncio.timeout(10):
            await entrypoint.asgi(Call().scope, Call().receive, send)
        assert (closed, runtime.records) == ([True], [])

    asyncio.run(main())
