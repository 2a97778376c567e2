"""A borrowed connection: several statements in one session, and transactions."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Literal, TypeVar

from cordio_pg._deadline import Deadline
from cordio_pg._duration import Duration
from cordio_pg._exceptions import DeadlineExceeded, NotOpen, QueryError
from cordio_pg._failures import querying
from cordio_pg._queries import Queries

if TYPE_CHECKING:
    from cordio_pg._queries import Raw

__all__ = ["Connection", "called"]

T = TypeVar("T")
Isolation = Literal["read committed", "repeatable read", "serializable"]

# How long a rollback may hold up a caller whose time is over, or who is cancelled.
_PATIENCE = 0.15


async def called(raw: Raw, call: Callable[[Raw], Awaitable[T]], deadline: Deadline) -> T:
    """Make a call on a connection within the deadline, with its failure told in our own errors."""
    try:
        async with deadline.during("waiting for the answer"):
            return await call(raw)
    except DeadlineExceeded:
        raise
    except Exception as error:
        told = querying(error, deadline.where, closed=raw.is_closed())
        if told is None:
            raise
        raise told from error


class Connection(Queries):
    """One connection, borrowed from a `Postgres` for the time of a block.

    Parameters
    ----------
    raw : asyncpg.Connection
        The connection.
    where : str
        The server as messages name it.
    limit : float
        The limit of a call that names none.

    Examples
    --------
    >>> async def move(pg: "Postgres", amount: int) -> None:
    ...     async with pg.transaction() as tx:
    ...         await tx.execute("update account set balance = balance - $1 where id = 1", amount)
    ...         await tx.execute("update account set balance = balance + $1 where id = 2", amount)
    """

    def __init__(self, raw: Raw, where: str, limit: float) -> None:
        self._raw: Raw | None = raw
        self._where = where
        self._limit = limit
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
        self, *, isolation: Isolation | None = None, readonly: bool = False
    ) -> AsyncIterator[Connection]:
        """Keep together what is done in the block; an exception undoes it. Inside another it is a savepoint.

        Parameters
        ----------
        isolation : {"read committed", "repeatable read", "serializable"} or None
            How far it is shielded from others; not for a savepoint.
        readonly : bool
            Whether it may only read; not for a savepoint.

        Yields
        ------
        Connection
            This connection.

        Raises
        ------
        QueryError
            If the server undid the transaction because a statement in it had failed.

        Examples
        --------
        >>> async def try_to_place(tx: Connection, sku: str) -> None:
        ...     async with tx.transaction():
        ...         await tx.execute("insert into orders (sku) values ($1)", sku)
        """
        begin, commit, undo = _words(self._depth, isolation, readonly)
        await self.execute(begin)
        self._depth += 1
        try:
            yield self
        except BaseException as error:
            await self._undo(undo, error)
            raise
        else:
            await self._commit(commit)
        finally:
            self._depth -= 1

    async def _commit(self, commit: str) -> None:
        # To the commit of a transaction that had failed the server answers ROLLBACK, and no error.
        if await self.execute(commit) == "ROLLBACK":
            raise QueryError("a statement of the transaction had failed, so all of it was undone", "25P02")

    async def _undo(self, undo: str, error: BaseException) -> None:
        """Undo, or cut the connection: what stays open must not be committed by somebody else."""
        if self._raw is None or self._raw.is_closed():
            return
        late = isinstance(error, DeadlineExceeded) or not isinstance(error, Exception)
        try:
            async with asyncio.timeout(_PATIENCE if late else self._limit):
                await self._raw.execute(undo)
        except BaseException as second:
            self._raw.terminate()
            if not isinstance(second, Exception):
                raise

    async def _run(self, call: Callable[[Raw], Awaitable[T]], timeout: str | float | None) -> T:
        limit = self._limit if timeout is None else Duration(timeout)
        return await called(self.raw, call, Deadline.after(limit, self._where))


def _words(depth: int, isolation: Isolation | None, readonly: bool) -> tuple[str, str, str]:
    """Return the statements that begin, end and undo a transaction at this depth."""
    if depth == 0:
        level = f" isolation level {isolation}" if isolation else ""
        return f"begin{level}{' read only' if readonly else ''}", "commit", "rollback"
    name = f"cordio_{depth}"
    return f"savepoint {name}", f"release savepoint {name}", f"rollback to savepoint {name}"
