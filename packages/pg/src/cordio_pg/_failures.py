"""What asyncpg and the system raise, told in this package's own errors."""

from __future__ import annotations

import os
import re
import socket
from typing import TYPE_CHECKING

from cordio_pg._exceptions import OutcomeUnknown, PgError, QueryError, Unavailable
from cordio_pg._mask import scrub
from cordio_pg._refusals import ConstraintViolated, ReadOnly

if TYPE_CHECKING:
    from asyncpg import PostgresError

__all__ = ["connecting", "lasting", "querying"]

_LOST = ("57P01", "57P02", "57P03", "57P05", "25P03")
_SWITCH = "cannot switch to state"
_LOST_TEXT = "the connection was lost"
_KEY = re.compile(r"\(([^()]+)\)=\(")
# Who may log in, to what, and how: no waiting mends that (SQLSTATE classes 28, 3D, 42, 0A, 22).
_LASTING = ("28", "3D", "42", "0A", "22", "08P01")


def connecting(error: Exception, where: str) -> Unavailable:
    """Tell why a connection could not be made."""
    from asyncpg import InterfaceError, PostgresError, TargetServerAttributeNotMatched

    if isinstance(error, PostgresError):
        return Unavailable(where, error.message or type(error).__name__, error.sqlstate)
    if isinstance(error, TargetServerAttributeNotMatched):
        return Unavailable(where, "none of its hosts is what the setting target asks for", "25006")
    if isinstance(error, InterfaceError):
        return Unavailable(where, str(error))
    if isinstance(error, OSError):
        return Unavailable(where, _system(error))
    # What other errors say is not repeated: it may quote an address with a password in it.
    return Unavailable(where, f"connecting failed with {type(error).__name__}")


def lasting(error: Unavailable) -> bool:
    """Tell whether waiting will not help: the server was reached, and says that the settings are wrong."""
    if error.sqlstate is not None:
        return error.sqlstate.startswith(_LASTING)
    from ssl import SSLCertVerificationError

    from asyncpg import InterfaceError

    return isinstance(error.__cause__, InterfaceError | ValueError | SSLCertVerificationError)


def querying(error: Exception, where: str, *, closed: bool, alone: bool = False) -> PgError | None:
    """Tell what became of a call, of one statement `alone`; None if the error is not about PostgreSQL."""
    from asyncpg import InterfaceError, InternalClientError, PostgresError

    scrub(error)
    if isinstance(error, PostgresError):
        return _told(error, where)
    if isinstance(error, OSError):
        return OutcomeUnknown(where, f"{_LOST_TEXT}: {_system(error)}")
    if isinstance(error, InternalClientError) and alone and _SWITCH in str(error):
        # A word of farewell from the server was there before the statement could leave.
        return Unavailable(where, f"{_LOST_TEXT} before the statement was sent")
    if isinstance(error, InternalClientError) and (closed or _SWITCH in str(error)):
        return OutcomeUnknown(where, _LOST_TEXT)
    if isinstance(error, InterfaceError):
        return OutcomeUnknown(where, _LOST_TEXT) if closed else QueryError(str(error))
    return QueryError(str(error)) if isinstance(error, InternalClientError) else None


def _told(error: PostgresError, where: str) -> PgError:
    code, message = error.sqlstate, error.message or str(error)
    fatal = getattr(error, "severity_en", None) in ("FATAL", "PANIC")
    if fatal or (code is not None and (code in _LOST or code.startswith("08"))):
        return OutcomeUnknown(where, message, code)
    if code == "25006":
        return ReadOnly(message, code, error.detail, error.hint)
    if code is not None and code.startswith("23"):
        return _violated(error, message)
    return QueryError(message, code, error.detail, _hint(error))


def _violated(error: PostgresError, message: str) -> ConstraintViolated:
    columns: tuple[str, ...] = (error.column_name,) if error.column_name else ()
    if not columns and error.detail and (key := _KEY.search(error.detail)):
        columns = tuple(part.strip().strip('"') for part in key[1].split(","))
    return ConstraintViolated(
        message,
        error.sqlstate,
        error.detail,
        error.hint,
        constraint=error.constraint_name,
        table=error.table_name,
        columns=columns,
    )


def _hint(error: PostgresError) -> str | None:
    """Recognise a pooler that lends another server's session to each transaction."""
    if error.sqlstate in ("26000", "42P05") and "__asyncpg_" in (error.message or ""):
        return "a pgbouncer in transaction mode seems to be in between: set pgbouncer = true"
    return error.hint


def _system(error: OSError) -> str:
    from ssl import SSLCertVerificationError, SSLError

    if isinstance(error, SSLCertVerificationError):
        return f"certificate verify failed: {error.verify_message}"
    if isinstance(error, SSLError):  # its number is not the system's
        return error.reason or type(error).__name__
    if error.errno is None or isinstance(error, socket.gaierror):
        return error.strerror or str(error) or type(error).__name__
    return os.strerror(error.errno)
