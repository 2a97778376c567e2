"""How late calls go through after an outage, and how late one ends on a frozen server, by the clock."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress

from cordio_pg import OutcomeUnknown, Postgres
from tools.bench.clock import Run
from tools.bench.comparison import Comparison, Over
from tools.bench.pg._place import server, settings

DOWN, LIMIT = 2.0, 0.5
SELECT = "select 1"


def restart(stop: Callable[[], None]) -> Run:
    """
    Measure restarts under twenty tasks.

    Parameters
    ----------
    stop : callable
        Stops the server.

    Returns
    -------
    callable
        Restarts it so many times, and returns how many seconds after asyncpg could connect again the last of
        the tasks had its answer.
    """
    server()

    async def once() -> float:
        async with Postgres(settings(server())) as pg:
            back: list[float] = []
            tasks = [asyncio.create_task(_calls(pg, back)) for _ in range(20)]
            await asyncio.sleep(0.2)
            await asyncio.to_thread(stop)
            await asyncio.sleep(DOWN)
            start = asyncio.create_task(asyncio.to_thread(server().start))
            up = await _first(_connected)
            await start
            await asyncio.gather(*tasks)
        return max(back) - up

    return lambda number: sum(asyncio.run(once()) for _ in range(number))


def frozen() -> Run:
    """
    Measure calls on a frozen server.

    Returns
    -------
    callable
        Makes so many, and returns by how many seconds they passed their limit.
    """
    server()

    async def calls(number: int) -> float:
        async with Postgres(settings(server()).model_copy(update={"close_timeout": 0.1})) as pg:
            await pg.fetchval(SELECT)
            server().freeze()
            late = 0.0
            for _ in range(number):
                begun = time.monotonic()
                try:
                    await pg.fetchval(SELECT, timeout=LIMIT)
                except Exception:
                    late += time.monotonic() - begun - LIMIT
            server().thaw()
        return late

    return lambda number: asyncio.run(calls(number))


async def _calls(pg: Postgres, back: list[float]) -> None:
    """Call until an answer came after an outage."""
    while True:
        begun = time.monotonic()
        with suppress(OutcomeUnknown):  # it was on its way when the server went
            await pg.fetchval(SELECT, timeout=30)
        if time.monotonic() - begun > DOWN / 2:
            back.append(time.monotonic())
            return
        await asyncio.sleep(0.01)


async def _connected() -> None:
    import asyncpg

    connection = await asyncpg.connect(server().url)
    connection.terminate()


async def _first(attempt: Callable[[], Awaitable[None]]) -> float:
    """Try every ten milliseconds; return when it went well first."""
    while True:
        try:
            await attempt()
        except Exception:
            await asyncio.sleep(0.01)
        else:
            return time.monotonic()


COMPARISONS = (
    Comparison(
        "back after a restart of 2 s, 20 tasks, by the clock",
        lambda: restart(lambda: server().stop()),
        None,
        Over(0.2),
        number=1,
        turns=5,
    ),
    Comparison(
        "back after a kill and 2 s, 20 tasks, by the clock",
        lambda: restart(lambda: server().kill()),
        None,
        Over(0.2),
        number=1,
        turns=5,
    ),
    Comparison(
        "a call on a frozen server ends after its limit, by the clock",
        frozen,
        None,
        Over(0.2),
        number=3,
        turns=3,
    ),
)
