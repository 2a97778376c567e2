"""A route of FastAPI with a span and three records, beside the bare route, both called in-process."""

import asyncio
import time
from collections.abc import Callable, MutableMapping
from contextlib import AsyncExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cordio_monitor import LogSettings, Monitor, count, log, span
from cordio_monitor.sinks import Console, File
from tools.bench.clock import Clock, Run
from tools.bench.comparison import Comparison, Ratio

Message = MutableMapping[str, Any]
SCOPE: dict[str, Any] = {
    "type": "http",
    "asgi": {"version": "3.0"},
    "http_version": "1.1",
    "method": "GET",
    "scheme": "http",
    "path": "/orders/7",
    "raw_path": b"/orders/7",
    "query_string": b"",
    "root_path": "",
    "headers": [(b"host", b"example.org"), (b"accept", b"*/*")],
    "client": ("127.0.0.1", 1),
    "server": ("127.0.0.1", 80),
}


async def receive() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}


async def send(message: Message) -> None:
    """Take what is answered."""


def route(watched: bool) -> Any:  # noqa: ANN401  # an ASGI application
    from fastapi import FastAPI

    app = FastAPI()

    @app.get("/orders/{number}")
    async def read(number: int) -> dict[str, object]:
        if watched:
            log.info("reading", number=number, token="hunter2")
            with span("select", stage="stock"):
                count("read")
            log.info("read", number=number, rows=1)
        return {"number": number, "sku": "A-1"}

    return app


def bare(clock: Clock) -> Run:
    async def turns(number: int) -> float:
        app = route(watched=False)
        begun = clock()
        for _ in range(number):
            await app(dict(SCOPE), receive, send)
        return clock() - begun

    return lambda number: asyncio.run(turns(number))


def ours(clock: Clock, *, with_delivery: bool) -> Run:
    async def turns(number: int) -> float:
        app = route(watched=True)
        async with AsyncExitStack() as stack:
            folder = stack.enter_context(TemporaryDirectory())
            out = stack.enter_context(open(Path(folder, "out.log"), "w"))
            sinks = [Console(out), File(Path(folder, "main.log"))]
            monitor = Monitor("bench", sinks, LogSettings(capture=False, format="json"))
            await monitor.__aenter__()
            begun = clock()
            for _ in range(number):
                with monitor.incoming("GET /orders/{number}", headers=SCOPE["headers"]) as event:
                    await app(dict(SCOPE), receive, send)
                    event.answered(200)
            spent = clock() - begun
            await monitor.__aexit__(None, None, None)
            return clock() - begun if with_delivery else spent

    return lambda number: asyncio.run(turns(number))


PEERS = ("sentry-sdk", "OpenTelemetry", "py-zipkin", "BaseHTTPMiddleware and logging")


def _peer(name: str, what: str) -> Callable[[], Run]:
    def make() -> Run:
        from tools.bench.monitor._routes import contender

        return contender(name, what)

    return make


def compared(promise: str, clock: Callable[[], float], target: float, with_delivery: bool) -> Comparison:
    what = "all" if with_delivery else "until"
    return Comparison(
        promise,
        lambda: ours(clock, with_delivery=with_delivery),
        lambda: bare(clock),
        Ratio(target),
        number=500,
        turns=9,
        peers={name: _peer(name, what) for name in PEERS},
    )


COMPARISONS = (
    compared("a span and records on a route, until the answer", time.thread_time, 1.15, False),
    compared("a span and records on a route, in all", time.process_time, 1.5, True),
)
