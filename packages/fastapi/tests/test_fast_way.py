"""Two ways, one answer: past FastAPI where its solver is not needed, through it elsewhere."""

from __future__ import annotations

import asyncio
import enum
import inspect
import json
import uuid
from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any, Literal

import pytest
from fastapi import BackgroundTasks, Body, Cookie, Depends, FastAPI, File, Form, Header, Path, Query
from fastapi import Request as NativeRequest
from fastapi import Response as NativeResponse
from hypothesis import given, settings
from hypothesis import strategies as st
from packages.fastapi.tests.calling import Call
from packages.fastapi.tests.doubles import Runtime, attached
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, Json
from starlette.types import ASGIApp, Receive, Scope, Send

from cordio_core import HttpEvent
from cordio_fastapi import HttpEntrypoint, get, post, put
from cordio_fastapi._failures import install


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


class Untouched:
    """A middleware that does nothing, and so sends everything FastAPI's way."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)


def fast(*handlers: tuple[HttpEvent, Callable[..., object]]) -> HttpEntrypoint:
    entrypoint = attached(*handlers, service=1)
    entrypoint.bind(Runtime())
    return entrypoint


def slow(*handlers: tuple[HttpEvent, Callable[..., object]]) -> HttpEntrypoint:
    entrypoint = attached(*handlers, service=1)
    entrypoint.fastapi.add_middleware(Untouched)
    entrypoint.bind(Runtime())
    return entrypoint


def plain(event: HttpEvent, handler: Callable[..., object]) -> FastAPI:
    application = FastAPI(title="orders")
    install(application)
    application.add_api_route(event.path, handler, methods=[event.method])
    return application


async def outcome(application: ASGIApp, call: Call) -> object:
    try:
        return await call.of(application)
    except Exception:
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
    except Exception:
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


LEADING = (
    "a/b",
    "a/x",
    "x/b",
    "c",
    "c/",
    "d/7",
    "d/x",
    "e-1",
    "e-1/f",
    "g/",
    "g/a/b",
    "a/own",
    "own",
    "m/x",
    "a/b\n",
    "c\n",
    "",
)


def test_a_route_leads_to_the_same_handler_as_a_walk_through_the_list() -> None:
    """The order of the routes decides, whatever is fixed and whatever is not; others' routes stand between."""

    paths = [
        "/a/{x}",
        "/a/b",
        "/{x}/b",
        "/c",
        "/c/",
        "/d/{n:int}",
        "/d/{x}",
        "/e-{x}",
        "/e-{x}/f",
        "/g/{rest:path}",
        "/{y}",
    ]

    def built(make: Callable[..., HttpEntrypoint]) -> HttpEntrypoint:
        def handler(path: str) -> Callable[..., object]:
            async def handler(**values: str) -> list[object]:
                return [path, values]

            names = [
                inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=str)
                for name in get(path).names
            ]
            handler.__dict__["__signature__"] = inspect.Signature(names)
            handler.__annotations__ = {name.name: str for name in names}
            return handler

        entrypoint = HttpEntrypoint()
        own = entrypoint.fastapi
        own.add_api_route("/own", lambda: "posted", methods=["POST"])
        own.add_api_route("/a/own", lambda: "own", methods=["GET"])
        other = FastAPI()
        other.add_api_route("/x", lambda: "mounted", methods=["GET"])
        own.mount("/m", other)
        made = make(*((get(path), handler(path)) for path in paths))
        own.router.routes.extend(made.fastapi.router.routes)
        if make is slow:
            own.add_middleware(Untouched)
        entrypoint.bind(Runtime())
        return entrypoint

    ours, theirs = built(fast), built(slow)

    @settings(max_examples=300, deadline=None)
    @given(
        st.sampled_from(["GET", "GET", "HEAD", "POST", "OPTIONS"]),
        st.one_of(
            st.sampled_from([*LEADING]),
            st.lists(
                st.sampled_from(["a", "b", "c", "7", "e-1", "g", "", "own", "m", "x", "a\n"]), max_size=4
            ).map("/".join),
        ),
        st.sampled_from(["", "", "/a", "/root"]),
    )
    def compared(method: str, path: str, root: str) -> None:
        async def main() -> None:
            call = Call(method, "/" + path, root=root)
            assert await call.of(ours.asgi) == await call.of(theirs.asgi)

        asyncio.run(main())

    compared()
