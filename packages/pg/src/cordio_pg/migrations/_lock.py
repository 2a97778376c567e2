"""The lock that lets one of many processes migrate."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from cordio_pg.migrations._exceptions import LockHeld

if TYPE_CHECKING:
    from cordio_pg._connection import Connection

__all__ = ["KEY", "locked"]

# One lock for a database: "cord", "migr" as numbers.
KEY = (0x636F7264, 0x6D696772)
_FIRST, _MOST = 0.02, 0.5
_TRY = "select pg_try_advisory_lock($1, $2)"
_FREE = "select pg_advisory_unlock($1, $2)"
_HOLDER = """
select a.pid, a.application_name, coalesce(host(a.client_addr), 'this machine') as at
from pg_locks l join pg_stat_activity a on a.pid = l.pid
where l.locktype = 'advisory' and l.granted and l.objsubid = 2 and l.classid = $1 and l.objid = $2
and l.database = (select oid from pg_database where datname = current_database())
"""


@asynccontextmanager
async def locked(
    connection: Connection, where: str, within: float, needless: Callable[[Connection], Awaitable[bool]]
) -> AsyncIterator[bool]:
    """Hold the lock for the time of a block; where somebody else's work makes it needless, do not wait for it.

    It is asked for again and again, since who waits for it in the server holds a snapshot there, and ``create
    index concurrently`` of the one that has the lock would wait for that in turn, for ever.

    Parameters
    ----------
    connection : Connection
        Whose session holds it.
    where : str
        The database.
    within : float
        How many seconds to wait.
    needless : callable
        Tells, while it is waited for, whether there is nothing left to do.

    Yields
    ------
    bool
        Whether it is held.

    Raises
    ------
    LockHeld
        If somebody else holds it for longer.
    """
    if not await _taken(connection, where, within, needless):
        yield False
        return
    yield True
    # After a failure or a cancellation the pool cleans the session, or cuts it: either lets the lock go.
    await connection.fetchval(_FREE, *KEY)


async def _taken(
    connection: Connection, where: str, within: float, needless: Callable[[Connection], Awaitable[bool]]
) -> bool:
    loop = asyncio.get_running_loop()
    end, pause = loop.time() + within, _FIRST
    while not await connection.fetchval(_TRY, *KEY):
        if await needless(connection):
            return False
        if loop.time() >= end:
            raise LockHeld(where, within, await _holder(connection))
        await asyncio.sleep(min(random.uniform(pause / 2, pause), max(0.0, end - loop.time())))
        pause = min(pause * 2, _MOST)
    return True


async def _holder(connection: Connection) -> str:
    row = await connection.fetchrow(_HOLDER, *KEY)
    if row is None:
        return "somebody who let it go just now"
    return f"the server's process {row['pid']} (application {row['application_name']!r}, from {row['at']})"
