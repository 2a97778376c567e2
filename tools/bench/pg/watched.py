"""What it costs that statements are watched: numbers and spans go to a monitor, which writes to a file."""

import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from cordio_monitor import LogSettings, Monitor
from cordio_monitor.sinks import File
from cordio_pg import Postgres
from tools.bench.comparison import Comparison, Ratio
from tools.bench.pg import _peers
from tools.bench.pg._peers import QUERY, Read
from tools.bench.pg._place import server, settings


def watched(log: LogSettings) -> Callable[[], AbstractAsyncContextManager[Read]]:
    """
    Read by `Postgres`, watched by a monitor as an application's is.

    Parameters
    ----------
    log : LogSettings
        What the monitor takes.

    Returns
    -------
    callable
        Makes the block in which there is something that reads.
    """

    @asynccontextmanager
    async def opened() -> AsyncIterator[Read]:
        with tempfile.TemporaryDirectory() as folder:
            monitor = Monitor("bench", [File(Path(folder, "main.log"))], log)
            async with monitor, Postgres(settings(server()), observer=monitor) as pg:
                yield lambda key: pg.fetchrow(QUERY, key)

    return opened


@asynccontextmanager
async def bare() -> AsyncIterator[Read]:
    """Read by `Postgres`, with nothing that watches, not even for slow statements."""
    async with Postgres(settings(server()).model_copy(update={"slow": 0.0})) as pg:
        yield lambda key: pg.fetchrow(QUERY, key)


COMPARISONS = (
    Comparison(
        "fetchrow by key, 10 tasks, looking for slow statements",
        lambda: _peers.tasks(_peers.ours),
        lambda: _peers.tasks(bare),
        Ratio(1.05),
        number=3_000,
        turns=9,
    ),
    Comparison(
        "fetchrow by key, 10 tasks, with the pool's numbers in the monitor, spans of queries off",
        lambda: _peers.tasks(watched(LogSettings(capture=False, off=("queries",)))),
        lambda: _peers.tasks(bare),
        Ratio(1.05),
        number=3_000,
        turns=9,
    ),
    Comparison(
        "fetchrow by key, 10 tasks, with a span of each query, made and written to a file",
        lambda: _peers.tasks(watched(LogSettings(capture=False))),
        lambda: _peers.tasks(bare),
        Ratio(1.05),
        number=3_000,
        turns=9,
    ),
)
