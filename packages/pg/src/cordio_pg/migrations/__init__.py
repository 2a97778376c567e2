"""Migrations: numbered files of SQL or Python, each applied once, however many processes start at a time."""

from cordio_pg.migrations._comparison import Standing
from cordio_pg.migrations._data_version import DataVersion
from cordio_pg.migrations._exceptions import (
    HalfDone,
    LockHeld,
    MigrationError,
    MigrationFailed,
    SchemaBehind,
    SchemaNewer,
    SessionNeeded,
)
from cordio_pg.migrations._file_errors import (
    DataVersionWrong,
    FolderWrong,
    MigrationChanged,
    MigrationMissing,
    NoWayBack,
    OutOfOrder,
)
from cordio_pg.migrations._folder import create
from cordio_pg.migrations._migration import Migration
from cordio_pg.migrations._migrations import Migrations

__all__ = [
    "DataVersion",
    "DataVersionWrong",
    "FolderWrong",
    "HalfDone",
    "LockHeld",
    "Migration",
    "MigrationChanged",
    "MigrationError",
    "MigrationFailed",
    "MigrationMissing",
    "Migrations",
    "NoWayBack",
    "OutOfOrder",
    "SchemaBehind",
    "SchemaNewer",
    "SessionNeeded",
    "Standing",
    "create",
]
