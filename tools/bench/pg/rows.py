"""Rows into models, and rows from a cursor."""

import asyncio
import resource
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel

from cordio_pg import Postgres
from tools.bench.clock import Run
from tools.bench.comparison import Comparison, Over, Ratio
from tools.bench.pg._place import server, settings

QUERY = "select id, sku, amount, at from item"
MANY = "select n as id, 'sku' || n as sku from generate_series(1, $1::int) n"


class Item(BaseModel):
    """A row as a model."""

    id: int
    sku: str
    amount: int
    at: datetime


@dataclass
class Plain:
    """A row as a dataclass."""

    id: int
    sku: str
    amount: int
    at: datetime


def awaited(call: Callable[[Postgres], Awaitable[object]]) -> Run:
    """
    Measure calls of one task.

    Parameters
    ----------
    call : callable
        What is awaited.

    Returns
    -------
    callable
        Awaits it so many times, and returns the CPU seconds of this process.
    """

    server()

    async def turns(number: int) -> float:
        async with Postgres(settings(server())) as pg:
            await call(pg)
            begun = time.process_time()
            for _ in range(number):
                await call(pg)
            return time.process_time() - begun

    return lambda number: asyncio.run(turns(number))


async def by_hand(pg: Postgres) -> object:
    """Fetch the records and build the models by hand."""
    return [
        Item(id=row["id"], sku=row["sku"], amount=row["amount"], at=row["at"]) for row in await pg.fetch(QUERY)
    ]


async def plain_by_hand(pg: Postgres) -> object:
    """Fetch the records and build dataclasses by hand, their types unseen."""
    return [Plain(row["id"], row["sku"], row["amount"], row["at"]) for row in await pg.fetch(QUERY)]


def memory(rows: int) -> Run:
    """
    Measure how much more memory the process has while it reads rows by a cursor, a GB told as a second.

    Parameters
    ----------
    rows : int
        How many rows it reads.

    Returns
    -------
    callable
        Returns the growth.
    """
    server()

    async def turn() -> float:
        async with Postgres(settings(server())) as pg:
            first, most, count = 0, 0, 0
            async for _ in pg.cursor(MANY, rows, timeout="1m"):
                count += 1
                if count % 50_000 == 0:
                    first, most = first or _resident(), max(most, _resident())
            return (most - first) / 2**30

    return lambda number: max(asyncio.run(turn()) for _ in range(number))


def _resident() -> int:
    """Return the bytes of memory that this process has now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


COMPARISONS = (
    Comparison(
        "all(Model) of 10,000 rows, over building the models by hand",
        lambda: awaited(lambda pg: pg.all(Item, QUERY)),
        lambda: awaited(by_hand),
        Ratio(1.3),
        number=5,
    ),
    Comparison(
        "all(dataclass) of 10,000 rows, validated, over models by hand",
        lambda: awaited(lambda pg: pg.all(Plain, QUERY)),
        lambda: awaited(by_hand),
        Ratio(1.3),
        number=5,
        peers={"dataclasses by hand, not validated": lambda: awaited(plain_by_hand)},
    ),
    Comparison(
        "10 million rows by a cursor: growth of memory (1 ms is 1 MB)",
        lambda: memory(10_000_000),
        None,
        Over(20e-3),
        number=1,
        turns=1,
    ),
)
