"""The peers: each reads a row by its key through its own pool; it is imported where it is measured."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TypeAlias

from cordio_pg import Postgres
from tools.bench.clock import Run
from tools.bench.pg._place import POOL, server, settings

Read: TypeAlias = Callable[[int], Awaitable[object]]
Opened: TypeAlias = Callable[[], AbstractAsyncContextManager[Read]]

QUERY = "select id, sku, at from item where id = $1"


def tasks(opened: Opened, count: int = 10) -> Run:
    """
    Measure reads by several tasks at once.

    Parameters
    ----------
    opened : callable
        Makes the block in which there is something that reads.
    count : int
        How many tasks there are.

    Returns
    -------
    callable
        Reads so many times in all, and returns the CPU seconds of this process.
    """

    server()

    async def some(read: Read, number: int) -> None:
        for key in range(1, number + 1):
            await read(key)

    async def turns(number: int) -> float:
        async with opened() as read:
            await asyncio.gather(*(some(read, 20) for _ in range(count)))
            begun = time.process_time()
            await asyncio.gather(*(some(read, number // count) for _ in range(count)))
            return time.process_time() - begun

    return lambda number: asyncio.run(turns(number))


@asynccontextmanager
async def ours() -> AsyncIterator[Read]:
    """Read by `Postgres`."""
    async with Postgres(settings(server())) as pg:
        yield lambda key: pg.fetchrow(QUERY, key)


@asynccontextmanager
async def asyncpg_pool() -> AsyncIterator[Read]:
    """Read by asyncpg's own pool."""
    import asyncpg

    async with asyncpg.create_pool(server().url, min_size=POOL, max_size=POOL) as pool:
        yield lambda key: pool.fetchrow(QUERY, key)


@asynccontextmanager
async def asyncpg_held() -> AsyncIterator[Read]:
    """Read by connections of asyncpg without any pool: the least that it takes."""
    import asyncpg

    free = [await asyncpg.connect(server().url) for _ in range(POOL)]

    async def read(key: int) -> object:
        connection = free.pop()
        try:
            return await connection.fetchrow(QUERY, key)
        finally:
            free.append(connection)

    yield read
    for connection in free:
        await connection.close()


def psycopg() -> Run:
    """Read by psycopg's pool, without a transaction around each read."""
    from psycopg.rows import dict_row  # type: ignore[import-not-found]  # a peer
    from psycopg_pool import AsyncConnectionPool  # type: ignore[import-not-found]  # a peer

    query, options = QUERY.replace("$1", "%s"), {"autocommit": True, "row_factory": dict_row}

    @asynccontextmanager
    async def opened() -> AsyncIterator[Read]:
        async with AsyncConnectionPool(
            server().url, min_size=POOL, max_size=POOL, kwargs=options, open=False
        ) as pool:

            async def read(key: int) -> object:
                async with pool.connection() as connection:
                    return await (await connection.execute(query, (key,))).fetchone()

            yield read

    return tasks(opened)


def sqlalchemy() -> Run:
    """Read by SQLAlchemy's engine on asyncpg, with its default transaction around each read."""
    from sqlalchemy import text  # type: ignore[import-not-found]  # a peer
    from sqlalchemy.ext.asyncio import create_async_engine  # type: ignore[import-not-found]  # a peer

    query = text(QUERY.replace("$1", ":key"))

    @asynccontextmanager
    async def opened() -> AsyncIterator[Read]:
        address = server().url.replace("postgresql:", "postgresql+asyncpg:")
        engine = create_async_engine(address, pool_size=POOL, max_overflow=0)

        async def read(key: int) -> object:
            async with engine.connect() as connection:
                return (await connection.execute(query, {"key": key})).one()

        yield read
        await engine.dispose()

    return tasks(opened)
