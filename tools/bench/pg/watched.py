"""What it costs that the pool's numbers go to a monitor, which writes them to a file."""

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import cordio_monitor
from cordio_monitor import LogSettings, Monitor
from cordio_monitor.sinks import File
from cordio_pg import Postgres
from tools.bench.comparison import Comparison, Ratio
from tools.bench.pg import _peers
from tools.bench.pg._peers import QUERY, Read
from tools.bench.pg._place import server, settings


@asynccontextmanager
async def watched() -> AsyncIterator[Read]:
    """Read by `Postgres`, with the monitor as its observer."""
    with tempfile.TemporaryDirectory() as folder:
        sinks = [File(Path(folder, "main.log"))]
        async with (
            Monitor("bench", sinks, LogSettings(capture=False)),
            Postgres(settings(server()), observer=cordio_monitor) as pg,
        ):
            yield lambda key: pg.fetchrow(QUERY, key)


COMPARISONS = (
    Comparison(
        "fetchrow by key, 10 tasks, with the pool's numbers in the monitor",
        lambda: _peers.tasks(watched),
        lambda: _peers.tasks(_peers.ours),
        Ratio(1.05),
        number=3_000,
        turns=9,
    ),
)
