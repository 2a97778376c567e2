"""Where a value can come from: path, query, headers, cookies and body, singly and as models."""

from __future__ import annotations

import asyncio
import datetime
import uuid
from enum import Enum
from typing import Annotated, Any, Literal

import httpx
import pytest
from fastapi import Body, Cookie, Header, Path, Query
from packages.fastapi.tests.doubles import attached, bound
from pydantic import BaseModel, ConfigDict, Field

from cordio_core import HttpEvent, Response
from cordio_fastapi import HttpEntrypoint, get, post, put


class Colour(Enum):
    RED = "red"


class Page(BaseModel):
    model_config = ConfigDict(extra="forbid")

    limit: Annotated[int, Field(gt=0, le=100)] = 10
    order: Literal["up", "down"] = "up"
    tags: list[str] = []


class Session(BaseModel):
    session: str
    visits: int = 0


class Tracing(BaseModel):
    x_request: str
    if_none_match: str | None = None
    x_tag: list[str] = []


class Item(BaseModel):
    name: str
    price: float


def asked(event: HttpEvent, handler: Any, path: str = "/", **given: Any) -> httpx.Response:
    return asked_of(attached((event, handler)), event.method, path, **given)


def asked_of(entrypoint: HttpEntrypoint, method: str, path: str = "/", **given: Any) -> httpx.Response:
    async def main() -> httpx.Response:
        async with bound(entrypoint) as (client, runtime):
            response = await client.request(method, path, **given)
            assert runtime.records == []
            return response

    return asyncio.run(main())


def wrong(response: httpx.Response) -> list[list[object]]:
    assert (response.status_code, response.headers["content-type"]) == (422, "application/problem+json")
    return [[_hyphened(part) for part in error["loc"]] for error in response.json()["errors"]]


def _hyphened(part: object) -> object:
    """Write the name of a header as the newer releases of FastAPI tell it."""
    return part.replace("_", "-") if isinstance(part, str) else part


async def kinds(
    a: int, b: uuid.UUID, c: datetime.date, d: Colour, e: Annotated[str, Path(max_length=3)]
) -> list[object]:
    return [a, b, c, d, e, *(type(each).__name__ for each in (a, b, c, d, e))]


def test_the_parts_of_a_path_have_their_types() -> None:
    event, number = get("/{a}/{b}/{c}/{d}/{e}"), uuid.UUID(int=5)
    found = asked(event, kinds, f"/7/{number}/2026-01-02/red/%C3%A4%20%2B").json()
    assert found == [7, str(number), "2026-01-02", "red", "ä +", "int", "UUID", "date", "Colour", "str"]
    assert wrong(asked(event, kinds, "/x/y/z/blue/long")) == [["path", name] for name in "abcde"]


async def paged(page: Annotated[Page, Query()]) -> Page:
    return page


def test_a_model_is_filled_from_the_query() -> None:
    found = asked(get("/"), paged, "/?limit=5&order=down&tags=a&tags=b").json()
    assert found == {"limit": 5, "order": "down", "tags": ["a", "b"]}
    assert wrong(asked(get("/"), paged, "/?limit=0&more=1")) == [["query", "limit"], ["query", "more"]]


async def aliased(
    since: Annotated[datetime.datetime, Query(alias="from")],
    ids: Annotated[list[int], Query()] = [],  # noqa: B006  # FastAPI copies it
) -> list[object]:
    return [since, ids]


def test_a_query_has_aliases_and_several_values() -> None:
    assert asked(get("/"), aliased, "/?from=2026-01-02T03:04:05Z&ids=1&ids=2").json() == [
        "2026-01-02T03:04:05Z",
        [1, 2],
    ]
    assert wrong(asked(get("/"), aliased, "/?from=now&ids=1&ids=x")) == [
        ["query", "from"],
        ["query", "ids", 1],
    ]


async def cookies(session: Annotated[Session, Cookie()]) -> Session:
    return session


async def cookie(
    theme: Annotated[Literal["dark", "light"], Cookie()] = "light", visits: Annotated[int, Cookie(ge=0)] = 0
) -> list[object]:
    return [theme, visits]


def test_cookies_are_read_singly_and_as_a_model() -> None:
    given = {"cookie": "session=s1; visits=3; other=x"}
    assert asked(get("/"), cookies, headers=given).json() == {"session": "s1", "visits": 3}
    assert asked(get("/"), cookie, headers={"cookie": "theme=dark"}).json() == ["dark", 0]
    assert wrong(asked(get("/"), cookies)) == [["cookie", "session"]]
    assert wrong(asked(get("/"), cookie, headers={"cookie": "theme=red; visits=-1"})) == [
        ["cookie", "theme"],
        ["cookie", "visits"],
    ]


async def single(
    x_request: Annotated[str, Header()], x_count: Annotated[int, Header(alias="X-Other", ge=1)] = 1
) -> list[object]:
    return [x_request, x_count]


async def tracing_alone(tracing: Annotated[Tracing, Header()]) -> Tracing:
    return tracing


def test_headers_are_read_singly_and_as_a_model() -> None:
    given = [("X-Request", "r1"), ("If-None-Match", '"e"'), ("x-tag", "a"), ("x-tag", "b")]
    found = asked(get("/"), tracing_alone, headers=given).json()
    assert found == {"x_request": "r1", "if_none_match": '"e"', "x_tag": ["a", "b"]}
    assert wrong(asked(get("/"), tracing_alone)) == [["header", "x-request"]]
    assert asked(get("/"), single, headers={"x-request": "r1", "x-other": "2"}).json() == ["r1", 2]
    assert wrong(asked(get("/"), single, headers={"x-other": "0"})) == [
        ["header", "x-request"],
        ["header", "X-Other"],
    ]


async def bodies(
    item: Item, more: Annotated[Item, Body()], count: Annotated[int, Body(gt=0)], query: str = ""
) -> list[object]:
    return [item.name, more.name, count, query]


async def embedded(item: Annotated[Item, Body(embed=True)]) -> Item:
    return item


def test_a_body_may_hold_one_value_or_several_or_one_by_its_name() -> None:
    item = {"name": "a", "price": 1}
    several = {"item": item, "more": {**item, "name": "b"}, "count": 2}
    assert asked(post("/"), bodies, "/?query=q", json=several).json() == ["a", "b", 2, "q"]
    assert wrong(asked(post("/"), bodies, json={**several, "count": 0})) == [["body", "count"]]
    assert asked(put("/"), embedded, json={"item": item}).json() == {"name": "a", "price": 1.0}
    assert wrong(asked(put("/"), embedded, json=item)) == [["body", "item"]]


async def listed(items: list[Item]) -> list[Item]:
    return items


def test_a_body_may_be_a_list_and_each_mistake_in_it_has_its_place() -> None:
    items = [{"name": "a", "price": 1}, {"name": "b", "price": "x"}, {}]
    assert wrong(asked(post("/"), listed, json=items)) == [
        ["body", 1, "price"],
        ["body", 2, "name"],
        ["body", 2, "price"],
    ]


@pytest.mark.parametrize("returns", [list[Item], list[Item] | Response])
def test_a_list_of_models_is_answered_and_filtered(returns: object) -> None:
    async def handler() -> object:
        return [{"name": "a", "price": 1, "secret": "hunter2"}]

    handler.__annotations__["return"] = returns
    assert asked(get("/"), handler).json() == [{"name": "a", "price": 1.0}]
