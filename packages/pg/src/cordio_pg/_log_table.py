"""What a monitor's records are written to a table through."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Self

from cordio_pg._exceptions import DeadlineExceeded, Unavailable
from cordio_pg._postgres import Postgres
from cordio_pg._settings import PgSettings

__all__ = ["LogTable"]

_NAME = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)?", re.ASCII)
_FOLDER = Path(__file__).parent / "migrations" / "own" / "log"


class LogTable(Postgres):
    """A database of its own for the table of records: one connection, and nobody else works on it.

    The table is made, and changed in later versions, by migrations of this package. It is what
    ``cordio_monitor.sinks.Table`` takes: where the server cannot be reached, a ``ConnectionError`` says so,
    and the sink keeps the records until it can.

    Parameters
    ----------
    settings : PgSettings
        Where the database is.
    table : str
        The table, by choice with its schema, which is there.
    root : Path or None
        As with `Postgres`.

    Examples
    --------
    >>> LogTable(PgSettings(), "audit.log")
    LogTable(127.0.0.1:5432)
    """

    def __init__(self, settings: PgSettings, table: str = "log", *, root: Path | None = None) -> None:
        own = {"min_size": 0, "max_size": 1, "migrate": "never", "slow": 0.0}
        # Nobody observes it: each record would make another one.
        super().__init__(settings.model_copy(update=own), root=root)
        self._table = table

    def __repr__(self) -> str:
        return f"LogTable({self._settings.where})"

    async def __aenter__(self) -> Self:
        """Connect, and bring the table to where this version needs it."""
        await super().__aenter__()
        try:
            async with _reached():
                await self._migrated()
        except BaseException as error:
            await self.__aexit__(type(error), error, error.__traceback__)
            raise
        return self

    async def execute(self, query: str, /, *args: object, timeout: str | float | None = None) -> str:
        """Run a statement; a server that cannot be reached is a ``ConnectionError``."""
        async with _reached():
            return await super().execute(query, *args, timeout=timeout)

    async def executemany(
        self, query: str, /, rows: Iterable[Sequence[object]], *, timeout: str | float | None = None
    ) -> None:
        """Run a statement for each row; a server that cannot be reached is a ``ConnectionError``."""
        async with _reached():
            await super().executemany(query, rows, timeout=timeout)

    async def _migrated(self) -> None:
        from cordio_pg.migrations import Migrations

        if _NAME.fullmatch(self._table) is None:
            raise ValueError(
                f"{self._table!r} is no name of a table: write letters, digits and _, or schema.table"
            )
        if not self._settings.pgbouncer:  # no lock holds behind it: there the sink makes the table
            await Migrations(self, _FOLDER, f"cordio {self._table}", words={"table": self._table}).up()


@asynccontextmanager
async def _reached() -> AsyncIterator[None]:
    try:
        yield
    except (Unavailable, DeadlineExceeded) as error:
        raise ConnectionError(str(error)) from error
