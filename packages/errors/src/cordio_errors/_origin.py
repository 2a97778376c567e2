"""Where something was written or raised: file, line and function."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Self

__all__ = ["Origin", "is_ours", "shorten"]

_PACKAGE = __name__.partition(".")[0]
_WITHIN = f"{_PACKAGE}."


@dataclass(frozen=True, slots=True)
class Origin:
    """A place in the code.

    Parameters
    ----------
    file : str
        The path of the file.
    line : int
        The line, from 1.
    function : str
        The qualified name of the function.

    Examples
    --------
    >>> str(Origin("home/app.py", 12, "Shop.reserve"))
    'home/app.py:12 in Shop.reserve'
    """

    file: str
    line: int
    function: str

    def __str__(self) -> str:
        """Return the place as ``file:line in function``."""
        return f"{self.file}:{self.line} in {self.function}"

    @classmethod
    def raised(cls, error: BaseException) -> Self | None:
        """Tell where an exception was raised, frames of this package left out.

        Parameters
        ----------
        error : BaseException
            The exception.

        Returns
        -------
        Origin or None
            The innermost place, None if it was never raised.
        """
        trace, found = error.__traceback__, None
        while trace is not None:
            found = trace if found is None or not is_ours(trace.tb_frame.f_globals) else found
            trace = trace.tb_next
        if found is None:
            return None
        code = found.tb_frame.f_code
        return cls(code.co_filename, found.tb_lineno, code.co_qualname)

    @classmethod
    def caller(cls, depth: int) -> Self:
        """Tell where the running code was called from.

        Parameters
        ----------
        depth : int
            How many calls back; 0 is the caller of this method.

        Returns
        -------
        Origin
            The place of the call.
        """
        frame = sys._getframe(depth + 1)
        return cls(frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_qualname)


def is_ours(names: dict[str, object]) -> bool:
    """Tell whether code belongs to this package.

    Parameters
    ----------
    names : dict of str to object
        The names of its module.

    Returns
    -------
    bool
        True for a module of this package.
    """
    name = names.get("__name__")
    return isinstance(name, str) and (name.startswith(_WITHIN) or name == _PACKAGE)


def shorten(error: BaseException) -> None:
    """Take the frames of this package above the user's out of a traceback, so that users see their own.

    Parameters
    ----------
    error : BaseException
        The exception, just caught.
    """
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None and is_ours(trace.tb_frame.f_globals):
        trace = trace.tb_next
    BaseException.with_traceback(error, trace)  # its class may refuse to be assigned to, or asked
