"""Two ways, one answer: past FastAPI where its solver is not needed, through it elsewhere."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Annotated

import pytest
from fastapi import BackgroundTasks, Body, Cookie, Depends, FastAPI, File, Form, Header
from fastapi import Request as NativeRequest
from fastapi import Response as NativeResponse
from hypothesis import given, settings
from hypothesis import strategies as st
from packages.fastapi.tests.calling import Call
from packages.fastapi.tests.drawing import Order, Size, calls, handlers
from packages.fastapi.tests.ways import fast, slow
from starlette.types import ASGIApp

from cordio_core import HttpEvent
from cordio_fastapi import post, put
from cordio_fastapi._failures import install


def plain(event: HttpEvent, handler: Callable[..., object]) -> FastAPI:
    application = FastAPI(title="orders")
    install(application)
    application.add_api_route(event.path, handler, methods=[event.method])
    return application


async def outcome(application: ASGIApp, call: Call) -> object:
    try:
        return await call.of(application)
    except Exception:  # raised on behind the answer, for the server to know
        return (
            call.sent[0]["status"],
            [tuple(pair) for pair in call.sent[0]["headers"]],
            call.sent[1]["body"],
        )


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_both_ways_and_fastapi_itself_give_the_same_answer_byte_for_byte(data: st.DataObject) -> None:
    event, handler = data.draw(handlers())
    try:
        theirs = plain(event, handler)
    except Exception:  # FastAPI takes no such signature
        return
    ours, other = fast((event, handler)), slow((event, handler))
    assert ours.ways[0].why in ("", "takes several values of the body") and not other.ways[0].fast

    async def main() -> None:
        for _ in range(8):
            call = data.draw(calls(event))
            expected = await outcome(theirs, call)
            assert await outcome(other.asgi, call) == expected
            assert await outcome(ours.asgi, call) == expected

    asyncio.run(main())
    assert ours.fastapi.openapi() == other.fastapi.openapi()


async def placed(order_id: int, order: Order, x_token: Annotated[str, Header()], page: int = 1) -> Order:
    return order


def test_path_query_and_header_parameters_body_models_and_error_answers_take_the_fast_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def never(*_: object) -> None:
        raise AssertionError("went through FastAPI")

    entrypoint = fast((put("/{order_id}"), placed))
    monkeypatch.setattr(FastAPI, "__call__", never)
    kind = [(b"content-type", b"application/json"), (b"x-token", b"t")]

    async def main() -> None:
        good = Call("PUT", "/7", b"page=2", kind, (b'{"id": 7}',))
        body = b'{"id":7,"sizes":[],"note":"","colour":"red"}'
        headers = [(b"content-length", b"%d" % len(body)), (b"content-type", b"application/json")]
        assert await good.of(entrypoint.asgi) == (200, headers, body)
        for call, status in (
            (Call("PUT", "/x", b"", kind, (b"{}",)), 422),
            (Call("PUT", "/7", b"", kind, (b"{",)), 422),
            (Call("PUT", "/7", b"", kind, (b"\xff\xfe\xff",)), 400),
            (Call("PUT", "/7", b"", [(b"content-type", b"text/plain"), kind[1]], (b"{}",)), 415),
            (Call("PUT", "/7", b"", [*kind, (b"content-length", b"9999999")], (b"{}",)), 413),
        ):
            found, headers, body = await call.of(entrypoint.asgi)
            assert (found, json.loads(body)["status"]) == (status, status)
            assert (b"content-type", b"application/problem+json") in headers

    asyncio.run(main())
    (way,) = entrypoint.ways
    assert (way.event, way.fast, way.why) == ("PUT /{order_id}", True, "")
    assert "placed (" in way.handler


def depended() -> int:
    return 5


@pytest.mark.parametrize(
    ("annotation", "why"),
    [
        (Annotated[int, Depends(depended)], "has dependencies of FastAPI"),
        (Annotated[str, Cookie()], "takes cookies"),
        (Annotated[str, Form()], "takes a form"),
        (Annotated[bytes, File()], "takes a form"),
        (Annotated[Size, Body(embed=True)], "takes several values of the body"),
        (NativeRequest, "takes FastAPI's it"),
        (NativeResponse, "takes FastAPI's it"),
        (BackgroundTasks, "takes FastAPI's it"),
    ],
    ids=["depends", "cookie", "form", "file", "embedded", "request", "response", "background"],
)
def test_what_the_solver_alone_gives_sends_a_route_fastapi_s_way_and_it_says_why(
    annotation: object, why: str
) -> None:
    if why == "takes a form":
        pytest.importorskip("python_multipart")

    async def handler(it: object, service: object) -> str:
        return type(it).__name__

    handler.__annotations__["it"] = annotation
    entrypoint = fast((post("/"), handler))
    assert [(way.fast, way.why) for way in entrypoint.ways] == [(False, why)]
