"""Going up and down: one process at a time, one migration after the other."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from cordio_pg._connection import Connection
from cordio_pg._exceptions import PgError, QueryError
from cordio_pg.migrations._comparison import Comparison
from cordio_pg.migrations._exceptions import MigrationError, MigrationFailed, SessionNeeded
from cordio_pg.migrations._file_errors import FolderWrong
from cordio_pg.migrations._folder import read
from cordio_pg.migrations._ledger import Ledger
from cordio_pg.migrations._lock import locked
from cordio_pg.migrations._migration import Migration, Step

if TYPE_CHECKING:
    from cordio_pg._postgres import Postgres

__all__ = ["Walk"]

Chosen: TypeAlias = Callable[[Comparison], tuple[Migration, ...]]
Needless: TypeAlias = Callable[[Connection], Awaitable[bool]]
Way: TypeAlias = Literal["up", "down"]
# What one migration sets for its session is not there for the next; its own limit is the one that counts.
_FRESH = "reset all; set statement_timeout = 0"
# Else the server goes on with a statement of a process that died, and keeps its lock, until it has an answer.
_NOTICES = (14,)
_NOTICE = "set client_connection_check_interval = '1s'"


class Walk:
    """The work on one series.

    Parameters
    ----------
    pg : Postgres
        The database.
    folder : Path
        Where the files are.
    series : str
        The name of the series.
    words : mapping of str to str
        What stands in SQL for ``{word}``.
    """

    def __init__(self, pg: Postgres, folder: Path, series: str, words: Mapping[str, str]) -> None:
        settings = pg.settings
        self.where = settings.where
        self._pg, self._folder, self._words = pg, folder, words
        self._within, self._pooled = float(settings.migrate_within), settings.pgbouncer
        self._ledger = Ledger(series, settings.first_schema)

    @cached_property
    def known(self) -> tuple[Migration, ...]:
        """The migrations that there are files of."""
        return read(self._folder)

    async def compared(self, ground: Connection | None = None, *, within: float | None = None) -> Comparison:
        """Hold the files against the table; one query."""
        known = self.known
        applied = await self._ledger.read(ground or self._pg, within)
        return Comparison(self.where, self._folder, known, applied)

    def upward(self, found: Comparison, to: int | None) -> tuple[Migration, ...]:
        """Choose what to apply; refuse what cannot be."""
        found.refuse()
        if to is not None and not (to == 0 or any(migration.number == to for migration in self.known)):
            raise FolderWrong(
                str(self._folder), f"there is no migration {to}", f"go up to {found.last} at most"
            )
        ways = found.waiting(to)
        for migration in ways:
            migration.check("up")
        return ways

    def downward(self, found: Comparison, to: int | None) -> tuple[Migration, ...]:
        """Choose what to undo; refuse what cannot be."""
        found.refuse()
        ways = found.undoable(0 if to is None else to)
        ways = ways[:1] if to is None else ways
        for migration in ways:
            migration.check("down")
        return ways

    async def go(self, chosen: Chosen, way: Way) -> tuple[Migration, ...]:
        """Go a way, unless others do it meanwhile."""

        async def needless(connection: Connection) -> bool:
            found = await self.compared(connection)
            # What is half done may be in the hands of the one who has the lock.
            return not found.half_done and not chosen(found)

        async with self._alone(needless) as connection:
            if connection is None:
                return ()
            ways = chosen(await self.compared(connection))
            for migration in ways:
                await self._one(connection, migration, way)
            return ways

    async def settle(self, number: int, is_done: bool) -> None:
        """Note how what was half done ended."""
        async with self._alone(_never) as connection:
            assert connection is not None, "nobody else can make it needless"
            found = await self.compared(connection)
            if number not in found.half_done:
                raise FolderWrong(f"{number:04}", "it is not half done", "see `migrate status`")
            for migration in self.known if is_done else ():
                if migration.number == number:
                    await self._ledger.note(connection, migration, is_done=True)
            if not is_done:
                await self._ledger.forget(connection, number)

    @asynccontextmanager
    async def _alone(self, needless: Needless) -> AsyncIterator[Connection | None]:
        """Lend a connection that has the lock; None if waiting for it was needless."""
        if self._pooled:
            raise SessionNeeded(self.where)
        async with self._pg.connection() as lent:
            connection = Connection(lent.raw, self.where, self._within)
            async with locked(connection, self.where, self._within, needless) as is_held:
                if is_held:
                    await self._ledger.make(connection)
                yield connection if is_held else None

    async def _one(self, connection: Connection, migration: Migration, way: Way) -> None:
        step = migration.up if way == "up" else migration.down
        await connection.execute(_FRESH)
        if connection.raw.get_server_version() >= _NOTICES:
            await connection.execute(_NOTICE)
        try:
            if step.transactional:
                async with connection.transaction():
                    await self._run(connection, migration, step, way)
                    await self._note(connection, migration, way)
            else:
                await self._ledger.note(connection, migration, is_done=False)
                await self._run(connection, migration, step, way)
                await self._note(connection, migration, way)
        except MigrationError:
            raise
        except Exception as error:  # of a Python step too, which is the user's code
            if isinstance(error, PgError) and not isinstance(error, QueryError):
                raise  # the server is away, or slow: what happened is told by its own error
            raise MigrationFailed(step.file, None, _reason(error), step.transactional) from error

    async def _run(self, connection: Connection, migration: Migration, step: Step, way: Way) -> None:
        if migration.is_python:
            await migration.function(way)(connection)
        elif step.transactional:
            await self._sql(connection, step, step.text, 1)
        else:
            # Several statements at once are one transaction to the server.
            for statement in step.statements:
                await self._sql(connection, step, statement.text, statement.line)

    async def _sql(self, connection: Connection, step: Step, text: str, line: int) -> None:
        for word, meant in self._words.items():
            text = text.replace(f"{{{word}}}", meant)
        try:
            await connection.execute(text)
        except QueryError as error:
            at = line + text.count("\n", 0, _position(error))
            raise MigrationFailed(step.file, at, _reason(error), step.transactional) from error

    async def _note(self, connection: Connection, migration: Migration, way: Way) -> None:
        if way == "up":
            await self._ledger.note(connection, migration, is_done=True)
        else:
            await self._ledger.forget(connection, migration.number)


async def _never(connection: Connection) -> bool:
    return False


def _position(error: QueryError) -> int:
    told = getattr(error.__cause__, "position", None)
    return int(told) - 1 if told else 0


def _reason(error: Exception) -> str:
    return str(error) if isinstance(error, QueryError) else f"{type(error).__name__}: {error}"
