"""A call through ``inject``, beside the same call by hand."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from cordio_di import Container
from tools.bench.clock import Run, awaits
from tools.bench.comparison import Comparison, Ratio
from tools.bench.di import _peers


class Settings:
    """Stand for a service."""


class Pool:
    """Stand for a service."""


class Orders:
    """Stand for a service."""


async def place(number: int, settings: Settings, pool: Pool, orders: Orders) -> int:
    """Stand for a handler with three services."""
    return number


def ours() -> Run:
    """Call it through the container."""
    container = Container(discover=False)
    for made in (Settings, Pool, Orders):
        container.service(made)
    handler = container.inject(place)

    @asynccontextmanager
    async def started() -> AsyncIterator[None]:
        async with container:
            await container.prepare([place])
            yield

    return awaits(lambda: handler(7), started)


def by_hand() -> Run:
    """Call it from a function that has the objects."""
    settings, pool, orders = Settings(), Pool(), Orders()

    async def call(number: int) -> int:
        return await place(number, settings, pool, orders)

    return awaits(lambda: call(7))


SERVICES: list[type] = [Settings, Pool, Orders]

COMPARISONS = (
    Comparison(
        "a handler with three started services",
        ours,
        by_hand,
        Ratio(1.5),
        number=20_000,
        peers={
            "dishka": lambda: _peers.dishka([*SERVICES], [], place, SERVICES),
            "wireup": lambda: _peers.wireup([*SERVICES], [], place, SERVICES),
            "that-depends": lambda: _peers.that_depends([*SERVICES], [], place, SERVICES),
            "svcs": lambda: _peers.svcs([*SERVICES], [], place, SERVICES),
            "lagom": lambda: _peers.lagom([*SERVICES], [], place, SERVICES),
            "FastAPI": lambda: _peers.fastapi([*SERVICES], [], place, SERVICES),
        },
    ),
)
