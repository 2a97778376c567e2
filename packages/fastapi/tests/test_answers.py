"""From what a handler returns to what a client reads."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Annotated

import httpx
import pytest
from fastapi import Depends, Header, Query
from fastapi.responses import PlainTextResponse
from packages.fastapi.tests.doubles import Runtime, attached, bound
from pydantic import BaseModel

from cordio_core import EntrypointError, HandlerError, Request, Response, every
from cordio_fastapi import HttpEntrypoint, delete, get, patch, post, put


class Public(BaseModel):
    name: str


class Private(Public):
    password: str


def answer(
    entrypoint: HttpEntrypoint, method: str = "GET", path: str = "/", **given: object
) -> httpx.Response:
    return answered(entrypoint, Runtime(), method, path, **given)


def answered(
    entrypoint: HttpEntrypoint, runtime: Runtime, method: str = "GET", path: str = "/", **given: object
) -> httpx.Response:
    async def main() -> httpx.Response:
        async with bound(entrypoint, runtime) as (client, _):
            return await client.request(method, path, **given)  # type: ignore[arg-type]  # whatever it takes

    return asyncio.run(main())


def returned(value: object, annotation: object) -> httpx.Response:
    return answer(returning(value, annotation))


def returning(value: object, annotation: object) -> HttpEntrypoint:
    async def handler() -> object:
        return value

    handler.__annotations__["return"] = annotation
    return attached((get("/"), handler))


def test_a_value_is_filtered_by_the_annotation_of_its_handler() -> None:
    response = returned(Private(name="Ada", password="hunter2"), Public)
    assert (response.status_code, response.json()) == (200, {"name": "Ada"})
    assert response.headers["content-type"] == "application/json"


def test_a_response_is_filtered_likewise_and_keeps_its_status_and_headers() -> None:
    response = returned(
        Response(Private(name="Ada", password="hunter2"), status=201, headers={"location": "/7"}), Public
    )
    assert (response.status_code, response.json(), response.headers["location"]) == (
        201,
        {"name": "Ada"},
        "/7",
    )


def test_a_response_beside_the_annotation_needs_no_model_of_its_own() -> None:
    response = returned(
        Response(Private(name="Ada", password="hunter2"), headers={"x-a": "1"}), Public | Response
    )
    assert (response.json(), response.headers["x-a"]) == ({"name": "Ada"}, "1")
    assert returned(Response({"n": 1}), Response).json() == {"n": 1}
    assert returned({"n": 1}, Response | PlainTextResponse).json() == {"n": 1}


def test_a_value_with_another_status_than_success_is_plain_json() -> None:
    response = returned(Response({"missing": 7}, status=404), Public)
    assert (response.status_code, response.json()) == (404, {"missing": 7})
    assert response.headers["content-type"] == "application/json"


def test_a_header_of_the_handler_takes_the_place_of_fastapi_s() -> None:
    response = returned(Response({"n": 1}, headers={"Content-Type": "application/hal+json"}), dict[str, int])
    assert response.headers.get_list("content-type") == ["application/hal+json"]


def test_a_body_is_sent_as_it_is() -> None:
    response = returned(Response(body=b"\x00\xff", status=202, headers={"content-type": "image/x"}), Public)
    assert (response.status_code, response.content) == (202, b"\x00\xff")
    assert response.headers["content-type"] == "image/x"


@pytest.mark.parametrize("status", [204, 304])
def test_a_status_without_a_body_has_none_whatever_the_value(status: int) -> None:
    for response in (Response({"n": 1}, status=status), Response(body=b"x", status=status)):
        got = returned(response, Response)
        assert (got.status_code, got.content, got.headers.get("content-length")) == (status, b"", None)


def test_a_status_alone_has_an_empty_body() -> None:
    response = returned(Response(status=303, headers={"location": "/there"}), Public)
    assert (response.status_code, response.content, response.headers["location"]) == (303, b"", "/there")


def test_none_is_null_as_in_fastapi() -> None:
    assert returned(None, None).content == b"null"


def test_a_response_of_starlette_passes() -> None:
    response = returned(PlainTextResponse("hi", 203, {"x-a": "1"}), PlainTextResponse)
    assert (response.status_code, response.text, response.headers["x-a"]) == (203, "hi", "1")
    wrapped = returned(Response(PlainTextResponse("hi"), status=202, headers={"x-a": "2"}), Response)
    assert (wrapped.status_code, wrapped.text, wrapped.headers["x-a"]) == (202, "hi", "2")


def test_the_answer_of_a_rule_is_sent_as_it_was_rendered() -> None:
    async def handler() -> Public:
        raise LookupError

    response = answer(attached((get("/"), handler)))
    assert (response.status_code, response.content) == (500, b'{"code":"internal"}')
    assert response.headers["content-type"] == "application/problem+json"


def test_a_value_that_breaks_its_annotation_is_a_bare_500_and_a_record_without_the_value() -> None:
    runtime = Runtime()
    response = answered(returning({"nom": "hunter2"}, Public), runtime)
    assert (response.status_code, response.json()["code"]) == (500, "internal")
    assert response.headers["content-type"] == "application/problem+json"
    ((level, message, fields),) = runtime.records
    assert (level, message) == ("error", "an answer failed")
    assert "handler" in str(fields["error"]) and "name: Field required" in str(fields["error"])
    assert "hunter2" not in str(fields) + response.text
    assert runtime.spans[0].status == 500


def test_a_header_cannot_start_another_one() -> None:
    for value in ("a\r\nset-cookie: b", "ä€"):
        runtime = Runtime()
        response = answered(returning(Response(1, headers={"x-a": value}), int), runtime)
        assert response.status_code == 500 and "set-cookie" not in response.headers
        assert "'x-a' holds a character" in str(runtime.records)


def test_a_value_that_has_no_json_is_a_bare_500() -> None:
    runtime = Runtime()
    assert answered(returning(Response(object, status=400), Response), runtime).status_code == 500
    assert len(runtime.records) == 1


def test_parameters_are_read_as_fastapi_reads_them_and_services_are_not_among_them() -> None:
    async def handler(
        order_id: int,
        store: object,
        request: Request,
        tags: Annotated[list[str], Query()],
        x_tenant: Annotated[str, Header()],
        depended: Annotated[int, Depends(lambda: 5)],
        page: int = 1,
    ) -> list[object]:
        return [
            order_id,
            store,
            tags,
            x_tenant,
            depended,
            page,
            request.path,
            request.query,
            request.headers["x-a"],
        ]

    response = answer(
        attached((get("/{order_id}"), handler), store="store"),
        path="/7?tags=a&tags=b&store=mine",
        headers=[("X-Tenant", "t"), ("X-A", "1"), ("x-a", "2")],
    )
    query = {"tags": "b", "store": "mine"}
    assert response.json() == [7, "store", ["a", "b"], "t", 5, 1, {"order_id": "7"}, query, "1, 2"]


def test_each_method_reaches_its_own_handler() -> None:
    def named(name: str) -> Callable[..., object]:
        async def handler() -> str:
            return name

        return handler

    events = {"POST": post("/"), "PUT": put("/"), "PATCH": patch("/"), "DELETE": delete("/"), "GET": get("/")}
    entrypoint = attached(*((event, named(method)) for method, event in events.items()))
    assert {method: answer(entrypoint, method).json() for method in events} == {
        method: method for method in events
    }


def test_a_handler_sees_the_raw_body_that_was_read_for_it() -> None:
    async def handler(public: Public, request: Request) -> list[object]:
        return [public.name, request.body.decode(), type(request.native).__name__]

    body = '{"name":  "Ada"}'
    response = answer(
        attached((post("/"), handler)), "POST", content=body, headers={"content-type": "application/json"}
    )
    assert response.json() == ["Ada", body, "Request"]


def test_data_may_be_called_what_the_route_calls_its_own_parameter() -> None:
    async def handler(native: int, native_: int) -> int:
        return native + native_

    assert answer(attached((get("/"), handler)), path="/?native=1&native_=2").json() == 3


def test_a_path_may_hold_slashes_where_it_says_so() -> None:
    async def handler(rest: str) -> str:
        return rest

    assert answer(attached((get("/files/{rest:path}"), handler)), path="/files/a/b").json() == "a/b"


async def anything() -> None: ...


def test_what_fastapi_cannot_read_is_told_with_its_place() -> None:
    async def handler(found: asyncio.Event) -> None: ...

    async def other(found: asyncio.Lock) -> None: ...

    with pytest.raises(
        HandlerError, match=r"other \(.*test_answers.py:\d+\) cannot be a route for 'GET /other'"
    ):
        attached((get("/other"), other))
    with pytest.raises(EntrypointError, match=r"(?s)handler.*other.*mend each"):
        attached((get("/"), handler), (get("/other"), other))


def test_two_handlers_cannot_wait_for_the_same_requests() -> None:
    async def read(a: int) -> None: ...

    async def show(b: int) -> None: ...

    with pytest.raises(HandlerError, match=r"show .* answers 'GET /{b}', which .*read .* answers already"):
        attached((get("/{a}"), read), (get("/{b}"), show))


def test_an_event_of_another_kind_is_refused() -> None:
    with pytest.raises(HandlerError, match="'every 5m': attach it to get, post"):
        attached((every("5m"), anything))
