"""schemathesis makes requests of the OpenAPI document, good ones and bad ones; it finds nothing."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import AsyncIterator
from enum import Enum
from typing import Annotated, Any, Literal

import pytest
from fastapi import Body, Cookie, File, Form, Header, Path, Query, UploadFile
from hypothesis import HealthCheck, settings
from packages.fastapi.tests.doubles import Container, Guard, Runtime
from pydantic import BaseModel, ConfigDict, Field

from cordio_core import HttpEvent, Plan, Response, Size
from cordio_fastapi import HttpEntrypoint, HttpSettings, delete, get, patch, post, put

schemathesis = pytest.importorskip("schemathesis", reason="the attackers are not installed")
pytest.importorskip("python_multipart", reason="the extra forms is not installed")


DAY, NOBODY = datetime.date(2026, 1, 2), uuid.UUID(int=0)


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Line(BaseModel):
    text: Annotated[str, Field(max_length=20)]
    price: Annotated[float, Field(ge=0)]


class Order(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: int
    lines: Annotated[list[Line], Field(max_length=3)] = []
    colour: Colour = Colour.RED
    made: datetime.datetime | None = None


class Page(BaseModel):
    limit: Annotated[int, Field(gt=0, le=100)] = 10
    order: Literal["up", "down"] = "up"


class Address(BaseModel):
    street: Annotated[str, Field(min_length=1)]
    number: int = 1


async def read(
    number: Annotated[int, Path(ge=0)],
    name: Annotated[str, Path(max_length=10)],
    tags: Annotated[list[str], Query(max_length=3, default_factory=list)],
    since: datetime.date = DAY,
    x_request: Annotated[uuid.UUID, Header()] = NOBODY,
) -> dict[str, object]:
    return {"number": number, "name": name, "since": since, "tags": tags, "request": x_request}


async def listed(
    page: Annotated[Page, Query()], theme: Annotated[Colour, Cookie()] = Colour.RED
) -> list[Order]:
    return [Order(id=number, colour=theme) for number in range(min(page.limit, 3))]


async def place(order: Order) -> Order | Response:
    return Response(order, headers={"location": f"/orders/{order.id}"})


async def change(number: int, order: Order, reason: Annotated[str, Body(max_length=5)]) -> Order:
    return order


async def correct(number: int, lines: list[Line]) -> int:
    return len(lines)


async def remove(number: int, hard: bool = False) -> None: ...


async def move(address: Annotated[Address, Form()]) -> Address:
    return address


async def keep(
    file: UploadFile,
    more: Annotated[list[UploadFile], File(default_factory=list)],
    note: Annotated[str, Form()] = "",
) -> list[object]:
    return [len(await file.read()), len(more), note]


async def stream(count: Annotated[int, Query(ge=0, le=3)] = 1) -> Response:
    async def pieces() -> AsyncIterator[bytes]:
        yield b"["
        for number in range(count):
            yield b"%d," % number
        yield b"0]"

    return Response(stream=pieces(), headers={"content-type": "application/json"})


HANDLERS: list[tuple[HttpEvent, Any]] = [
    (get("/read/{number}/{name}"), read),
    (get("/orders"), listed),
    (post("/orders"), place),
    (put("/orders/{number}"), change),
    (patch("/orders/{number}"), correct),
    (delete("/orders/{number}"), remove),
    (post("/addresses"), move),
    (post("/files"), keep),
    (get("/stream"), stream),
]


def served() -> HttpEntrypoint:
    entrypoint = HttpEntrypoint()
    entrypoint.attach([Plan(event, handler, Container({}), Guard()) for event, handler in HANDLERS])
    entrypoint.bind(Runtime(HttpSettings(port=0, body_limit=Size("64KiB"))))
    return entrypoint


schema = schemathesis.openapi.from_asgi("/openapi.json", served().asgi)


# pydantic takes a number for a date, and a text for a number, where the document says one type.
LAXER = [schemathesis.checks.CHECKS.get_one("negative_data_rejection")]


@schema.parametrize()  # type: ignore[untyped-decorator]  # schemathesis types it for its own cases
@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_no_request_is_a_500_and_every_answer_is_what_the_document_says(case: Any) -> None:
    case.call_and_validate(excluded_checks=LAXER)
