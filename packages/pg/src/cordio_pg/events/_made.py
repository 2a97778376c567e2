"""The tables of messages, made by migrations of this package."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cordio_pg.migrations import Migrations

if TYPE_CHECKING:
    from cordio_pg._postgres import Postgres

__all__ = ["made"]

_FOLDER = Path(__file__).parents[1] / "migrations" / "own" / "events"


async def made(pg: Postgres) -> None:
    """Bring the tables of messages to where this version needs them; once, however many processes start.

    Parameters
    ----------
    pg : Postgres
        The database.

    Raises
    ------
    MigrationError
        If that is not possible: behind pgbouncer no lock holds.

    Examples
    --------
    >>> async def prepare(pg: "Postgres") -> None:
    ...     await made(pg)
    """
    await Migrations(pg, _FOLDER, "cordio").up()
