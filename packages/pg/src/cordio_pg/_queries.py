"""The calls that a service and a borrowed connection have in common."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from cordio_pg._ground import Ground

if TYPE_CHECKING:
    from cordio_pg._raw import Row

__all__ = ["Queries"]


class Queries(Ground):
    """Statements with one limit a call: waiting for a connection, the answer, giving back.

    Parameters are written ``$1``, ``$2``, … in the statement. Each call takes a ``timeout`` in seconds
    or as text (``"500ms"``); without one the limit of the settings holds. JSON columns and parameters
    are Python's data.

    Examples
    --------
    >>> from cordio_pg import Postgres
    >>> issubclass(Postgres, Queries)
    True
    """

    async def fetch(self, query: str, /, *args: object, timeout: str | float | None = None) -> list[Row]:
        """Return all rows.

        Parameters
        ----------
        query : str
            The statement.
        *args : object
            Its parameters.
        timeout : str, float or None
            The limit of this call.

        Returns
        -------
        list of Row
            The rows.

        Examples
        --------
        >>> async def orders(pg: Queries) -> list[str]:
        ...     return [row["sku"] for row in await pg.fetch("select sku from orders")]
        """
        return await self._run(lambda raw: raw.fetch(query, *args), timeout, query, args)

    async def fetchrow(self, query: str, /, *args: object, timeout: str | float | None = None) -> Row | None:
        """Return the first row.

        Parameters
        ----------
        query : str
            The statement.
        *args : object
            Its parameters.
        timeout : str, float or None
            The limit of this call.

        Returns
        -------
        Row or None
            The row; None if there is none.

        Examples
        --------
        >>> async def order(pg: Queries, key: int) -> object:
        ...     return await pg.fetchrow("select * from orders where id = $1", key)
        """
        return await self._run(lambda raw: raw.fetchrow(query, *args), timeout, query, args)

    async def fetchval(self, query: str, /, *args: object, timeout: str | float | None = None) -> object:
        """Return the first column of the first row.

        Parameters
        ----------
        query : str
            The statement.
        *args : object
            Its parameters.
        timeout : str, float or None
            The limit of this call.

        Returns
        -------
        object
            The value; None if there is no row.

        Examples
        --------
        >>> async def count(pg: Queries) -> object:
        ...     return await pg.fetchval("select count(*) from orders")
        """
        return await self._run(lambda raw: raw.fetchval(query, *args), timeout, query, args)

    async def execute(self, query: str, /, *args: object, timeout: str | float | None = None) -> str:
        """Run a statement, or several when there are no parameters.

        Parameters
        ----------
        query : str
            The statement.
        *args : object
            Its parameters.
        timeout : str, float or None
            The limit of this call.

        Returns
        -------
        str
            What the server says was done, as ``INSERT 0 1``.

        Examples
        --------
        >>> async def place(pg: Queries, sku: str) -> str:
        ...     return await pg.execute("insert into orders (sku) values ($1)", sku)
        """
        return await self._run(lambda raw: raw.execute(query, *args), timeout, query, args)

    async def executemany(
        self, query: str, /, rows: Iterable[Sequence[object]], *, timeout: str | float | None = None
    ) -> None:
        """Run a statement for each row of parameters, all or none.

        Parameters
        ----------
        query : str
            The statement.
        rows : iterable of sequence of object
            The parameters.
        timeout : str, float or None
            The limit of the whole call.

        Examples
        --------
        >>> async def place(pg: Queries, skus: list[str]) -> None:
        ...     await pg.executemany("insert into orders (sku) values ($1)", [(sku,) for sku in skus])
        """
        await self._run(lambda raw: raw.executemany(query, rows), timeout, query)
