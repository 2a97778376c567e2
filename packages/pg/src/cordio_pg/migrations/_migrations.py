"""A series of migrations on a database."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from cordio_pg.migrations._comparison import Standing
from cordio_pg.migrations._data_version import DataVersion
from cordio_pg.migrations._exceptions import SchemaBehind, SchemaNewer
from cordio_pg.migrations._migration import Migration
from cordio_pg.migrations._walk import Walk

if TYPE_CHECKING:
    from cordio_pg._postgres import Postgres

__all__ = ["Migrations"]

_log = logging.getLogger("cordio_pg")


class Migrations:
    """The migrations of a folder, and how a database stands to them.

    Each is applied once, however many processes start at the same time: a lock of the database lets one of
    them work; one query tells the others, and whoever comes later, that there is nothing to do.

    Parameters
    ----------
    pg : Postgres
        The database; open when it is used.
    folder : Path
        Where the files are.
    series : str
        The name of this series: several are kept side by side in the same database.
    data_version : Path or None
        The file that says which number the code needs at least; without one it needs all.
    words : mapping of str to str
        What stands in the files of SQL for ``{word}``, if something does.

    Raises
    ------
    FolderWrong
        If there is something wrong with the files, by whatever is asked.

    Examples
    --------
    >>> async def migrate(pg: "Postgres") -> list[str]:
    ...     return [str(done) for done in await Migrations(pg, Path("home/migrations")).up()]
    """

    def __init__(
        self,
        pg: Postgres,
        folder: Path,
        series: str = "app",
        *,
        data_version: Path | None = None,
        words: Mapping[str, str] | None = None,
    ) -> None:
        self._walk = Walk(pg, folder, series, words or {})
        self._version = None if data_version is None else DataVersion(data_version)

    @property
    def known(self) -> tuple[Migration, ...]:
        """The migrations that there are files of."""
        return self._walk.known

    async def status(self) -> tuple[Standing, ...]:
        """Tell how each migration stands, whatever is wrong with some.

        Returns
        -------
        tuple of Standing
            In the order of their numbers.

        Examples
        --------
        >>> async def show(migrations: Migrations) -> None:
        ...     for standing in await migrations.status():
        ...         print(standing)
        """
        return (await self._walk.compared()).standings()

    async def check(self, *, within: float | None = None) -> int:
        """Tell whether the database is what the code needs; one query.

        Parameters
        ----------
        within : float or None
            How many seconds that may take; what a call may take unless given.

        Returns
        -------
        int
            The last number that was applied.

        Raises
        ------
        SchemaBehind
            If migrations are to be applied first.
        SchemaNewer
            If the database is further than this code.
        MigrationError
            If something else is wrong.

        Examples
        --------
        >>> async def ready(migrations: Migrations) -> bool:
        ...     return await migrations.check() >= 3
        """
        known = self.known
        last = known[-1].number if known else 0
        needed = last if self._version is None else self._version.needed(last, has_files=bool(known))
        found = await self._walk.compared(within=within)
        if known:
            found.refuse()
        elif found.head > needed:
            raise SchemaNewer(self._walk.where, found.head, found.applied[-1].name, needed)
        waiting = [migration.file.name for migration in found.waiting()]
        if found.head < needed:
            raise SchemaBehind(self._walk.where, found.head, waiting or [f"up to {needed}"])
        if waiting:
            _log.warning("migrations wait that this code does not need yet: %s", ", ".join(waiting))
        return found.head

    async def waiting(self, to: int | None = None) -> tuple[Migration, ...]:
        """Tell what `up` would apply, and change nothing.

        Parameters
        ----------
        to : int or None
            The number to go up to; the last unless given.

        Returns
        -------
        tuple of Migration
            The migrations, in order.

        Examples
        --------
        >>> async def dry_run(migrations: Migrations) -> list[str]:
        ...     return [migration.file.name for migration in await migrations.waiting()]
        """
        return self._walk.upward(await self._walk.compared(), to)

    async def up(self, to: int | None = None) -> tuple[Migration, ...]:
        """Apply what was not applied yet, each in a transaction of its own unless its file says otherwise.

        Parameters
        ----------
        to : int or None
            The number to go up to; the last unless given.

        Returns
        -------
        tuple of Migration
            What was applied by this call; nothing if others did it.

        Raises
        ------
        MigrationFailed
            If one of them was refused; those before it stay.
        LockHeld
            If somebody else works, or holds the lock, for too long.
        MigrationError
            If something is wrong before the first; then nothing is done.

        Examples
        --------
        >>> async def migrate(migrations: Migrations) -> int:
        ...     return len(await migrations.up())
        """
        found = await self._walk.compared()
        if not found.half_done and not self._walk.upward(found, to):
            return ()
        return await self._walk.go(lambda found: self._walk.upward(found, to), "up")

    async def undoable(self, to: int | None = None) -> tuple[Migration, ...]:
        """Tell what `down` would undo, and change nothing.

        Parameters
        ----------
        to : int or None
            The number to go down to; to the one before the last unless given.

        Returns
        -------
        tuple of Migration
            The migrations, the last one first.

        Raises
        ------
        NoWayBack
            If there is one that nothing undoes.

        Examples
        --------
        >>> async def dry_run(migrations: Migrations) -> list[str]:
        ...     return [migration.name for migration in await migrations.undoable(0)]
        """
        return self._walk.downward(await self._walk.compared(), to)

    async def down(self, to: int | None = None) -> tuple[Migration, ...]:
        """Undo the last migration, or all above a number.

        Parameters
        ----------
        to : int or None
            The number to go down to; to the one before the last unless given.

        Returns
        -------
        tuple of Migration
            What was undone, in this order.

        Raises
        ------
        NoWayBack
            If there is one that nothing undoes; then nothing is done.
        MigrationError
            As with `up`.

        Examples
        --------
        >>> async def reset(migrations: Migrations) -> None:
        ...     await migrations.down(to=0)
        """
        return await self._walk.go(lambda found: self._walk.downward(found, to), "down")

    async def settle(self, number: int, *, is_done: bool) -> None:
        """Say how a migration that was left half done ended, after it was finished or undone by hand.

        Parameters
        ----------
        number : int
            Its number.
        is_done : bool
            Whether it is finished; otherwise it was undone.

        Examples
        --------
        >>> async def finished(migrations: Migrations) -> None:
        ...     await migrations.settle(3, is_done=True)
        """
        await self._walk.settle(number, is_done)
