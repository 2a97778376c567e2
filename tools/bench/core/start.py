"""The start of an application with many handlers and services, and how it grows with their number."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from cordio_core import Event, emitted, get
from tools.bench.clock import Run
from tools.bench.comparison import Comparison, Over, Ratio
from tools.bench.core.way import application

_COUNT = 500


def starting(count: int, event: Callable[[str], Event]) -> Run:
    """Define an application, start it, and stop it; the stop is not counted."""

    async def once() -> float:
        begun = time.process_time()
        app = application()
        for number in range(count):
            service = type(f"Service{number}", (), {"__doc__": "Stand for a service."})
            app.service(service)
            app.on(event(f"orders/{number}"))(_handler(service))
        async with app.running(listening=False):
            return time.process_time() - begun

    return lambda number: sum(asyncio.run(once()) for _ in range(number))


def _handler(service: type) -> Callable[..., object]:
    async def read(order_id: int, service: object) -> object:
        return service

    read.__annotations__["service"] = service
    read.__name__ = read.__qualname__ = f"read_{service.__name__}"
    return read


def _route(name: str) -> Event:
    return get(f"/{name}/{{order_id}}")


COMPARISONS = (
    Comparison(
        f"the start with {_COUNT} handlers and {_COUNT} services",
        lambda: starting(_COUNT, emitted),
        None,
        Over(0.5),
        number=1,
    ),
    Comparison(
        f"the same, over that with {_COUNT // 2} of each (2 times is linear)",
        lambda: starting(_COUNT, emitted),
        lambda: starting(_COUNT // 2, emitted),
        Ratio(2.3),
        number=1,
    ),
    Comparison(
        f"the start with {_COUNT} HTTP handlers and {_COUNT} services, FastAPI's routes included",
        lambda: starting(_COUNT, _route),
        None,
        Over(1.5),
        number=1,
        turns=5,
    ),
)
