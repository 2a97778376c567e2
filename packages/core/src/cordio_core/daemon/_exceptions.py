"""What can be wrong with a daemon."""

from __future__ import annotations

from cordio_core._exceptions import CoreError
from cordio_core._exits import Exit

__all__ = ["DaemonError"]


class DaemonError(CoreError):
    """A daemon that cannot start or does not stop.

    Parameters
    ----------
    name : str
        The application.
    what : str
        What is wrong.
    cure : str
        What to do.
    code : Exit
        The exit code that it stands for.

    Examples
    --------
    >>> error = DaemonError("orders", "runs already, as process 7", "stop it first: daemon stop", Exit.LOCKED)
    >>> str(error), error.exit_code
    ('orders runs already, as process 7: stop it first: daemon stop', <Exit.LOCKED: 69>)
    """

    def __init__(self, name: str, what: str, cure: str, code: Exit = Exit.SOFTWARE) -> None:
        super().__init__(name, what, cure, code)
        self.name, self.what, self.cure, self.exit_code = name, what, cure, code

    def __str__(self) -> str:
        """Say which application, what, and what to do."""
        return f"{self.name} {self.what}: {self.cure}"
