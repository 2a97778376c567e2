"""What may go wrong stands in the OpenAPI document as it is answered."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, NamedTuple, cast

import httpx
import jsonschema
import pytest
from fastapi import Body, Cookie, Depends, Form
from packages.fastapi.tests.doubles import Container, Guard, Rendered, Runtime, attached, bound
from pydantic import BaseModel

from cordio_core import Duration, HttpEvent, Plan, Size
from cordio_core.auth import AuthSettings, allow
from cordio_fastapi import HttpEntrypoint, HttpSettings, get, post

Document = dict[str, Any]


class Order(BaseModel):
    id: int


async def read(order_id: int, page: int = 1) -> Order:
    return Order(id=order_id)


async def nothing() -> None: ...


async def place(order: Order) -> Order:
    return order


async def note(text: Annotated[str, Body()], session: Annotated[str, Cookie()] = "") -> None: ...


def document(entrypoint: HttpEntrypoint, settings: HttpSettings | None = None, **more: object) -> Document:
    entrypoint.bind(Runtime(settings, None, **more))
    return entrypoint.fastapi.openapi()


def responses(
    event: HttpEvent, handler: Any, settings: HttpSettings | None = None, **more: object
) -> Document:
    found = document(attached((event, handler)), settings, **more)
    return cast(Document, found["paths"][event.path][event.method.lower()]["responses"])


def codes(response: Document) -> list[str]:
    ((kind, content),) = response["content"].items()
    assert kind == "application/problem+json"
    said = content["schema"]["allOf"][1]["properties"]
    assert list(content["examples"]) == said["code"]["enum"]
    for code, example in content["examples"].items():
        assert (example["value"]["code"], example["value"]["status"]) == (code, said["status"]["const"])
    return cast("list[str]", said["code"]["enum"])


def test_each_handler_tells_the_problems_that_its_data_can_lead_to() -> None:
    assert set(responses(get("/"), nothing)) == {"200", "500"}
    assert set(responses(get("/{order_id}"), read)) == {"200", "422", "500"}
    for handler in (place, note):
        found = responses(post("/"), handler)
        assert set(found) == {"200", "400", "413", "415", "422", "500"}
        assert {status: codes(response) for status, response in found.items() if status != "200"} == {
            "400": ["bad_request"],
            "413": ["content_too_large"],
            "415": ["unsupported_media_type"],
            "422": ["invalid"],
            "500": ["internal"],
        }


def test_a_form_is_no_json_and_a_dependency_s_values_are_values_too() -> None:
    pytest.importorskip("python_multipart", reason="the extra forms is not installed")

    async def form(text: Annotated[str, Form()]) -> None: ...

    def depended(page: int) -> int:
        return page

    dependency = Depends(depended)

    async def depending(page: int = dependency) -> None: ...

    assert set(responses(post("/"), form)) == {"200", "400", "413", "422", "500"}
    assert set(responses(get("/"), depending)) == {"200", "422", "500"}


def test_limits_are_told_where_they_are_set() -> None:
    busy = responses(get("/"), nothing, HttpSettings(port=0, concurrency=5))["503"]
    assert codes(busy) == ["service_unavailable"] and list(busy["headers"]) == ["Retry-After"]
    slow = responses(get("/"), nothing, HttpSettings(port=0, time_limit=Duration("2s")))["503"]
    examples = slow["content"]["application/problem+json"]["examples"]
    assert examples["service_unavailable"]["value"]["detail"] == "no answer within 2 s"
    large = responses(post("/"), place, HttpSettings(port=0, body_limit=Size("1KiB")))["413"]
    examples = large["content"]["application/problem+json"]["examples"]
    assert examples["content_too_large"]["value"]["detail"] == "the body may have 1024 bytes at most"


def test_who_may_not_is_told_where_callers_are_let_in() -> None:
    entrypoint = HttpEntrypoint()
    entrypoint.attach(
        [
            Plan(
                get("/"),
                nothing,
                Container({"auth": None, "log": None}),
                Guard(),
                before=[allow("orders:read")],
            )
        ]
    )
    found = document(entrypoint, auth=AuthSettings())["paths"]["/"]["get"]["responses"]
    assert codes(found["401"]) == ["unauthorized"] and list(found["401"]["headers"]) == ["WWW-Authenticate"]
    assert codes(found["403"]) == ["forbidden"]


class Declared(NamedTuple):
    """An answer of a rule."""

    status: int
    code: str

    def render(self, kind: str, accept_language: str | None = None, /) -> Rendered:
        if self.status == 204:
            return Rendered(204, {}, b"")
        problem = f'{{"type":"urn:x","title":"No {self.code}","status":{self.status},"code":"{self.code}"}}'
        headers = {"content-type": "application/problem+json", "retry-after": "1"}
        return Rendered(self.status, headers, problem.encode())


class Telling(Guard):
    """Rules that tell what they answer."""

    def answers(self, *, rules: Sequence[object] = ()) -> Mapping[str, Declared]:
        found = [Declared(409, "sold_out"), Declared(409, "closed"), Declared(204, "gone")]
        return {each.code: each for each in (*found, Declared(500, "internal"))}


def test_what_rules_answer_is_told_by_status_with_each_code_and_an_example() -> None:
    entrypoint = HttpEntrypoint()
    entrypoint.attach([Plan(get("/"), nothing, Container({}), Telling())])
    found = document(entrypoint)["paths"]["/"]["get"]["responses"]
    assert set(found) == {"200", "204", "409", "500"}
    assert codes(found["409"]) == ["sold_out", "closed"] and codes(found["500"]) == ["internal"]
    assert found["409"]["description"] == "No sold_out; No closed"
    assert list(found["409"]["headers"]) == ["Retry-After"]
    assert "content" not in found["204"]


def test_a_document_is_made_when_it_is_asked_for_and_again_after_another_start() -> None:
    entrypoint = attached((get("/"), nothing))
    first = document(entrypoint)
    assert entrypoint.fastapi.openapi() is entrypoint.fastapi.openapi()
    second = document(entrypoint, HttpSettings(port=0, concurrency=1))
    assert "503" not in first["paths"]["/"]["get"]["responses"]
    assert "503" in second["paths"]["/"]["get"]["responses"]


def test_an_application_s_own_model_named_problem_stays_its_own() -> None:
    class Problem(BaseModel):
        mine: int

    async def handler() -> Problem:
        return Problem(mine=1)

    handler.__annotations__["return"] = Problem
    schemas = document(attached((get("/"), handler)))["components"]["schemas"]
    assert list(schemas["Problem"]["properties"]) == ["mine"] and "cordio.Problem" in schemas


def resolved(found: Document, schema: Document) -> Document:
    """Return a schema of the document by itself."""
    return {**copy.deepcopy(schema), "components": found["components"]}


@pytest.mark.parametrize(
    ("method", "path", "given", "status"),
    [
        ("GET", "/orders/x", {}, 422),
        ("POST", "/orders", {"json": {"id": "x"}}, 422),
        ("POST", "/orders", {"content": b"x", "headers": {"content-type": "text/plain"}}, 415),
        ("POST", "/orders", {"content": b'"\xff"', "headers": {"content-type": "application/json"}}, 400),
        ("POST", "/orders", {"content": b"1" * 2000, "headers": {"content-type": "application/json"}}, 413),
        ("POST", "/wrong", {}, 500),
    ],
)
def test_what_is_answered_is_what_the_document_says(
    method: str, path: str, given: Document, status: int
) -> None:
    async def wrong() -> Order:
        return cast(Order, "no order")

    async def main() -> tuple[Document, httpx.Response]:
        entrypoint = attached(
            (get("/orders/{order_id}"), read), (post("/orders"), place), (post("/wrong"), wrong)
        )
        settings = HttpSettings(port=0, body_limit=Size("1KiB"))
        async with bound(entrypoint, Runtime(settings)) as (client, _):
            found = (await client.get("/openapi.json")).json()
            return found, await client.request(method, path, **given)

    found, answer = asyncio.run(main())
    assert answer.status_code == status
    template = path.replace("/x", "/{order_id}")
    response = found["paths"][template][method.lower()]["responses"][str(status)]
    schema = response["content"][answer.headers["content-type"]]["schema"]
    jsonschema.Draft202012Validator(resolved(found, schema)).validate(answer.json())
    other = {**answer.json(), "code": "another"}
    assert not jsonschema.Draft202012Validator(resolved(found, schema)).is_valid(other)


def test_the_whole_document_is_valid_openapi() -> None:
    definitions = pytest.importorskip("schemathesis.specs.openapi.definitions")
    entrypoint = HttpEntrypoint()
    entrypoint.attach(
        [
            Plan(get("/{order_id}"), read, Container({}), Telling()),
            Plan(
                post("/"),
                place,
                Container({"auth": None, "log": None}),
                Guard(),
                before=[allow("orders:write")],
            ),
        ]
    )
    settings = HttpSettings(port=0, concurrency=5)
    found = document(entrypoint, settings, auth=AuthSettings(keys={}))
    assert found["openapi"].startswith("3.1.")
    definitions.OPENAPI_31_VALIDATOR.validate(found)
