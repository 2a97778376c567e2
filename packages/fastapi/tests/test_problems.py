"""Requests that are refused: a problem document, and nothing that the client sent."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Annotated, Literal, cast

import httpx
import pytest
from fastapi import Depends, HTTPException
from hypothesis import given, settings
from hypothesis import strategies as st
from packages.fastapi.tests.doubles import Runtime, attached, bound, started
from pydantic import BaseModel, Field, TypeAdapter, ValidationError, field_validator, model_validator
from starlette.requests import Request as NativeRequest

from cordio_core import Request, Response
from cordio_fastapi import HttpEntrypoint, HttpSettings, Size, delete, get, post
from cordio_fastapi._complaint import complaints


class Card(BaseModel):
    kind: Literal["card"]
    number: int

    @field_validator("number")
    @classmethod
    def must_be_even(cls, value: int) -> int:
        if value % 2:
            raise ValueError(f"{value} is not even")
        return value


class Cash(BaseModel):
    kind: Literal["cash"]


class Payment(BaseModel):
    by: Annotated[Card | Cash, Field(discriminator="kind")]
    note: str = ""

    @model_validator(mode="after")
    def must_have_a_short_note(self) -> Payment:
        if len(self.note) > 3:
            raise ValueError("the note " + self.note + " is too long")
        return self


async def pay(payment: Payment) -> None: ...


async def read(order_id: int) -> None: ...


async def remove(order_id: int) -> None: ...


def served() -> HttpEntrypoint:
    return attached((post("/payments"), pay), (get("/o/{order_id}"), read), (delete("/o/{order_id}"), remove))


def asked(method: str, path: str, **given: object) -> httpx.Response:
    async def main() -> httpx.Response:
        async with bound(served()) as (client, _):
            return await client.request(method, path, **given)  # type: ignore[arg-type]  # whatever it takes

    return asyncio.run(main())


def problem(response: httpx.Response) -> dict[str, object]:
    assert response.headers["content-type"] == "application/problem+json"
    content = cast(dict[str, object], response.json())
    assert content["status"] == response.status_code and content["type"] == "about:blank"
    return content


def test_an_unknown_path_is_a_404() -> None:
    assert problem(asked("GET", "/nowhere"))["code"] == "not_found"


def test_a_wrong_method_is_a_405_that_allows_the_methods_of_all_handlers_at_the_path() -> None:
    response = asked("PUT", "/o/7")
    assert problem(response)["title"] == "Method Not Allowed"
    assert response.headers["allow"] == "DELETE, GET"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"by": ', 422),
        (b"\xff\xfe{}", 422),
        (b'{"by": "\xff"}', 400),
        (b"[" * 100_000, 400),
        (b'{"note": ' + b"1" * 5_000 + b"}", 400),
        (b"hunter2", 422),
        (b"null", 422),
        (b'{"by": NaN}', 422),
    ],
)
def test_a_malformed_body_is_refused_and_not_repeated(body: bytes, status: int) -> None:
    response = asked("POST", "/payments", content=body, headers={"content-type": "application/json"})
    assert problem(response)["status"] == status
    assert "hunter2" not in response.text


def test_a_body_of_another_type_is_refused_and_not_repeated() -> None:
    for kind in ("text/plain", "text/json", "application/x-www-form-urlencoded"):
        response = asked("POST", "/payments", content=b"hunter2", headers={"content-type": kind})
        assert problem(response)["status"] == 415 and "hunter2" not in response.text
        assert response.headers["accept"] == "application/json"


@pytest.mark.parametrize(
    ("content", "loc"),
    [
        ({"by": {"kind": "hunter2"}}, ["body", "by"]),
        ({"by": {"kind": "card", "number": "hunter2"}}, ["body", "by", "card", "number"]),
        ({"by": {"kind": "card", "number": 987654321}}, ["body", "by", "card", "number"]),
        ({"by": {"kind": "cash"}, "note": "hunter2"}, ["body"]),
        ({"by": "hunter2"}, ["body", "by"]),
    ],
)
def test_what_is_not_valid_is_named_and_its_value_is_not(content: object, loc: list[str]) -> None:
    response = asked("POST", "/payments", json=content)
    errors = cast(list[dict[str, object]], problem(response)["errors"])
    assert [error["loc"] for error in errors] == [loc]
    assert all(set(error) == {"loc", "msg"} and error["msg"] for error in errors)
    assert "hunter2" not in response.text and "987654321" not in response.text


def test_a_value_in_the_path_is_not_repeated_either() -> None:
    response = asked("GET", "/o/hunter2")
    assert problem(response)["errors"] == [
        {
            "loc": ["path", "order_id"],
            "msg": "Input should be a valid integer, unable to parse string as an integer",
        }
    ]


class Quoting(BaseModel):
    value: str
    more: list[str] = []

    @field_validator("value")
    @classmethod
    def refuse(cls, value: str) -> str:
        raise ValueError(f"no: <{value}>")

    @field_validator("more")
    @classmethod
    def refuse_more(cls, value: list[str]) -> list[str]:
        raise ValueError(f"no: <{'> <'.join(value)}>")


@settings(deadline=None)
@given(st.text(min_size=1), st.lists(st.text(min_size=1)))
def test_no_message_quotes_a_value(value: str, more: list[str]) -> None:
    try:
        TypeAdapter(Quoting).validate_python({"value": value, "more": more})
    except ValidationError as error:
        messages = [
            cast(str, item["msg"]) for item in complaints(cast(list[dict[str, object]], error.errors()))
        ]
    assert f"<{value}>" not in messages[0]
    assert not any(f"<{item}>" in messages[1] for item in more)


def test_neither_too_many_errors_nor_too_large_values_are_gone_through() -> None:
    errors = [{"type": "int_type", "loc": ("body", n), "msg": "no", "input": n} for n in range(1000)]
    assert len(complaints(errors)) == 100
    large = {"type": "value_error", "loc": ("body",), "msg": "no hunter2", "input": [{"a": b"x"}] * 2000}
    assert complaints([large])[0]["msg"] == "Value is not valid"


async def keep(payload: dict[str, str]) -> int:
    return len(payload["text"])


async def stream(request: Request) -> int:
    """Read the body past FastAPI, inside the handler layer."""
    assert isinstance(request.native, NativeRequest)
    return sum([len(chunk) async for chunk in request.native.stream()])


LIMITED = HttpSettings(port=0, body_limit=Size("64KiB"))


async def chunks(count: int) -> AsyncIterator[bytes]:
    yield b'{"text": "'
    for _ in range(count):
        yield b"x" * 1024
    yield b'"}'


@pytest.mark.parametrize("path", ["/keep", "/stream"])
@pytest.mark.parametrize("chunked", [True, False])
def test_a_body_past_the_limit_is_a_413_and_the_service_goes_on(path: str, chunked: bool) -> None:
    async def main() -> None:
        entrypoint = attached((post("/keep"), keep), (post("/stream"), stream))
        async with started(entrypoint, Runtime(LIMITED)) as (client, runtime):
            for count, status in ((63, 200), (65, 413), (4096, 413), (1, 200)):
                body = b"".join([chunk async for chunk in chunks(count)])
                content = chunks(count) if chunked else body
                response = await client.post(
                    path, content=content, headers={"content-type": "application/json"}
                )
                assert response.status_code == status
                if status == 413:
                    assert problem(response)["detail"] == "the body may have 65536 bytes at most"
            assert {span.name for span in runtime.spans} == {f"POST {path}"}

    asyncio.run(main())


def test_no_more_than_the_limit_is_taken_of_an_endless_body() -> None:
    async def main() -> None:
        entrypoint, runtime = attached((post("/keep"), keep)), Runtime(LIMITED)
        entrypoint.bind(runtime)
        taken = 0
        sent: list[dict[str, object]] = []

        async def receive() -> dict[str, object]:
            nonlocal taken
            taken += 1024 if not sent else 0
            return {"type": "http.request", "body": b" " * 1024, "more_body": True}

        async def send(message: object) -> None:
            sent.append(cast(dict[str, object], message))

        scope = {"type": "http", "method": "POST", "path": "/keep", "query_string": b"", "http_version": "2"}
        scope["headers"] = [(b"content-type", b"application/json")]
        await entrypoint.asgi(scope, receive, send)
        assert taken == 65 * 1024
        assert sent[0]["status"] == 413
        assert b"connection" not in dict(cast(list[tuple[bytes, bytes]], sent[0]["headers"]))

    asyncio.run(main())


def test_a_declared_length_past_the_limit_is_refused_before_a_byte_is_read() -> None:
    async def main() -> None:
        async with started(attached((post("/keep"), keep)), Runtime(LIMITED)) as (client, _):
            host, port = client.base_url.host, client.base_url.port
            reader, writer = await asyncio.open_connection(host, port)
            writer.write(b"POST /keep HTTP/1.1\r\nhost: a\r\ncontent-length: 999999999999\r\n\r\n")
            async with asyncio.timeout(10):
                answer = await reader.read()
            assert answer.startswith(b"HTTP/1.1 413") and b"connection: close" in answer
            writer.close()

    asyncio.run(main())


def test_what_a_dependency_of_fastapi_refuses_is_a_problem_too() -> None:
    def locked(detail: object, status: int = 423) -> object:
        def depended() -> None:
            raise HTTPException(status, detail, {"retry-after": "3"})

        return Depends(depended)

    def handled(dependency: object) -> httpx.Response:
        async def handler(depended: object = dependency) -> None: ...

        async def main() -> httpx.Response:
            async with bound(attached((get("/"), handler))) as (client, _):
                return await client.get("/")

        return asyncio.run(main())

    response = handled(locked("by Ada"))
    assert (problem(response)["detail"], response.headers["retry-after"]) == ("by Ada", "3")
    assert problem(handled(locked({"by": ["Ada"]})))["errors"] == {"by": ["Ada"]}
    assert problem(handled(locked("left", 499)))["title"] == "Unknown"
    assert handled(locked(None, 304)).content == b""


def test_what_fails_around_the_handlers_is_a_bare_500_and_a_record() -> None:
    async def handler() -> Response:
        return Response(1)

    async def main() -> None:
        entrypoint = attached((get("/"), handler))

        @entrypoint.fastapi.get("/own")
        async def own() -> None:
            raise LookupError("hunter2 is not known")

        async with bound(entrypoint) as (client, runtime):
            response = await client.get("/own")
            assert problem(response) == json.loads(response.content) and response.status_code == 500
            assert "hunter2" not in response.text
            ((level, _, fields),) = runtime.records
            assert level == "error" and isinstance(fields["error"], LookupError)
            assert (runtime.spans[0].name, runtime.spans[0].status) == ("GET /own", 500)

    asyncio.run(main())
