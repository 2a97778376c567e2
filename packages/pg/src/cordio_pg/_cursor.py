"""Rows one after the other from a cursor of the server: however many they are, memory stays flat."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from cordio_pg._ground import Ground
from cordio_pg._plan import shape

if TYPE_CHECKING:
    from asyncpg.cursor import Cursor as Portal

    from cordio_pg._raw import Raw, Row

__all__ = ["Cursor", "Cursors"]

T = TypeVar("T")
_BATCH = 1000


class Cursor(Generic[T]):
    """An answer that is read as far as it is wanted: ``async for row in pg.cursor(...)``.

    It holds a connection, and a transaction on it, while it is read. One that is left before its end is closed
    at once as an async context manager: ``async with pg.cursor(...) as rows``.

    Parameters
    ----------
    lent : callable
        Makes the block in which a connection with an open transaction is lent.
    query : str
        The statement.
    args : tuple
        Its parameters.
    made : callable
        What becomes of a batch of rows.
    batch : int
        How many rows come at once.
    timeout : str, float or None
        The limit for each batch.

    Raises
    ------
    ValueError
        If the batch is of no row.

    Examples
    --------
    >>> from cordio_pg import Postgres
    >>> async def export(pg: Postgres) -> None:
    ...     async for row in pg.cursor("select * from orders"):
    ...         print(row["sku"])
    """

    def __init__(
        self,
        lent: Callable[[], AbstractAsyncContextManager[Ground]],
        query: str,
        args: tuple[object, ...],
        made: Callable[[Sequence[Any]], Sequence[T]],
        batch: int,
        timeout: str | float | None,
    ) -> None:
        if batch < 1:
            raise ValueError(f"a batch is of 1 row or more, not of {batch}")
        self._lent = lent
        self._query = query
        self._args = args
        self._made = made
        self._batch = batch
        self._timeout = timeout
        self._readers: list[AsyncGenerator[T, None]] | None = None

    def __aiter__(self) -> AsyncIterator[T]:
        reader = self._items()
        if self._readers is not None:
            self._readers.append(reader)
        return reader

    async def __aenter__(self) -> Self:
        # Outside a block nothing keeps a reader, so that asyncio closes it when its loop is left.
        self._readers = []
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        readers, self._readers = self._readers, None
        for reader in readers or ():
            await reader.aclose()

    async def _items(self) -> AsyncGenerator[T, None]:
        async with self._lent() as ground:
            portal = await ground._run(self._open, self._timeout, self._query)
            full = True
            while full:
                rows = await ground._run(lambda raw: portal.fetch(self._batch), self._timeout, self._query)
                full = len(rows) == self._batch
                for item in self._made(rows):
                    yield item
            # One that is left early is closed by the end of its transaction.
            await ground._run(lambda raw: _closed(portal), self._timeout)

    async def _open(self, raw: Raw) -> Portal[Row]:
        return await raw.cursor(self._query, *self._args)


async def _closed(portal: Any) -> None:
    # As asyncpg's own iterator does at the end: a table that a portal still reads cannot be changed.
    await portal._close_portal(None)


class Cursors(Ground):
    """Answers of any length."""

    def cursor(
        self, query: str, /, *args: object, batch: int = _BATCH, timeout: str | float | None = None
    ) -> Cursor[Row]:
        """Return the rows as something to be read by ``async for``.

        Parameters
        ----------
        query : str
            The statement.
        *args : object
            Its parameters.
        batch : int
            How many rows come at once.
        timeout : str, float or None
            The limit for each batch.

        Returns
        -------
        Cursor
            The rows.

        Raises
        ------
        ValueError
            If the batch is of no row.

        Examples
        --------
        >>> async def first(pg: Cursors) -> object:
        ...     async with pg.cursor("select * from orders order by id", batch=10) as rows:
        ...         async for row in rows:
        ...             return row["sku"]
        """
        return Cursor(lambda: self._streaming(timeout), query, args, lambda rows: rows, batch, timeout)

    def rows(
        self,
        kind: type[T],
        query: str,
        /,
        *args: object,
        batch: int = _BATCH,
        timeout: str | float | None = None,
    ) -> Cursor[T]:
        """Return what the rows become as something to be read by ``async for``.

        Parameters
        ----------
        kind : type
            What each becomes: a pydantic model, a dataclass, or a scalar from the only column.
        query : str
            The statement.
        *args : object
            Its parameters.
        batch : int
            How many rows come at once.
        timeout : str, float or None
            The limit for each batch.

        Returns
        -------
        Cursor
            What they become.

        Raises
        ------
        ValueError
            If the batch is of no row.

        Examples
        --------
        >>> async def export(pg: Cursors) -> None:
        ...     async for sku in pg.rows(str, "select sku from orders"):
        ...         print(sku)
        """
        return Cursor(lambda: self._streaming(timeout), query, args, shape(kind).all, batch, timeout)
