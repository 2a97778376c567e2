"""What is looked at before a database is used: whether its schema is what the code needs."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from cordio_pg._exceptions import DeadlineExceeded, Unavailable

if TYPE_CHECKING:
    from cordio_pg._postgres import Postgres
    from cordio_pg._settings import PgSettings
    from cordio_pg.migrations import Migrations

__all__ = ["Gate", "project_migrations"]

_log = logging.getLogger("cordio_pg")
# How long a start is held up by a server that does not answer.
_LIMIT = 2.0


class Gate:
    """The check of the schema: at the start, and again as long as the server could not be asked.

    Parameters
    ----------
    settings : PgSettings
        The settings, their files absolute.
    """

    def __init__(self, settings: PgSettings) -> None:
        self._settings = settings
        self._is_due = False

    async def open(self, pg: Postgres) -> None:
        """Check the schema, or bring it to where the code needs it."""
        if not self._is_wanted():
            return
        migrations = project_migrations(pg)
        if self._settings.migrate == "apply":
            for migration in await migrations.up():
                _log.info("the migration %s was applied", migration)
        self._is_due = True
        try:
            await self.ask(pg)
        except (Unavailable, DeadlineExceeded) as error:
            _log.warning("the schema could not be checked, and is not ready until it is: %s", error)

    async def ask(self, pg: Postgres) -> None:
        """Check the schema, unless that was done."""
        if self._is_due:
            await project_migrations(pg).check(within=_LIMIT)
            self._is_due = False

    def _is_wanted(self) -> bool:
        files = (self._settings.migrations, self._settings.data_version)
        if self._settings.migrate == "never" or not any(file is not None and file.exists() for file in files):
            return False
        from cordio_pg.migrations import DataVersion

        folder, version = files
        has_folder = folder is not None and folder.is_dir()
        return has_folder or (version is not None and bool(DataVersion(version).number))


def project_migrations(pg: Postgres) -> Migrations:
    """Return the migrations that the settings of a database name."""
    from cordio_pg.migrations import Migrations

    settings = pg.settings
    # A folder that is not there holds no migrations.
    folder = settings.migrations or settings.data / "no migrations"
    return Migrations(pg, folder, data_version=settings.data_version)
