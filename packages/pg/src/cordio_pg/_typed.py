"""Rows as what they mean: models, dataclasses, scalars."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeVar

from cordio_pg._ground import Ground
from cordio_pg._plan import Shape, column, shape

if TYPE_CHECKING:
    from cordio_pg._raw import Raw, Row

__all__ = ["Typed"]

T = TypeVar("T")


class Typed(Ground):
    """Statements whose rows become a pydantic model, a dataclass, or a scalar from the only column.

    Columns go to the fields of their name, or alias. A column without a field and a required field without
    a column are errors, unless the model itself says ``extra="ignore"`` or ``"allow"``; so is a value that
    does not fit, which is told without the value.
    """

    async def one(self, kind: type[T], query: str, /, *args: object, timeout: str | float | None = None) -> T:
        """Return what the only row becomes.

        Parameters
        ----------
        kind : type
            What it becomes.
        query : str
            The statement.
        *args : object
            Its parameters.
        timeout : str, float or None
            The limit of this call.

        Returns
        -------
        T
            The one.

        Raises
        ------
        NotFound
            If there is no row; it is a `LookupError`.
        TooMany
            If there are several.
        RowMismatch
            If the row does not fit.

        Examples
        --------
        >>> from dataclasses import dataclass
        >>> @dataclass
        ... class Order:
        ...     id: int
        ...     sku: str
        >>> async def order(pg: Typed, key: int) -> Order:
        ...     return await pg.one(Order, "select id, sku from orders where id = $1", key)
        """
        made = shape(kind)
        return made.one(await self._records(made, query, args, timeout))

    async def maybe(
        self, kind: type[T], query: str, /, *args: object, timeout: str | float | None = None
    ) -> T | None:
        """Return what the only row becomes, or None if there is none.

        Parameters
        ----------
        kind : type
            What it becomes.
        query : str
            The statement.
        *args : object
            Its parameters.
        timeout : str, float or None
            The limit of this call.

        Returns
        -------
        T or None
            The one.

        Raises
        ------
        TooMany
            If there are several.
        RowMismatch
            If the row does not fit.

        Examples
        --------
        >>> async def sku(pg: Typed, key: int) -> str | None:
        ...     return await pg.maybe(str, "select sku from orders where id = $1", key)
        """
        made = shape(kind)
        return made.maybe(await self._records(made, query, args, timeout))

    async def all(
        self, kind: type[T], query: str, /, *args: object, timeout: str | float | None = None
    ) -> list[T]:
        """Return what all the rows become; for very many see ``rows``.

        Parameters
        ----------
        kind : type
            What each becomes.
        query : str
            The statement.
        *args : object
            Its parameters.
        timeout : str, float or None
            The limit of this call.

        Returns
        -------
        list of T
            All of them.

        Raises
        ------
        RowMismatch
            If a row does not fit.

        Examples
        --------
        >>> async def skus(pg: Typed) -> list[str]:
        ...     return await pg.all(str, "select sku from orders order by id")
        """
        made = shape(kind)
        return made.all(await self._records(made, query, args, timeout))

    async def value(
        self, kind: type[T], query: str, /, *args: object, timeout: str | float | None = None
    ) -> T:
        """Return the only column of the only row; a model is read from a JSON column.

        Parameters
        ----------
        kind : type
            What the value becomes.
        query : str
            The statement.
        *args : object
            Its parameters.
        timeout : str, float or None
            The limit of this call.

        Returns
        -------
        T
            The value.

        Raises
        ------
        NotFound
            If there is no row; it is a `LookupError`.
        TooMany
            If there are several.
        RowMismatch
            If there are several columns, or the value does not fit.

        Examples
        --------
        >>> async def count(pg: Typed) -> int:
        ...     return await pg.value(int, "select count(*) from orders")
        """
        made = column(kind)
        return made.one(await self._records(made, query, args, timeout))

    async def _records(
        self, made: Shape[T], query: str, args: tuple[object, ...], timeout: str | float | None
    ) -> Sequence[Row]:
        rows = await self._run(lambda raw: raw.fetch(query, *args), timeout, query, args)
        if not rows and not made.knows(query):
            # A statement that does not fit is to be found before the table has its first row.
            made.learn(query, await self._run(lambda raw: _columns(raw, query), timeout))
        return rows


async def _columns(raw: Raw, query: str) -> tuple[str, ...]:
    statement = await raw.prepare(query)
    return tuple(attribute.name for attribute in statement.get_attributes())
