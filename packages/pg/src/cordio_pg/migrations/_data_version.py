"""The file of a project that says which version of the data its code needs."""

from __future__ import annotations

from pathlib import Path

from cordio_pg.migrations._file_errors import DataVersionWrong

__all__ = ["DataVersion"]


class DataVersion:
    """The data version file: a number and nothing else, by convention ``etc/data_version``.

    Parameters
    ----------
    file : Path
        The file.

    Examples
    --------
    >>> DataVersion(Path("/not/there")).number is None
    True
    """

    def __init__(self, file: Path) -> None:
        self.file = file

    @property
    def number(self) -> int | None:
        """The number of the migration that the code needs at least; None without a file.

        Raises
        ------
        DataVersionWrong
            If there is something else in it.
        """
        try:
            text = self.file.read_text("utf-8").strip()
        except FileNotFoundError:
            return None
        if not (text.isascii() and text.isdigit()):
            what = f"{text[:20]!r} is no number of a migration"
            raise DataVersionWrong(self.file, what, "write the last one that the code needs, such as 3")
        return int(text)

    def needed(self, last: int, *, has_files: bool) -> int:
        """Return the number that is needed.

        Parameters
        ----------
        last : int
            The last number that there is a file of.
        has_files : bool
            Whether there are files of migrations at all.

        Returns
        -------
        int
            What the file says; without one, the last number.

        Raises
        ------
        DataVersionWrong
            If nothing could bring the number.
        """
        number = self.number
        if number is None:
            return last
        if has_files and number > last:
            what = f"it needs {number}, but the last migration is {last}"
            raise DataVersionWrong(self.file, what, f"write {last}, or bring the migrations up to {number}")
        return number

    def write(self, number: int) -> None:
        """Write a number.

        Parameters
        ----------
        number : int
            The number.
        """
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.file.write_text(f"{number}\n", "utf-8")
