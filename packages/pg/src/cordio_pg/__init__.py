"""PostgreSQL as a service on asyncpg: connects at first use, tells failures apart."""

from cordio_pg._advisory import AdvisoryLock, LockImpossible
from cordio_pg._backoff import Backoff, Scheme
from cordio_pg._connection import Connection
from cordio_pg._cursor import Cursor
from cordio_pg._defaults import set_defaults
from cordio_pg._duration import Duration
from cordio_pg._embedded_errors import (
    BinariesMissing,
    DataInUse,
    DataUnusable,
    EmbeddedError,
    EmbeddedRefused,
    StartFailed,
)
from cordio_pg._exceptions import DeadlineExceeded, NotOpen, OutcomeUnknown, PgError, QueryError, Unavailable
from cordio_pg._log_table import LogTable
from cordio_pg._observer import Observer, PoolState
from cordio_pg._pool_errors import NestedBorrow, PoolBusy
from cordio_pg._postgres import Postgres
from cordio_pg._providing import postgres
from cordio_pg._refusals import ConstraintViolated, ReadOnly
from cordio_pg._retry import Repeating, Replays
from cordio_pg._row_errors import NotFound, RowMismatch, TooMany
from cordio_pg._settings import PgSettings
from cordio_pg._tls import TlsUnusable, Trust
from cordio_pg._watch import Following, Span

__all__ = [
    "AdvisoryLock",
    "Backoff",
    "BinariesMissing",
    "Connection",
    "ConstraintViolated",
    "Cursor",
    "DataInUse",
    "DataUnusable",
    "DeadlineExceeded",
    "Duration",
    "EmbeddedError",
    "EmbeddedRefused",
    "Following",
    "LockImpossible",
    "LogTable",
    "NestedBorrow",
    "NotFound",
    "NotOpen",
    "Observer",
    "OutcomeUnknown",
    "PgError",
    "PgSettings",
    "PoolBusy",
    "PoolState",
    "Postgres",
    "QueryError",
    "ReadOnly",
    "Repeating",
    "Replays",
    "RowMismatch",
    "Scheme",
    "Span",
    "StartFailed",
    "TlsUnusable",
    "TooMany",
    "Trust",
    "Unavailable",
    "postgres",
    "set_defaults",
]
