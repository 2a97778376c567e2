"""What can be wrong with a project."""

from __future__ import annotations

from pathlib import Path

__all__ = ["CordioError", "NoApplication", "WrongReactions"]


class CordioError(Exception):
    """The base of this package's errors; a process that fails for one ends with 70 (EX_SOFTWARE)."""

    exit_code = 70


class NoApplication(CordioError):
    """A folder without an application in it.

    Parameters
    ----------
    root : pathlib.Path
        The folder.
    what : str
        What is missing.
    cure : str
        What to do.

    Examples
    --------
    >>> print(NoApplication(Path("orders"), "home/app.py is not there", "write it"))
    no application in orders: home/app.py is not there: write it
    """

    def __init__(self, root: Path, what: str, cure: str) -> None:
        super().__init__(root, what, cure)
        self.root, self.what, self.cure = root, what, cure

    def __str__(self) -> str:
        """Say where, what, and what to do."""
        return f"no application in {self.root}: {self.what}: {self.cure}"


class WrongReactions(CordioError):
    """The section ``errors`` cannot be followed; a process that fails for it ends with 78 (EX_CONFIG).

    Parameters
    ----------
    what : str
        What is wrong, and what to write.

    Examples
    --------
    >>> print(WrongReactions("the settings have 1 mistake"))
    the section errors: the settings have 1 mistake
    """

    exit_code = 78

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what

    def __str__(self) -> str:
        """Say where and what."""
        return f"the section errors: {self.what}"
