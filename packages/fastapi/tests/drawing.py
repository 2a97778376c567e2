"""Handlers and calls that hypothesis draws: signatures of many kinds, and requests that fit them or do not."""

from __future__ import annotations

import enum
import inspect
import uuid
from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import Body, Header, Path, Query
from hypothesis import strategies as st
from packages.fastapi.tests.calling import Call
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, Json

from cordio_core import HttpEvent
from cordio_fastapi import get, post, put


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Size(BaseModel):
    width: int
    height: float | None = None
    made: datetime | None = None


class Order(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: int
    sizes: list[Size] = []
    note: Annotated[str, Field(max_length=5)] = ""
    colour: Colour = Colour.RED


class Filter(BaseModel):
    a: int
    tags: list[str] = []


class Tokens(BaseModel):
    x_token: str
    b: int = 3


def _even(value: int) -> int:
    if value % 2:
        raise ValueError("is odd")
    return value


QUERIES = [
    int,
    str,
    bool,
    float,
    int | None,
    date,
    uuid.UUID,
    Colour,
    Literal["red", "7"],
    Annotated[str, Query(max_length=3, alias="as")],
    Annotated[int, Query(gt=3)],
    Annotated[int, AfterValidator(_even)],
    list[int],
    Annotated[list[str], Query()],
    Annotated[set[int], Query(alias="as")],
    Annotated[Json[list[int]], Query()],
    Annotated[str | None, Query(validation_alias="as")],
]
HEADERS = [
    Annotated[str, Header()],
    Annotated[int, Header(alias="X-Other")],
    Annotated[int, Header(ge=2)],
    Annotated[str, Header(convert_underscores=False)],
    Annotated[list[str], Header()],
]
PARTS = [Annotated[Filter, Query()], Annotated[Tokens, Header()]]
BODIES = [
    Size,
    Order,
    Order | None,
    list[Size],
    dict[str, int],
    Annotated[int, Body()],
    Annotated[bytes, Body()],
    Annotated[Any, Body()],
]
PATHS = [int, str, uuid.UUID, Colour, Annotated[int, Path(gt=3)], Annotated[str, Path(max_length=2)]]
NAMES = ["a", "x_token", "native", "answer", "limit"]
TEXTS = [
    "7",
    "red",
    "x",
    "",
    "0",
    "-4",
    "1e3",
    "true",
    "2020-01-01",
    "[1,2]",
    "null",
    "ä",
    str(uuid.UUID(int=5)),
]
CONTENTS = [
    b"",
    b"null",
    b"7",
    b'"text"',
    b"[]",
    b"{",
    b"\xff",
    b'{"width": 3, "height": NaN}',
    b'{"width": 3, "made": "2020-01-01T00:00:00"}',
    b'[{"width": "3"}, {"width": 1.5}]',
    b'{"id": 1, "sizes": [{"width": 2}], "note": "short", "colour": "blue"}',
    b'{"id": "x", "note": "longer than that", "more": 1}',
    b'{"a": 1, "b": "2"}',
    b"[" * 100_000,
    b'{"a": ' + b"1" * 5000 + b"}",
]
KINDS = [
    None,
    b"application/json",
    b"application/json; charset=utf-8",
    b"application/vnd.x+json",
    b"APPLICATION/JSON",
    b"text/plain",
    b"text/json",
    b"",
    b"nonsense",
]
RETURNS = [inspect.Signature.empty, dict[str, Any], None, str, list[int], Order, Size | None]
ANSWERS: list[Any] = [
    None,
    "text",
    {"a": 1.5, "ä": "ö"},
    [1, 2],
    Order(id=3),
    Size(width=1, height=float("inf")),
    {"width": 2, "more": 1},
    object(),
]


@st.composite
def handlers(draw: st.DrawFn) -> tuple[HttpEvent, Callable[..., object]]:
    make = draw(st.sampled_from([get, post, put]))
    event = make(draw(st.sampled_from(["/o", "/o/{a}", "/o/{a}/{b:int}", "/{rest:path}"])))
    keyword = inspect.Parameter.KEYWORD_ONLY
    parameters = [
        inspect.Parameter(name, keyword, annotation=draw(st.sampled_from(PATHS))) for name in event.names
    ]
    for name in draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=4)):
        if name not in event.names:
            annotation = draw(st.sampled_from(draw(st.sampled_from([QUERIES, HEADERS]))))
            default = draw(st.sampled_from([inspect.Parameter.empty, inspect.Parameter.empty, None, 5, "7"]))
            parameters.append(inspect.Parameter(name, keyword, annotation=annotation, default=default))
    if draw(st.integers(0, 3)) == 0:
        parameters.append(inspect.Parameter("part", keyword, annotation=draw(st.sampled_from(PARTS))))
    if make is not get and draw(st.booleans()):
        default = draw(st.sampled_from([inspect.Parameter.empty, None]))
        body = draw(st.sampled_from(BODIES))
        parameters.append(inspect.Parameter("body", keyword, annotation=body, default=default))
    if draw(st.integers(0, 2)):
        answer, returns = "values", draw(st.sampled_from(RETURNS[:2]))
    else:
        answer, returns = draw(st.sampled_from(ANSWERS)), draw(st.sampled_from(RETURNS))

    async def handler(**values: object) -> object:
        return {name: repr(value) for name, value in values.items()} if answer == "values" else answer

    handler.__dict__["__signature__"] = inspect.Signature(parameters, return_annotation=returns)
    handler.__annotations__ = {p.name: p.annotation for p in parameters} | {"return": returns}
    if returns is inspect.Signature.empty:
        del handler.__annotations__["return"]
    return event, handler


@st.composite
def calls(draw: st.DrawFn, event: HttpEvent) -> Call:
    pieces = [draw(st.sampled_from(["7", "red", "x-y", "12"])) for _ in event.names]
    path = event.path
    for name, piece in zip(event.names, pieces, strict=True):
        path = (
            path.replace(f"{{{name}}}", piece)
            .replace(f"{{{name}:int}}", piece)
            .replace(f"{{{name}:path}}", f"{piece}/{piece}")
        )
    pairs = st.tuples(st.sampled_from([*NAMES, "as", "tags"]), st.sampled_from(TEXTS))
    query = "&".join(f"{name}={text}" for name, text in draw(st.lists(pairs, max_size=5)))
    names = st.sampled_from([b"x-token", b"x_token", b"x-other", b"a"])
    headers = draw(
        st.lists(st.tuples(names, st.sampled_from([text.encode("utf-8") for text in TEXTS])), max_size=5)
    )
    kind, content = draw(st.sampled_from(KINDS)), draw(st.sampled_from(CONTENTS))
    headers += [] if kind is None else [(b"content-type", kind)]
    cut = draw(st.integers(0, len(content)))
    chunks = draw(st.sampled_from([(content,), (content[:cut], content[cut:])]))
    return Call(event.method, path, query.encode(), headers, chunks)
