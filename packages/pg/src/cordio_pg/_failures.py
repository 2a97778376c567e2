"""What asyncpg and the system raise, told in this package's own errors."""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING

from cordio_pg._exceptions import PgError, QueryError, Unavailable

if TYPE_CHECKING:
    from asyncpg import PostgresError

__all__ = ["connecting", "querying"]

_LOST = ("57P01", "57P02", "57P03", "57P05", "25P03")
_SWITCH = "cannot switch to state"


def connecting(error: Exception, where: str) -> Unavailable:
    """Tell why a connection could not be made."""
    from asyncpg import InterfaceError, PostgresError

    if isinstance(error, PostgresError):
        return Unavailable(where, error.message or type(error).__name__, error.sqlstate)
    if isinstance(error, InterfaceError):
        return Unavailable(where, str(error))
    if isinstance(error, OSError):
        return Unavailable(where, _system(error))
    # What other errors say is not repeated: it may quote an address with a password in it.
    return Unavailable(where, f"connecting failed with {type(error).__name__}")


def querying(error: Exception, where: str, *, closed: bool) -> PgError | None:
    """Tell what became of a call on a connection; None if the error is not about PostgreSQL."""
    from asyncpg import InterfaceError, InternalClientError, PostgresError

    if isinstance(error, PostgresError):
        return _told(error, where)
    if isinstance(error, OSError):
        return Unavailable(where, f"the connection was lost: {_system(error)}")
    if isinstance(error, InternalClientError) and (closed or _SWITCH in str(error)):
        return Unavailable(where, "the connection was lost")
    if isinstance(error, InterfaceError):
        return Unavailable(where, "the connection was lost") if closed else QueryError(str(error))
    return QueryError(str(error)) if isinstance(error, InternalClientError) else None


def _told(error: PostgresError, where: str) -> PgError:
    code, message = error.sqlstate, error.message or str(error)
    if code is not None and (code in _LOST or code.startswith("08")):
        return Unavailable(where, message, code)
    if getattr(error, "severity_en", None) in ("FATAL", "PANIC"):
        return Unavailable(where, message, code)
    return QueryError(message, code, error.detail, error.hint)


def _system(error: OSError) -> str:
    if error.errno is None or isinstance(error, socket.gaierror):
        return error.strerror or str(error) or type(error).__name__
    return os.strerror(error.errno)
