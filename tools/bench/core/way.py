"""The way of an event through a plan, and of what is emitted, beside plain calls."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import TypeVar

import cordio_monitor
from cordio_core import App, Request, emitted, get
from cordio_core.protocols import Configuration, Monitor
from cordio_di import Container
from cordio_errors import Errors
from cordio_monitor.sinks import File
from tools.bench.clock import Run, awaits, programs
from tools.bench.comparison import Comparison, Over

F = TypeVar("F", bound=Callable[..., object])


class Settings:
    """Stand for a service."""


class Pool:
    """Stand for a service."""


class Orders:
    """Stand for a service."""


async def place(order_id: int, settings: Settings, pool: Pool, orders: Orders) -> int:
    """Stand for a handler with three services."""
    return order_id


async def hear(order_id: int) -> None:
    """Stand for a handler of an internal event."""


class Watching:
    """Monitor as a service does: a record an event, to a file."""

    sections: Mapping[str, type] = {}

    def observed(self, point: str, /) -> Callable[[F], F]:
        """Make no spans but those of events."""
        return lambda function: function

    def monitor(self, service: str, configuration: Configuration, /) -> Monitor:
        """Make the monitor."""
        return cordio_monitor.Monitor(service, sinks=[File("/dev/null")])


def application() -> App:
    """Put the real parts together."""
    return App("orders", container=Container(discover=False), errors=Errors(), monitoring=Watching())


def planned(*, monitored: bool = True) -> Run:
    """Run the plan as an entrypoint does, in the span of its event."""
    app, path, data = application(), {"order_id": "7"}, {"order_id": 7}
    for service in (Settings, Pool, Orders):
        app.service(service)
    app.on(get("/orders/{order_id}"))(place)
    app.check()
    (plan,) = app._assembled().plans

    async def event() -> object:
        with running.monitor.incoming("GET /orders/{order_id}") as span:
            response = await plan.run(Request(plan.event, path=path), data)
            span.answered(response.status or 200, at=plan.code)
        return response.value

    async def alone() -> object:
        return (await plan.run(Request(plan.event, path=path), data)).value

    running = app.running(listening=False)

    @asynccontextmanager
    async def started() -> AsyncIterator[None]:
        await running.monitor.__aenter__()
        async with app.container:
            await app.container.prepare([place])
            yield
        await running.monitor.__aexit__(None, None, None)

    return awaits(event if monitored else alone, started, time.thread_time)


def layered() -> Run:
    """Call the handler with the objects, in the layer that the plan runs it in."""
    settings, pool, orders = Settings(), Pool(), Orders()
    run = Errors().run
    return awaits(lambda: run(place, 7, settings, pool, orders), clock=time.thread_time)


def by_hand() -> Run:
    """Call the handler with the objects."""
    settings, pool, orders = Settings(), Pool(), Orders()
    return awaits(lambda: place(7, settings, pool, orders), clock=time.thread_time)


def emitting() -> Run:
    """Emit an event with one handler."""
    app, data = application(), {"order_id": 7}
    app.on(emitted("order.placed"))(hear)

    @asynccontextmanager
    async def started() -> AsyncIterator[None]:
        async with app.running(listening=False):
            yield

    return awaits(lambda: app.emit("order.placed", data), started, time.thread_time)


COMPARISONS = (
    Comparison(
        "a plan with three services, a layer and the monitor, over the handler by hand",
        planned,
        by_hand,
        Over(6e-6),
        number=20_000,
    ),
    Comparison(
        "the same without the monitor",
        lambda: planned(monitored=False),
        by_hand,
        Over(2.5e-6),
        number=20_000,
    ),
    Comparison(
        "of these the layer alone, around the handler by hand", layered, by_hand, Over(1.2e-6), number=20_000
    ),
    Comparison("emit to one handler", emitting, None, Over(10e-6), number=20_000),
    Comparison(
        "import cordio_core, over bare Python",
        lambda: programs("import cordio_core"),
        lambda: programs("pass"),
        Over(20e-3),
        number=3,
    ),
    Comparison(
        "import what an application uses, over bare Python",
        lambda: programs("from cordio_core import App, Request, get; App('orders')"),
        lambda: programs("pass"),
        Over(20e-3),
        number=3,
    ),
    Comparison(
        "the same, over the import of dataclasses and typing, on which it stands",
        lambda: programs("from cordio_core import App, Request, get; App('orders')"),
        lambda: programs("import dataclasses, typing"),
        Over(20e-3),
        number=3,
    ),
    Comparison(
        "the same, over the import of asyncio, which comes with the start",
        lambda: programs("from cordio_core import App, Request, get; App('orders')"),
        lambda: programs("import asyncio"),
        Over(20e-3),
        number=3,
    ),
)
