"""The service ``pg``: PostgreSQL that is there when it is used."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar

from cordio_pg._backoff import Scheme
from cordio_pg._connection import Connection
from cordio_pg._copies import Copies
from cordio_pg._cursor import Cursors
from cordio_pg._deadline import Deadline
from cordio_pg._duration import Duration
from cordio_pg._exceptions import NotOpen
from cordio_pg._observer import Observer, PoolState
from cordio_pg._pool import Pool
from cordio_pg._project import project
from cordio_pg._queries import Queries
from cordio_pg._retry import Repeating, Replays
from cordio_pg._runs import Runs
from cordio_pg._settings import PgSettings
from cordio_pg._target import Target, embedded, remote
from cordio_pg._transaction import Isolation
from cordio_pg._typed import Typed

if TYPE_CHECKING:
    from cordio_pg._raw import Raw

__all__ = ["Postgres"]

T = TypeVar("T")
_HEALTH_LIMIT = 2.0


class Postgres(Queries, Typed, Copies, Cursors, Runs):
    """PostgreSQL as a service: connects at the first use, keeps its limits, tells failures apart.

    A remote server is connected to when it is first used; the embedded one is started when the block
    is entered, so that a failure shows at once.

    Parameters
    ----------
    settings : PgSettings
        Where the database is.
    root : Path or None
        The folder in which relative files of the settings are looked for; unless given it is that of the
        running program's ``up.py``, or, where there is none, the working directory.
    retry : Repeating or None
        How a retryable transaction is repeated: ``errors.service`` of cordio-errors is one; `Replays` unless
        given.
    scheme : Scheme or None
        How long to wait between attempts to connect; a `Backoff` unless given.
    observer : Observer or None
        Is told what happens, as numbers: the module ``cordio_monitor`` is one.

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

    def __init__(
        self,
        settings: PgSettings,
        *,
        root: Path | None = None,
        retry: Repeating | None = None,
        scheme: Scheme | None = None,
        observer: Observer | None = None,
    ) -> None:
        self._settings = settings.below(project() if root is None else root)
        self._retry = Replays() if retry is None else retry
        self._scheme = scheme
        self._observer = observer
        self._pool: Pool | None = None
        self._stack = AsyncExitStack()

    def __repr__(self) -> str:
        return f"Postgres({self._settings.where})"

    async def __aenter__(self) -> Self:
        if self._pool is not None:
            raise RuntimeError(f"{self!r} is open already")
        async with AsyncExitStack() as stack:
            target = await self._target(stack)
            self._pool = Pool(target, self._settings, self._scheme, self._observer)
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
        """Ask the server for a sign of life; returns within two seconds, and waits for no outage to end.

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
        limit = min(_HEALTH_LIMIT, self._settings.timeout)
        await self._opened().run(_asked, self._deadline(limit), patient=False)

    def state(self) -> PoolState:
        """Return the numbers of the pool: its connections, the calls that wait, and what went wrong.

        Returns
        -------
        PoolState
            The numbers of this moment.

        Raises
        ------
        NotOpen
            Outside of the block.

        Examples
        --------
        >>> def busy(pg: Postgres) -> bool:
        ...     return pg.state().waiting > 0
        """
        return self._opened().state()

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
        async with self._opened().lent(self._deadline(timeout)) as raw:
            connection = Connection(raw, self._settings.where, self._settings.timeout)
            try:
                yield connection
            finally:
                connection.give_back()

    @asynccontextmanager
    async def transaction(
        self,
        *,
        isolation: Isolation | None = None,
        read_only: bool = False,
        deferrable: bool = False,
        timeout: str | float | None = None,
    ) -> AsyncIterator[Connection]:
        """Keep together what is done in the block: all of it happens, or, on an exception, nothing.

        Parameters
        ----------
        isolation : {"read committed", "repeatable read", "serializable"} or None
            How far it is shielded from others.
        read_only : bool
            Whether it may only read.
        deferrable : bool
            Whether it waits at its begin until it cannot fail any more; if serializable and read-only.
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
            connection.transaction(isolation=isolation, read_only=read_only, deferrable=deferrable),
        ):
            yield connection

    @asynccontextmanager
    async def _streaming(self, timeout: str | float | None) -> AsyncIterator[Connection]:
        async with self.transaction(timeout=timeout) as tx:
            yield tx

    async def _run(self, call: Callable[[Raw], Awaitable[T]], timeout: str | float | None) -> T:
        return await self._opened().run(call, self._deadline(timeout))

    async def _target(self, stack: AsyncExitStack) -> Target:
        return await embedded(self._settings, stack) if self._settings.embedded else remote(self._settings)

    def _opened(self) -> Pool:
        if self._pool is None:
            raise NotOpen("this Postgres")
        return self._pool

    def _deadline(self, timeout: str | float | None) -> Deadline:
        limit = self._settings.timeout if timeout is None else Duration(timeout)
        return Deadline.after(limit, self._settings.where)


async def _asked(raw: Raw) -> None:
    await raw.execute("select 1")
