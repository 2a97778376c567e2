"""The database, as monitoring sees it: its files are found, records are written to a table of it."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from cordio_core.protocols import Configuration

if TYPE_CHECKING:
    from cordio._configuring import ProjectFiles
    from cordio_pg import LogTable, PgSettings

__all__ = ["equip", "log_table"]


def equip(files: ProjectFiles, environment: str) -> None:
    """Have the files of each database found in its project, and the embedded one know where it runs.

    Parameters
    ----------
    files : ProjectFiles
        The project.
    environment : str
        Where it runs.
    """
    if "cordio_pg" in sys.modules:  # once everything is assembled, that tells whether something uses it
        import cordio_pg

        named = os.environ.get("CORDIO_PRESET", "") or environment
        cordio_pg.set_defaults(root=files.root, environment=named)


def log_table(table: str, files: ProjectFiles, configuration: Configuration) -> LogTable | None:
    """Return what the table of records is written through: a connection of its own to the database ``pg``.

    Parameters
    ----------
    table : str
        The table; empty for none.
    files : ProjectFiles
        The project.
    configuration : Configuration
        The values in force.

    Returns
    -------
    LogTable or None
        Not open yet.
    """
    if not table:
        return None
    from cordio_pg import LogTable

    return LogTable(_settings(files, configuration), table, root=files.root)


def _settings(files: ProjectFiles, configuration: Configuration) -> PgSettings:
    from cordio_pg import PgSettings

    try:
        return configuration.slice("pg", PgSettings)
    except KeyError:  # no service of the application uses it: files and environment say where it is
        return files.section("pg", PgSettings)
