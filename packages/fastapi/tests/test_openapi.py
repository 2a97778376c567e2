"""The OpenAPI document is plain FastAPI's, without the services."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable
from typing import Annotated, Any

import pytest
from fastapi import Body, Cookie, FastAPI, Header, Query
from hypothesis import given, settings
from hypothesis import strategies as st
from packages.fastapi.tests.doubles import Runtime, attached, bound
from pydantic import BaseModel

from cordio_core import HandlerError, HttpEvent, Request, Response
from cordio_fastapi import HttpSettings, delete, get, patch, post, put


class Size(BaseModel):
    width: int
    height: int | None = None


class Order(BaseModel):
    id: int
    sizes: list[Size] = []


def described(event: HttpEvent, parameters: list[inspect.Parameter], returns: object) -> Callable[..., object]:
    async def handle_order(**values: object) -> None:
        """Do it.

        With care.
        """

    handle_order.__dict__["__signature__"] = inspect.Signature(parameters, return_annotation=returns)
    handle_order.__annotations__ = {p.name: p.annotation for p in parameters} | {"return": returns}
    return handle_order


def plain(event: HttpEvent, handler: Callable[..., object]) -> dict[str, Any]:
    application = FastAPI(title="orders")
    application.add_api_route(event.path, handler, methods=[event.method])
    return application.openapi()


def ours(event: HttpEvent, handler: Callable[..., object], **services: object) -> dict[str, Any]:
    entrypoint = attached((event, handler), **services)
    entrypoint.bind(Runtime())
    return entrypoint.fastapi.openapi()


def compared(document: dict[str, Any]) -> dict[str, Any]:
    """Leave out what is meant to differ: what is refused, problem documents here."""
    for path in document["paths"].values():
        for operation in path.values():
            for status in ("400", "413", "415", "422", "500"):
                operation["responses"].pop(status, None)
    schemas = document.get("components", {}).get("schemas", {})
    for name in ("HTTPValidationError", "ValidationError", "cordio.Problem"):
        schemas.pop(name, None)
    return {**document, "components": schemas}


KINDS = [
    int,
    str,
    bool,
    float | None,
    list[int],
    Size,
    Order,
    list[Size],
    Annotated[str, Header()],
    Annotated[int, Cookie()],
    Annotated[str, Query(max_length=3, alias="as")],
    Annotated[list[str], Query()],
    Annotated[int, Body()],
    Annotated[Size, Body(embed=True)],
]
NAMES = ["a", "b", "order_id", "x_token", "native", "size"]
EVENTS = [get("/orders"), delete("/orders"), post("/orders"), put("/o/{order_id}"), patch("/o/{order_id}/{b}")]


@st.composite
def signatures(draw: st.DrawFn) -> tuple[HttpEvent, list[inspect.Parameter]]:
    event = draw(st.sampled_from(EVENTS))
    names = draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=4))
    path = [inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=int) for name in event.names]
    data = []
    for name in names:
        if name not in event.names:
            default = draw(st.sampled_from([inspect.Parameter.empty, inspect.Parameter.empty, None]))
            kind = draw(st.sampled_from(KINDS))
            data.append(
                inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=kind)
            )
    return event, [*path, *data]


@settings(max_examples=60, deadline=None)
@given(signatures(), st.sampled_from([int, Order, list[Order], None, dict[str, int], inspect.Signature.empty]))
def test_it_is_fastapi_s_own_for_the_same_parameters_beside_services_and_request(
    signature: tuple[HttpEvent, list[inspect.Parameter]], returns: object
) -> None:
    event, parameters = signature
    try:
        expected = plain(event, described(event, parameters, returns))
    except Exception:  # FastAPI refuses in many ways
        with pytest.raises(HandlerError):
            ours(event, described(event, parameters, returns))
        return
    keyword = inspect.Parameter.KEYWORD_ONLY
    store = inspect.Parameter("store", keyword, annotation=dict[str, int])
    request = inspect.Parameter("request", keyword, annotation=Request)
    document = ours(event, described(event, [store, *parameters, request], returns), store={})
    assert compared(document) == compared(expected)


def test_a_response_in_the_annotation_leaves_the_model_beside_it() -> None:
    async def read() -> Order | Response:
        return Response()

    async def other() -> Response:
        return Response()

    responses = ours(get("/"), read)["paths"]["/"]["get"]["responses"]
    assert responses["200"]["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Order"}
    assert ours(get("/"), other)["paths"]["/"]["get"]["responses"]["200"]["content"]["application/json"] == {
        "schema": {}
    }


def test_the_pages_can_be_switched_off_and_stand_behind_the_application_s_own_handlers() -> None:
    async def docs() -> str:
        return "mine"

    async def main() -> None:
        entrypoint = attached((get("/docs"), docs))
        async with bound(entrypoint) as (client, _):
            assert (await client.get("/docs")).json() == "mine"
            assert (await client.get("/redoc")).status_code == 200
            assert list((await client.get("/openapi.json")).json()["paths"]) == ["/docs"]
        async with bound(entrypoint, Runtime(HttpSettings(docs=False))) as (client, _):
            assert (await client.get("/docs")).json() == "mine"
            assert (await client.get("/redoc")).status_code == 404
            assert (await client.get("/openapi.json")).status_code == 404

    asyncio.run(main())


def test_the_title_of_an_application_that_has_one_stays() -> None:
    async def read() -> None: ...

    entrypoint = attached((get("/"), read))
    entrypoint.fastapi.title = "Orders of the house"
    entrypoint.bind(Runtime())
    assert entrypoint.fastapi.openapi()["info"]["title"] == "Orders of the house"
