"""The service ``pg``: PostgreSQL that is there when it is used."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar

from cordio_pg._connection import Connection, Isolation, called
from cordio_pg._deadline import Deadline
from cordio_pg._duration import Duration
from cordio_pg._exceptions import NotOpen, QueryError, Unavailable
from cordio_pg._pool import Pool
from cordio_pg._queries import Queries
from cordio_pg._settings import PgSettings
from cordio_pg._target import Target, embedded, remote

if TYPE_CHECKING:
    from cordio_pg._queries import Raw

__all__ = ["Postgres"]

T = TypeVar("T")
_HEALTH_LIMIT = 2.0


class Postgres(Queries):
    """PostgreSQL as a service: connects at the first use, keeps its limits, tells failures apart.

    A remote server is connected to when it is first used; the embedded one is started when the block
    is entered, so that a failure shows at once.

    Parameters
    ----------
    settings : PgSettings
        Where the database is.

    Examples
    --------
    >>> import asyncio, tempfile
    >>> async def main(folder: str) -> object:
    ...     async with Postgres(PgSettings(dsn="embedded", data=folder)) as pg:
    ...         return await pg.fetchval("select 6 * $1::int", 7)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     asyncio.run(main(folder))
    42
    """

    def __init__(self, settings: PgSettings) -> None:
        self._settings = settings
        self._pool: Pool | None = None
        self._stack = AsyncExitStack()

    def __repr__(self) -> str:
        return f"Postgres({self._settings.where})"

    async def __aenter__(self) -> Self:
        if self._pool is not None:
            raise RuntimeError(f"{self!r} is open already")
        async with AsyncExitStack() as stack:
            target = await self._target(stack)
            self._pool = Pool(target, self._settings)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pool, self._pool = self._pool, None
        async with self._stack:
            if pool is not None:
                await pool.close(self._settings.close_timeout)

    async def health(self) -> None:
        """Ask the server for a sign of life; returns within two seconds.

        Raises
        ------
        Unavailable
            If there is no connection to be had.
        DeadlineExceeded
            If the answer does not come in time.

        Examples
        --------
        >>> async def healthy(pg: Postgres) -> bool:
        ...     try:
        ...         await pg.health()
        ...     except PgError:
        ...         return False
        ...     return True
        """
        await self.fetchval("select 1", timeout=min(_HEALTH_LIMIT, self._settings.timeout))

    @asynccontextmanager
    async def connection(self, *, timeout: str | float | None = None) -> AsyncIterator[Connection]:
        """Lend one connection for several statements in the same session.

        Parameters
        ----------
        timeout : str, float or None
            The limit for getting it; each statement has its own.

        Yields
        ------
        Connection
            The connection, until the end of the block.

        Raises
        ------
        Unavailable
            If there is no connection to be had.
        DeadlineExceeded
            If none is had in time.

        Examples
        --------
        >>> async def exclusive(pg: Postgres) -> None:
        ...     async with pg.connection() as connection:
        ...         await connection.execute("select pg_advisory_lock(1)")
        """
        pool = self._opened()
        raw = await pool.take(self._deadline(timeout))
        connection = Connection(raw, self._settings.where, self._settings.timeout)
        ended = False
        try:
            yield connection
            ended = True
        finally:
            connection.give_back()
            if not ended:
                pool.retire(raw)
        await pool.give(raw, self._deadline(None))

    @asynccontextmanager
    async def transaction(
        self, *, isolation: Isolation | None = None, readonly: bool = False, timeout: str | float | None = None
    ) -> AsyncIterator[Connection]:
        """Keep together what is done in the block: all of it happens, or, on an exception, nothing.

        Parameters
        ----------
        isolation : {"read committed", "repeatable read", "serializable"} or None
            How far it is shielded from others.
        readonly : bool
            Whether it may only read.
        timeout : str, float or None
            The limit for getting a connection; each statement has its own.

        Yields
        ------
        Connection
            The connection on which the transaction is open.

        Examples
        --------
        >>> async def place(pg: Postgres, skus: list[str]) -> None:
        ...     async with pg.transaction() as tx:
        ...         for sku in skus:
        ...             await tx.execute("insert into orders (sku) values ($1)", sku)
        """
        async with (
            self.connection(timeout=timeout) as connection,
            connection.transaction(isolation=isolation, readonly=readonly),
        ):
            yield connection

    async def _run(self, call: Callable[[Raw], Awaitable[T]], timeout: str | float | None) -> T:
        pool, deadline = self._opened(), self._deadline(timeout)
        raw = await pool.take(deadline)
        try:
            result = await called(raw, call, deadline)
        except QueryError:
            await pool.give(raw, deadline)
            raise
        except Unavailable:
            pool.drop(raw)
            raise
        except BaseException:
            pool.retire(raw)
            raise
        await pool.give(raw, deadline)
        return result

    async def _target(self, stack: AsyncExitStack) -> Target:
        return await embedded(self._settings, stack) if self._settings.embedded else remote(self._settings)

    def _opened(self) -> Pool:
        if self._pool is None:
            raise NotOpen("this Postgres")
        return self._pool

    def _deadline(self, timeout: str | float | None) -> Deadline:
        limit = self._settings.timeout if timeout is None else Duration(timeout)
        return Deadline.after(limit, self._settings.where)
