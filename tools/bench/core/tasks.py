"""Supervised tasks beside those of a group of asyncio."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from cordio_core import App
from tools.bench.clock import Run, awaits
from tools.bench.comparison import Comparison, Ratio
from tools.bench.core.way import application

_COUNT = 1_000


async def work() -> None:
    """Stand for a task that waits once."""
    await asyncio.sleep(0)


def supervised(app: App, **options: bool) -> Run:
    """Spawn a thousand tasks and wait until all are over."""

    async def spawn() -> None:
        tasks = app._running_tasks()
        for _ in range(_COUNT):
            app.spawn(work(), name="work", **options)  # type: ignore[arg-type]  # of one option
        while tasks.counts.running:
            await asyncio.sleep(0)

    @asynccontextmanager
    async def started() -> AsyncIterator[None]:
        async with app.running(listening=False):
            yield

    return awaits(spawn, started, time.thread_time)


def grouped() -> Run:
    """Start a thousand tasks in a group, which waits until all are over."""

    async def start() -> None:
        async with asyncio.TaskGroup() as group:
            for _ in range(_COUNT):
                group.create_task(work())

    return awaits(start, clock=time.thread_time)


def layered() -> Run:
    """Start a thousand tasks in a group, each in the layer that a supervised one runs in."""
    run = application().errors.run

    async def start() -> None:
        async with asyncio.TaskGroup() as group:
            for _ in range(_COUNT):
                group.create_task(run(work))

    return awaits(start, clock=time.thread_time)


COMPARISONS = (
    Comparison(
        "a thousand supervised tasks, with rules and monitor, over a TaskGroup",
        lambda: supervised(application()),
        grouped,
        Ratio(1.3),
        number=20,
    ),
    Comparison("of these the layer alone, in a TaskGroup", layered, grouped, Ratio(1.5), number=20),
    Comparison(
        "the same without any other part", lambda: supervised(App("orders")), grouped, Ratio(1.3), number=20
    ),
    Comparison(
        "the same, each with a span",
        lambda: supervised(application(), traced=True),
        grouped,
        Ratio(8),
        number=20,
    ),
)
