"""What stands between the files of migrations and a database, each kind told apart."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cordio_pg._exceptions import PgError

__all__ = [
    "HalfDone",
    "LockHeld",
    "MigrationError",
    "MigrationFailed",
    "SchemaBehind",
    "SchemaNewer",
    "SessionNeeded",
]


class MigrationError(PgError):
    """The base of what can be wrong with migrations; each tells what, where, and what to do.

    Examples
    --------
    >>> issubclass(SchemaNewer, MigrationError)
    True
    """

    # sysexits.h, EX_CONFIG: code and data do not fit, which another start alone does not mend.
    exit_code = 78


class SchemaBehind(MigrationError):
    """The code needs migrations that were not applied yet.

    Parameters
    ----------
    where : str
        The database.
    head : int
        The last number that was applied; 0 for none.
    waiting : sequence of str
        The files that wait.

    Examples
    --------
    >>> print(SchemaBehind("db:5432", 1, ["0002_pay.sql"]))
    the schema of db:5432 is at 1, older than this code (1 wait: 0002_pay.sql): run `python up.py ...
    """

    def __init__(self, where: str, head: int, waiting: Sequence[str]) -> None:
        super().__init__(where, head, waiting)
        self.where = where
        self.head = head
        self.waiting = waiting

    def __str__(self) -> str:
        return (
            f"the schema of {self.where} is at {self.head}, older than this code ({len(self.waiting)} wait: "
            f"{', '.join(self.waiting[:3])}{', …' if len(self.waiting) > 3 else ''}): run "
            "`python up.py migrate`, or set pg.migrate to 'apply'"
        )


class SchemaNewer(MigrationError):
    """The database is further than this code.

    Parameters
    ----------
    where : str
        The database.
    head : int
        The last number that was applied.
    name : str
        Its name.
    known : int
        The last number that the code knows.

    Examples
    --------
    >>> print(SchemaNewer("db:5432", 4, "pay", 3))
    the schema of db:5432 is at 4 (pay), newer than this code, which knows 3: run newer code, or ...
    """

    def __init__(self, where: str, head: int, name: str, known: int) -> None:
        super().__init__(where, head, name, known)
        self.where = where
        self.head = head
        self.name = name
        self.known = known

    def __str__(self) -> str:
        return (
            f"the schema of {self.where} is at {self.head} ({self.name}), newer than this code, which knows "
            f"{self.known}: run newer code, or go back with the code that brought it (`migrate down --to "
            f"{self.known}`)"
        )


class HalfDone(MigrationError):
    """A migration without a transaction was begun, and its end is not known.

    Parameters
    ----------
    where : str
        The database.
    number : int
        Its number.
    name : str
        Its name.

    Examples
    --------
    >>> print(HalfDone("db:5432", 2, "pay"))
    0002_pay runs without a transaction and was begun, but did not end, at db:5432: look what ...
    """

    def __init__(self, where: str, number: int, name: str) -> None:
        super().__init__(where, number, name)
        self.where = where
        self.number = number
        self.name = name

    def __str__(self) -> str:
        return (
            f"{self.number:04}_{self.name} runs without a transaction and was begun, but did not end, at "
            f"{self.where}: look what there is of it, finish or undo it by hand, and say which: "
            f"`migrate settle {self.number} --done` or `--undone`"
        )


class MigrationFailed(MigrationError):
    """A migration was refused; nothing of it happened, unless it runs without a transaction.

    Parameters
    ----------
    file : Path
        The file.
    line : int or None
        The line, where the server told.
    reason : str
        What was said.
    undone : bool
        Whether nothing of it happened.

    Examples
    --------
    >>> print(MigrationFailed(Path("0002_pay.sql"), 7, 'type "txt" does not exist', True))
    0002_pay.sql:7: type "txt" does not exist (nothing of it happened): mend it, and migrate again
    """

    def __init__(self, file: Path, line: int | None, reason: str, undone: bool) -> None:
        super().__init__(file, line, reason, undone)
        self.file = file
        self.line = line
        self.reason = reason
        self.undone = undone

    def __str__(self) -> str:
        return (
            f"{self.file}{f':{self.line}' if self.line else ''}: {self.reason} ("
            f"{'nothing of it happened' if self.undone else 'what came before in it stays'}): "
            "mend it, and migrate again"
        )


class LockHeld(MigrationError):
    """Somebody else migrates, or holds the lock for it, for longer than was waited.

    Parameters
    ----------
    where : str
        The database.
    limit : float
        How many seconds were waited.
    holder : str
        Who it is.

    Examples
    --------
    >>> print(LockHeld("db:5432", 600.0, "the server's process 4711"))
    the lock for migrations at db:5432 was not free within 600 s: held by the server's process ...
    """

    def __init__(self, where: str, limit: float, holder: str) -> None:
        super().__init__(where, limit, holder)
        self.where = where
        self.limit = limit
        self.holder = holder

    def __str__(self) -> str:
        return (
            f"the lock for migrations at {self.where} was not free within {self.limit:g} s: held by "
            f"{self.holder}; wait for it, or end it by `select pg_terminate_backend(…)`"
        )


class SessionNeeded(MigrationError):
    """Behind a pgbouncer in transaction mode there is no session that could hold the lock.

    Parameters
    ----------
    where : str
        The pgbouncer.

    Examples
    --------
    >>> print(SessionNeeded("db:6432"))
    db:6432 is a pgbouncer, behind which no lock holds: migrate at the server itself (--pg-host, ...
    """

    def __init__(self, where: str) -> None:
        super().__init__(where)
        self.where = where

    def __str__(self) -> str:
        return (
            f"{self.where} is a pgbouncer, behind which no lock holds: migrate at the server itself "
            "(--pg-host, --pg-port, --no-pg-pgbouncer)"
        )
