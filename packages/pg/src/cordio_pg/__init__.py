"""PostgreSQL as a service on asyncpg: connects at first use, tells failures apart."""

from cordio_pg._connection import Connection
from cordio_pg._duration import Duration
from cordio_pg._exceptions import (
    BinariesMissing,
    DataInUse,
    DataUnusable,
    DeadlineExceeded,
    EmbeddedError,
    NotOpen,
    PgError,
    QueryError,
    StartFailed,
    Unavailable,
)
from cordio_pg._postgres import Postgres
from cordio_pg._settings import PgSettings

__all__ = [
    "BinariesMissing",
    "Connection",
    "DataInUse",
    "DataUnusable",
    "DeadlineExceeded",
    "Duration",
    "EmbeddedError",
    "NotOpen",
    "PgError",
    "PgSettings",
    "Postgres",
    "QueryError",
    "StartFailed",
    "Unavailable",
]
