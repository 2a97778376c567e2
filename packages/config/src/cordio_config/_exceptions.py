"""The errors of this package."""

from __future__ import annotations

from collections.abc import Iterable

from cordio_config._problem import Problem

__all__ = ["ConfigError", "UnknownKey"]


class ConfigError(Exception):
    """Everything that is wrong with a configuration, in one report.

    Parameters
    ----------
    problems : iterable of Problem
        The mistakes, in the order in which they are to be read.

    Attributes
    ----------
    problems : tuple of Problem
        The same, for programs.
    exit_code : int
        78 (``EX_CONFIG`` of sysexits.h): what the process ends with.

    Examples
    --------
    >>> missing = Problem("missing", "limits.burst is missing", "limits.burst", advice="set --limits-burst")
    >>> error = ConfigError([missing])
    >>> print(error)
    The configuration has 1 mistake:
    limits.burst is missing
        set --limits-burst
    >>> error.exit_code, error.problems[0].key
    (78, 'limits.burst')
    """

    exit_code: int = 78

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        """Write the whole report."""
        count = len(self.problems)
        head = f"The configuration has {count} mistake{'s' if count != 1 else ''}:"
        return "\n".join([head, *(str(problem) for problem in self.problems)])


class UnknownKey(ConfigError, KeyError):
    """A key was asked for that nobody declared.

    Parameters
    ----------
    key : str
        The dotted key.
    nearest : str, optional
        The declared key that is most like it.

    Examples
    --------
    >>> print(UnknownKey("gretting", "greeting"))
    The configuration has no 'gretting': did you mean 'greeting'?
    """

    def __init__(self, key: str, nearest: str | None = None) -> None:
        self.key = key
        self.nearest = nearest
        super().__init__([Problem("unknown", f"{key} is not declared", key)])

    def __reduce__(self) -> tuple[type[UnknownKey], tuple[str, str | None]]:
        """Pickle by what it was made of."""
        return type(self), (self.key, self.nearest)

    def __str__(self) -> str:
        """Say it in one line."""
        hint = f": did you mean {self.nearest!r}?" if self.nearest else "; declare it by an option or a block"
        return f"The configuration has no {self.key!r}{hint}"
