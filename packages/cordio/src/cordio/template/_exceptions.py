"""What can be wrong with a project that is to be made."""

from __future__ import annotations

from cordio._exceptions import CordioError

__all__ = ["NoProject"]


class NoProject(CordioError):
    """A project that cannot be made; nothing of it was left behind.

    Parameters
    ----------
    name : str
        The name that it was to have.
    what : str
        What is wrong.
    cure : str
        What to do.

    Examples
    --------
    >>> print(NoProject("Orders!", "that is no name", "write orders"))
    no project 'Orders!': that is no name: write orders
    """

    exit_code = 64

    def __init__(self, name: str, what: str, cure: str) -> None:
        super().__init__(name, what, cure)
        self.name, self.what, self.cure = name, what, cure

    def __str__(self) -> str:
        """Say which, what, and what to do."""
        return f"no project {self.name!r}: {self.what}: {self.cure}"
