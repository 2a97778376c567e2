"""Rows by the thousands, in and out, by the server's COPY."""

from __future__ import annotations

from collections.abc import AsyncIterable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Literal

from cordio_pg._ground import Ground

if TYPE_CHECKING:
    from cordio_pg._raw import Raw

__all__ = ["Copies"]


class Copies(Ground):
    """Many rows at once: much quicker than a statement for each."""

    async def copy_in(
        self,
        table: str,
        rows: Iterable[Sequence[object]] | AsyncIterable[Sequence[object]],
        *,
        columns: Sequence[str] | None = None,
        schema: str | None = None,
        timeout: str | float | None = None,
    ) -> int:
        """Put rows into a table, all or none.

        Parameters
        ----------
        table : str
            The table.
        rows : iterable or async iterable of sequence of object
            The values of each, in the order of `columns`.
        columns : sequence of str or None
            The columns; all of the table unless given.
        schema : str or None
            The table's schema; found by the search path unless given.
        timeout : str, float or None
            The limit of the whole call.

        Returns
        -------
        int
            How many rows were put in.

        Examples
        --------
        >>> async def place(pg: Copies, skus: list[str]) -> int:
        ...     return await pg.copy_in("orders", [(sku,) for sku in skus], columns=["sku"])
        """

        async def call(raw: Raw) -> str:
            return await raw.copy_records_to_table(table, records=rows, columns=columns, schema_name=schema)

        return _count(await self._run(call, timeout, f"copy {table} from stdin"))

    async def copy_out(
        self,
        query: str,
        /,
        *args: object,
        to: Path | BinaryIO,
        format: Literal["text", "csv", "binary"] = "csv",
        header: bool = False,
        timeout: str | float | None = None,
    ) -> int:
        """Write the rows of a statement to a file.

        Parameters
        ----------
        query : str
            The statement.
        *args : object
            Its parameters.
        to : Path or binary file
            The file.
        format : {"text", "csv", "binary"}
            What is written.
        header : bool
            Whether the names of the columns come first; for csv and text.
        timeout : str, float or None
            The limit of the whole call.

        Returns
        -------
        int
            How many rows were written.

        Examples
        --------
        >>> async def report(pg: Copies, file: Path) -> int:
        ...     return await pg.copy_out("select * from orders where id > $1", 7, to=file, header=True)
        """
        options: dict[str, Any] = {"header": True} if header else {}

        async def call(raw: Raw) -> str:
            return await raw.copy_from_query(query, *args, output=to, format=format, **options)

        return _count(await self._run(call, timeout, query))


def _count(told: str) -> int:
    return int(told.rpartition(" ")[2])
