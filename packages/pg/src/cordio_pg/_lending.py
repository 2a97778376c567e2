"""Connections and transactions for the time of a block."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from cordio_pg._connection import Connection
from cordio_pg._deadline import Deadline
from cordio_pg._runs import Runs
from cordio_pg._transaction import Isolation

if TYPE_CHECKING:
    from cordio_pg._pool import Pool
    from cordio_pg._settings import PgSettings
    from cordio_pg._watch import Watch

__all__ = ["Lending"]


class Lending(Runs):
    """What lends connections of a pool."""

    _settings: PgSettings
    _watch: Watch | None

    @abstractmethod
    def _opened(self) -> Pool:
        """Return the pool; raise NotOpen if there is none."""

    @abstractmethod
    def _deadline(self, timeout: str | float | None) -> Deadline:
        """Begin to count the limit of a call."""

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
            connection = Connection(raw, self._settings.where, self._settings.timeout, self._watch)
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
