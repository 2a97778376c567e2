"""A borrowed connection: several statements in one session, and transactions."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, TypeVar

from cordio_pg._calls import called
from cordio_pg._copies import Copies
from cordio_pg._cursor import Cursors
from cordio_pg._deadline import Deadline
from cordio_pg._duration import Duration
from cordio_pg._exceptions import DeadlineExceeded, NotOpen, QueryError
from cordio_pg._messages import Messages
from cordio_pg._transaction import Isolation, Words, words
from cordio_pg._typed import Typed

if TYPE_CHECKING:
    from cordio_pg._raw import Raw
    from cordio_pg._watch import Watch

__all__ = ["Connection"]

T = TypeVar("T")

# How long a rollback may hold up a caller whose time is over, or who is cancelled.
_PATIENCE = 0.15


class Connection(Messages, Typed, Copies, Cursors):
    """One connection, borrowed from a `Postgres` for the time of a block.

    Parameters
    ----------
    raw : asyncpg.Connection
        The connection.
    where : str
        The server as messages name it.
    limit : float
        The limit of a call that names none.
    watch : Watch or None
        What is done around each statement.

    Examples
    --------
    >>> async def move(pg: "Postgres", amount: int) -> None:
    ...     async with pg.transaction() as tx:
    ...         await tx.execute("update account set balance = balance - $1 where id = 1", amount)
    ...         await tx.execute("update account set balance = balance + $1 where id = 2", amount)
    """

    def __init__(self, raw: Raw, where: str, limit: float, watch: Watch | None = None) -> None:
        self._raw: Raw | None = raw
        self._where = where
        self._limit = limit
        self._watch = watch
        self._depth = 0

    @property
    def raw(self) -> Raw:
        """The asyncpg connection, for what is not here; its limits and errors are asyncpg's own."""
        if self._raw is None:
            raise NotOpen("this connection, which was given back,")
        return self._raw

    def give_back(self) -> None:
        """Do no more on it: from now on it is lent to others.

        Examples
        --------
        >>> async def misuse(pg: "Postgres") -> None:
        ...     async with pg.connection() as connection:
        ...         connection.give_back()
        ...         await connection.fetchval("select 1")  # raises NotOpen
        """
        self._raw = None

    @asynccontextmanager
    async def transaction(
        self, *, isolation: Isolation | None = None, read_only: bool = False, deferrable: bool = False
    ) -> AsyncIterator[Connection]:
        """Keep together what is done in the block; an exception undoes it. Inside another it is a savepoint.

        Parameters
        ----------
        isolation : {"read committed", "repeatable read", "serializable"} or None
            How far it is shielded from others; not for a savepoint.
        read_only : bool
            Whether it may only read; not for a savepoint.
        deferrable : bool
            Whether it waits at its begin until it cannot fail any more; if serializable and read-only.

        Yields
        ------
        Connection
            This connection.

        Raises
        ------
        QueryError
            If the server undid the transaction because a statement in it had failed.
        OutcomeUnknown
            If the connection was lost during the commit: whether it happened is not known.

        Examples
        --------
        >>> async def try_to_place(tx: Connection, sku: str) -> None:
        ...     async with tx.transaction():
        ...         await tx.execute("insert into orders (sku) values ($1)", sku)
        """
        spoken = words(self._depth, isolation, read_only, deferrable)
        await self._begin(spoken)
        self._depth += 1
        try:
            yield self
            await self._commit(spoken)
        except BaseException as error:
            await self._undo(spoken, error)
            raise
        finally:
            self._depth -= 1

    async def _begin(self, spoken: Words) -> None:
        try:
            await self.execute(spoken.begin)
        except QueryError:
            raise
        except BaseException as error:
            # It may have begun: what is called on this connection later must not be part of it.
            await self._undo(spoken, error)
            raise

    async def _commit(self, spoken: Words) -> None:
        # To the commit of a transaction that had failed the server answers ROLLBACK, and no error.
        if await self.execute(spoken.commit) == "ROLLBACK":
            raise QueryError("a statement of the transaction had failed, so all of it was undone", "25P02")

    async def _undo(self, spoken: Words, error: BaseException) -> None:
        """Undo, or cut the connection: what stays open must not be committed by somebody else."""
        raw = self._raw
        # Of a call that was given up asyncpg does not know yet what it has done.
        late = isinstance(error, DeadlineExceeded) or not isinstance(error, Exception)
        if raw is None or raw.is_closed() or not (late or raw.is_in_transaction()):
            return
        try:
            async with asyncio.timeout(_PATIENCE if late else self._limit):
                await raw.execute(spoken.undo)
        except BaseException as second:
            raw.terminate()
            if not isinstance(second, Exception):
                raise

    @asynccontextmanager
    async def _streaming(self, timeout: str | float | None) -> AsyncIterator[Connection]:
        if self.raw.is_in_transaction():
            yield self
            return
        async with self.transaction():
            yield self

    async def _run(
        self,
        call: Callable[[Raw], Awaitable[T]],
        timeout: str | float | None,
        query: str = "",
        args: tuple[object, ...] = (),
    ) -> T:
        limit = self._limit if timeout is None else Duration(timeout)
        raw, deadline = self.raw, Deadline.after(limit, self._where)
        if self._watch is None or not query:
            return await called(raw, call, deadline)
        return await self._watch.call(lambda timed: called(raw, timed, deadline), call, query, args)
