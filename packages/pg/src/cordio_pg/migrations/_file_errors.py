"""What can be wrong with the files of migrations."""

from __future__ import annotations

from pathlib import Path

from cordio_pg.migrations._exceptions import MigrationError

__all__ = [
    "DataVersionWrong",
    "FolderWrong",
    "MigrationChanged",
    "MigrationMissing",
    "NoWayBack",
    "OutOfOrder",
]


class FolderWrong(MigrationError):
    """The files themselves are wrong: a name, a number that is there twice or left out, what is in them.

    Parameters
    ----------
    where : str
        The file, or files.
    what : str
        What is wrong.
    cure : str
        What to do.

    Examples
    --------
    >>> print(FolderWrong("0002_pay.sql", "it holds no statement", "write one"))
    0002_pay.sql: it holds no statement: write one
    """

    def __init__(self, where: str, what: str, cure: str) -> None:
        super().__init__(where, what, cure)
        self.where = where
        self.what = what
        self.cure = cure

    def __str__(self) -> str:
        return f"{self.where}: {self.what}: {self.cure}"


class MigrationChanged(MigrationError):
    """A file was changed after it was applied.

    Parameters
    ----------
    file : Path
        The file.

    Examples
    --------
    >>> print(MigrationChanged(Path("0002_pay.sql")))
    0002_pay.sql: it was changed after it was applied: put it back, and write a new migration
    """

    def __init__(self, file: Path) -> None:
        super().__init__(file)
        self.file = file

    def __str__(self) -> str:
        return f"{self.file}: it was changed after it was applied: put it back, and write a new migration"


class MigrationMissing(MigrationError):
    """What was applied has no file any more.

    Parameters
    ----------
    folder : Path
        Where it was looked for.
    number : int
        Its number.
    name : str
        Its name.

    Examples
    --------
    >>> print(MigrationMissing(Path("home/migrations"), 2, "pay"))
    home/migrations: 0002_pay was applied, but its file is gone: put it back
    """

    def __init__(self, folder: Path, number: int, name: str) -> None:
        super().__init__(folder, number, name)
        self.folder = folder
        self.number = number
        self.name = name

    def __str__(self) -> str:
        return f"{self.folder}: {self.number:04}_{self.name} was applied, but its file is gone: put it back"


class OutOfOrder(MigrationError):
    """A file came later than one with a higher number that was applied already.

    Parameters
    ----------
    file : Path
        The file.
    head : int
        The last number that was applied.

    Examples
    --------
    >>> print(OutOfOrder(Path("0002_pay.sql"), 3))
    0002_pay.sql: 3 was applied before this file came: give it a number above 3
    """

    def __init__(self, file: Path, head: int) -> None:
        super().__init__(file, head)
        self.file = file
        self.head = head

    def __str__(self) -> str:
        return (
            f"{self.file}: {self.head} was applied before this file came: give it a number above {self.head}"
        )


class NoWayBack(MigrationError):
    """A migration has nothing that undoes it.

    Parameters
    ----------
    file : Path
        Its file.

    Examples
    --------
    >>> print(NoWayBack(Path("0002_pay.sql")))
    0002_pay.sql: nothing undoes it: write 0002_pay.down.sql
    """

    def __init__(self, file: Path) -> None:
        super().__init__(file)
        self.file = file

    def __str__(self) -> str:
        return (
            f"{self.file}: nothing undoes it: write {self.file.stem}.down.sql"
            if self.file.suffix == ".sql"
            else f"{self.file}: nothing undoes it: write `async def down(tx)` there"
        )


class DataVersionWrong(MigrationError):
    """The data version file says what cannot be.

    Parameters
    ----------
    file : Path
        The file.
    what : str
        What is wrong with it.
    cure : str
        What to write.

    Examples
    --------
    >>> print(DataVersionWrong(Path("etc/data_version"), "'x' is no number", "write 3"))
    etc/data_version: 'x' is no number: write 3
    """

    def __init__(self, file: Path, what: str, cure: str) -> None:
        super().__init__(file, what, cure)
        self.file = file
        self.what = what
        self.cure = cure

    def __str__(self) -> str:
        return f"{self.file}: {self.what}: {self.cure}"
