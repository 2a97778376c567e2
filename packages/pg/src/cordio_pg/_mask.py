"""What an error of asyncpg says, without the values of rows and arguments: they are clients' data."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from asyncpg import PostgresError

__all__ = ["scrub"]

_MASK = "…"
# asyncpg, prepared_stmt.pyx: "invalid input for query argument $1: <value> (<why, often with the value>)".
_ARGUMENT = re.compile(
    r"invalid input for query argument \$\d+(?: in element #\d+ of executemany\(\) sequence)?"
)
_TYPES = re.compile(r"\((expected [\w .,]+, got '\w+'|value out of \w+ range)\)$")
_QUOTED = re.compile("[\"“„«].*[\"”“»]|'.*'", re.DOTALL)
# A syntax error quotes one token, or, in a literal that does not end, all the rest of the statement.
_NEAR = re.compile(r'"(?!\w{1,40}"$|\W{1,3}"$).*"', re.DOTALL)
_KEY = re.compile(r"(Key \([^=]*\)=)\(.*\)( [^()]*\.)", re.DOTALL)

# The classes of SQLSTATE whose texts name what the statement names, or processes and locks, and no values.
_PLAIN = tuple("08 0A 25 26 28 2B 2D 34 3D 3F 40 42 53 54 55 57 58".split())
_SYNTAX = "42601"


def scrub(error: Exception) -> None:
    """Take the values out of an error of asyncpg itself: it is the cause of ours, and is shown with it."""
    from asyncpg import InterfaceError, PostgresError

    if isinstance(error, PostgresError):
        _scrub_told(error)
    elif isinstance(error, InterfaceError):
        error.args = (_of_argument(str(error.args[0])) if error.args else "", *error.args[1:])
    else:
        return
    # The reason inside repeats the value: "invalid UUID '…'".
    error.__cause__ = None
    error.__suppress_context__ = True


def _scrub_told(error: PostgresError) -> None:
    code = error.sqlstate or ""
    message = _message(code, str(error.args[0]) if error.args else "")
    error.args = (message, *error.args[1:])
    error.message = message
    if code[:2] not in _PLAIN:
        error.detail = _detail(error.detail)
        error.context = None  # "JSON data, line 1: …", "COPY orders, line 7: …"
    for statement in ("query", "internal_query"):
        error.__dict__.pop(statement, None)


def _message(code: str, told: str) -> str:
    if code == _SYNTAX:
        return _NEAR.sub(f'"{_MASK}"', told)
    if code.startswith("22"):
        return _of_argument(told) if _ARGUMENT.match(told) else _QUOTED.sub(f'"{_MASK}"', told)
    return told


def _of_argument(told: str) -> str:
    """Keep which argument it is, and the types."""
    found = _ARGUMENT.match(told)
    if found is None:
        return told
    why = _TYPES.search(told)
    return f"{found[0]}: {why[1] if why else 'it does not fit the type'}"


def _detail(detail: str | None) -> str | None:
    """Keep which columns collide, and with what: ``Key (email)=(…) already exists.``"""
    found = _KEY.fullmatch(detail or "")
    return f"{found[1]}({_MASK}){found[2]}" if found else None
