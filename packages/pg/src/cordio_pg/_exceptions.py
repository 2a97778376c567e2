"""What can go wrong with PostgreSQL, each kind told apart."""

from __future__ import annotations

from typing import Literal, TypeAlias

__all__ = [
    "DeadlineExceeded",
    "NotOpen",
    "Outcome",
    "OutcomeUnknown",
    "PgError",
    "QueryError",
    "Unavailable",
]

Outcome: TypeAlias = Literal["not sent", "unknown", "refused"]


class PgError(Exception):
    """The base of all errors of this package.

    Attributes
    ----------
    outcome : {"not sent", "unknown", "refused"}
        What became of the statement: it never left, so that it may be repeated; it was sent and nobody knows
        whether it took effect, so that only what does no harm twice may be repeated; or the server refused it.

    Examples
    --------
    >>> Unavailable("db.local:5432", "connection refused").outcome
    'not sent'
    >>> OutcomeUnknown("db.local:5432", "the connection was lost").outcome
    'unknown'
    """

    outcome: Outcome = "not sent"


class Unavailable(PgError):
    """The server cannot be reached or takes no connections; `OutcomeUnknown` tells a connection lost in use.

    Parameters
    ----------
    where : str
        The server as ``host:port``.
    reason : str
        What happened.
    sqlstate : str or None
        The server's code, where it still gave one.

    Examples
    --------
    >>> print(Unavailable("db.local:5432", "connection refused"))
    PostgreSQL at db.local:5432 is unavailable: connection refused
    """

    def __init__(self, where: str, reason: str, sqlstate: str | None = None) -> None:
        super().__init__(where, reason, sqlstate)
        self.where = where
        self.reason = reason
        self.sqlstate = sqlstate

    def __str__(self) -> str:
        code = f" (SQLSTATE {self.sqlstate})" if self.sqlstate else ""
        return f"PostgreSQL at {self.where} is unavailable: {self.reason}{code}"


class OutcomeUnknown(Unavailable):
    """The connection was lost after a statement was sent: whether it took effect is not known.

    Parameters
    ----------
    where : str
        The server as ``host:port``.
    reason : str
        What happened.
    sqlstate : str or None
        The server's code, where it still gave one.

    Examples
    --------
    >>> print(OutcomeUnknown("db.local:5432", "the connection was lost"))
    PostgreSQL at db.local:5432 is unavailable: the connection was lost; whether the statement ...
    """

    outcome: Outcome = "unknown"

    def __str__(self) -> str:
        return f"{super().__str__()}; whether the statement took effect is not known"


class DeadlineExceeded(PgError):
    """A call did not end within its limit.

    `outcome` says whether the statement was sent by then.

    Parameters
    ----------
    where : str
        The server as ``host:port``.
    limit : float
        The limit of the call in seconds.
    doing : str
        What the call was doing when its time was over.
    sent : bool
        Whether the statement was sent.

    Examples
    --------
    >>> print(DeadlineExceeded("db.local:5432", 10.0, "waiting for the answer"))
    PostgreSQL at db.local:5432: the limit of 10 s was over while waiting for the answer
    """

    def __init__(self, where: str, limit: float, doing: str, sent: bool = False) -> None:
        super().__init__(where, limit, doing, sent)
        self.where = where
        self.limit = limit
        self.doing = doing
        self.outcome = "unknown" if sent else "not sent"

    def __str__(self) -> str:
        return f"PostgreSQL at {self.where}: the limit of {self.limit:g} s was over while {self.doing}"


class QueryError(PgError):
    """A statement was refused, by the server or before it was sent.

    Parameters
    ----------
    message : str
        What is wrong with it.
    sqlstate : str or None
        The server's code; None if the statement was never sent.
    detail : str or None
        What the server says besides.
    hint : str or None
        What the server proposes.

    Examples
    --------
    >>> print(QueryError('relation "orders" does not exist', "42P01"))
    relation "orders" does not exist (SQLSTATE 42P01)
    """

    outcome: Outcome = "refused"

    def __init__(
        self, message: str, sqlstate: str | None = None, detail: str | None = None, hint: str | None = None
    ) -> None:
        super().__init__(message, sqlstate, detail, hint)
        self.message = message
        self.sqlstate = sqlstate
        self.detail = detail
        self.hint = hint

    def __str__(self) -> str:
        code = f" (SQLSTATE {self.sqlstate})" if self.sqlstate else ""
        hint = f"; hint: {self.hint}" if self.hint else ""
        return f"{self.message}{code}{hint}"


class NotOpen(PgError):
    """Something is used before it was opened or after it was closed.

    Parameters
    ----------
    what : str
        What is not open.

    Examples
    --------
    >>> print(NotOpen("this Postgres"))
    this Postgres is not open: use it inside its 'async with' block
    """

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what

    def __str__(self) -> str:
        return f"{self.what} is not open: use it inside its 'async with' block"
