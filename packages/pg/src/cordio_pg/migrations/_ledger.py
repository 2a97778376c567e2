"""The table that says which migrations were applied."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from cordio_pg._exceptions import QueryError

if TYPE_CHECKING:
    from cordio_pg._connection import Connection
    from cordio_pg._postgres import Postgres
    from cordio_pg.migrations._migration import Migration

__all__ = ["Applied", "Ledger"]

TABLE = "cordio_migrations"
_NO_TABLE = "42P01"
_MAKE = """
create table if not exists {table} (
    series text not null, number int not null, name text not null, checksum text not null,
    is_done boolean not null, at timestamptz not null default clock_timestamp(),
    primary key (series, number)
)
"""


@dataclass(frozen=True, slots=True)
class Applied:
    """What the table says of one migration.

    Parameters
    ----------
    number : int
        Its number.
    name : str
        Its name.
    checksum : str
        What its file was.
    is_done : bool
        Whether it ended; one in a transaction always did.
    at : datetime
        When.
    """

    number: int
    name: str
    checksum: str
    is_done: bool
    at: datetime


class Ledger:
    """The table, as one series of migrations sees it.

    Parameters
    ----------
    series : str
        The name of the series.
    schema : str or None
        The schema that the table is in; the first of the search path unless given.
    """

    def __init__(self, series: str, schema: str | None) -> None:
        self._series, self._schema = series, schema
        self._table = TABLE if schema is None else f"{_quoted(schema)}.{TABLE}"

    async def read(self, ground: Postgres | Connection, timeout: float | None = None) -> tuple[Applied, ...]:
        """Read what was applied, by one query; nothing where there is no table yet."""
        query = (
            f"select number, name, checksum, is_done, at from {self._table} where series = $1 order by number"
        )
        try:
            rows = await ground.fetch(query, self._series, timeout=timeout)
        except QueryError as error:
            if error.sqlstate == _NO_TABLE:
                return ()
            raise
        return tuple(Applied(*row) for row in rows)

    async def make(self, connection: Connection) -> None:
        """Make the table, and its schema; to be called under the lock.

        From then on the table is named with its schema: a migration may change the search path.
        """
        if self._schema is not None:
            await connection.execute(f"create schema if not exists {_quoted(self._schema)}")
        else:
            schema = await connection.fetchval("select current_schema()")
            self._table = f"{_quoted(str(schema or 'public'))}.{TABLE}"
        await connection.execute(_MAKE.format(table=self._table))

    async def note(self, connection: Connection, migration: Migration, *, is_done: bool) -> None:
        """Note that a migration was begun, or is done."""
        await connection.execute(
            f"insert into {self._table} (series, number, name, checksum, is_done) values ($1, $2, $3, $4, $5) "
            "on conflict (series, number) do update set is_done = excluded.is_done, at = clock_timestamp()",
            self._series,
            migration.number,
            migration.name,
            migration.checksum,
            is_done,
        )

    async def forget(self, connection: Connection, number: int) -> None:
        """Note that a migration was undone."""
        query = f"delete from {self._table} where series = $1 and number = $2"
        await connection.execute(query, self._series, number)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
