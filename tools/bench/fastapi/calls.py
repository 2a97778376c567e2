"""Requests through the whole of CorDio, beside the bare routes of FastAPI with nothing, called in-process."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping, MutableMapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from pydantic import BaseModel

from cordio_core import App, get, post
from cordio_core.protocols import Configuration, Monitor
from cordio_di import Container
from cordio_errors import Errors
from cordio_fastapi import HttpEntrypoint
from cordio_monitor import LogSettings
from cordio_monitor import Monitor as RealMonitor
from cordio_monitor.sinks import Console, File
from tools.bench.clock import Clock, Run
from tools.bench.comparison import Comparison, Ratio

F = TypeVar("F", bound=Callable[..., object])
Asgi = Callable[..., Any]
Message = MutableMapping[str, Any]

BODY = b'{"sku":"A-1","amount":3,"lines":[{"text":"first","price":1.5},{"text":"second","price":2.25}]}'


class Line(BaseModel):
    """Stand for a part of an order."""

    text: str
    price: float


class Order(BaseModel):
    """Stand for an order."""

    sku: str
    amount: int
    lines: list[Line]


class Pool:
    """Stand for a service."""


class Prices:
    """Stand for a service."""


class Orders:
    """Stand for a service."""


class Watching:
    """Monitor as a service does: one access record an event, to the console and to a file."""

    sections: Mapping[str, type] = {}

    def __init__(self, sinks: list[Any]) -> None:
        self.sinks = sinks

    def observed(self, point: str, /) -> Callable[[F], F]:
        """Make no spans but those of events."""
        return lambda function: function

    def monitor(self, service: str, configuration: Configuration, /) -> Monitor:
        """Make the monitor."""
        return RealMonitor(service, self.sinks, LogSettings(capture=False, format="json"))


async def read(number: int) -> dict[str, object]:
    """Answer JSON."""
    return {"number": number, "sku": "A-1"}


async def place(order: Order) -> Order:
    """Validate a body, and answer it."""
    return order


async def read_with(number: int, pool: Pool, prices: Prices, orders: Orders) -> dict[str, object]:
    """Answer JSON, with three services."""
    return {"number": number, "sku": "A-1"}


async def place_with(order: Order, pool: Pool, prices: Prices, orders: Orders) -> Order:
    """Validate a body, and answer it, with three services."""
    return order


def request(method: str) -> dict[str, Any]:
    """Return the scope of a request."""
    headers = [(b"host", b"example.org"), (b"accept", b"*/*"), (b"user-agent", b"bench/1")]
    path = "/orders/7" if method == "GET" else "/orders"
    if method == "POST":
        headers += [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(BODY))]
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": headers,
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }


async def turns(application: Asgi, method: str, number: int, clock: Clock) -> float:
    """Call an application so often."""
    scope, body = request(method), BODY if method == "POST" else b""
    statuses = set()

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            statuses.add(message["status"])

    await application(dict(scope), receive, send)
    begun = clock()
    for _ in range(number):
        await application(dict(scope), receive, send)
    spent = clock() - begun
    assert statuses == {200}, statuses
    return spent


def bare(method: str, clock: Clock, others: int = 0) -> Run:
    """Call FastAPI's own route, with nothing."""
    from fastapi import FastAPI

    application = FastAPI()
    for number in range(others):
        application.get(f"/other{number}/{{number}}")(read)
    application.get("/orders/{number}")(read)
    application.post("/orders")(place)
    return lambda number: asyncio.run(turns(application, method, number, clock))


@asynccontextmanager
async def started(others: int) -> AsyncIterator[App]:
    """Start an application of three services, with all its parts."""
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory())
        out = stack.enter_context(open(Path(folder, "out.log"), "w"))
        app = App(
            "orders",
            container=Container(discover=False),
            errors=Errors(),
            monitoring=Watching([Console(out), File(Path(folder, "main.log"))]),
            entrypoints=[HttpEntrypoint()],
        )
        for service in (Pool, Prices, Orders):
            app.service(service)
        for number in range(others):
            app.on(get(f"/other{number}/{{number}}"))(_another())
        app.on(get("/orders/{number}"))(read_with)
        app.on(post("/orders"))(place_with)
        await stack.enter_async_context(app.running(listening=False))
        yield app


def _another() -> Callable[..., object]:
    async def another(number: int, pool: Pool) -> dict[str, object]:
        return {"number": number}

    return another


def whole(method: str, clock: Clock, others: int = 0, *, with_delivery: bool = False) -> Run:
    """Call an application with everything on."""

    async def main(number: int) -> float:
        async with started(others) as app:
            spent = await turns(app, method, number, clock)
            begun = clock()
        return spent + clock() - begun if with_delivery else spent

    return lambda number: asyncio.run(main(number))


def until(method: str, most: float) -> Comparison:
    """Compare what the loop's thread does until the answer."""
    return Comparison(
        f"{method} through all of CorDio over bare FastAPI, until the answer",
        lambda: whole(method, time.thread_time),
        lambda: bare(method, time.thread_time),
        Ratio(most),
        number=2_000,
        turns=9,
    )


def in_all(method: str, most: float) -> Comparison:
    """Compare what the process does, delivery of the records to console and file included."""
    return Comparison(
        f"{method} through all of CorDio over bare FastAPI, records delivered",
        lambda: whole(method, time.process_time, with_delivery=True),
        lambda: bare(method, time.process_time),
        Ratio(most),
        number=2_000,
        turns=9,
    )


def among(others: int) -> Comparison:
    """Compare with the same application of no other routes."""
    return Comparison(
        f"GET among {others} other routes, over none",
        lambda: whole("GET", time.thread_time, others),
        lambda: whole("GET", time.thread_time),
        Ratio(1.1),
        number=2_000,
        turns=9,
        peers={"FastAPI": lambda: bare("GET", time.thread_time, others)},
    )


COMPARISONS = (
    until("GET", 0.6),
    until("POST", 0.55),
    in_all("GET", 0.9),
    in_all("POST", 0.8),
    among(50),
    among(500),
)
