"""Whether an object that was given is what is needed."""

from __future__ import annotations

from collections.abc import Collection
from typing import TypeVar

from cordio_monitor._exceptions import SettingError

__all__ = ["able", "instance"]

T = TypeVar("T")


def instance(section: str, option: str, value: object, kind: type[T]) -> T:
    """Check of what kind something is.

    Parameters
    ----------
    section : str
        The section.
    option : str
        The option.
    value : object
        What it is set to.
    kind : type[T]
        What it can be.

    Returns
    -------
    T
        The value.

    Raises
    ------
    SettingError
        If it is of another kind.

    Examples
    --------
    >>> instance("monitor", "buffer", 3, int)
    3
    """
    if not isinstance(value, kind):
        raise SettingError(option, value, f"a {kind.__name__}", section)
    return value


def able(section: str, option: str, value: object, methods: Collection[str], expected: str) -> None:
    """Check what something can do.

    Parameters
    ----------
    section : str
        The section.
    option : str
        The option.
    value : object
        What it is set to.
    methods : Collection[str]
        The methods that it needs.
    expected : str
        What it can be.

    Raises
    ------
    SettingError
        If it has not all of them.

    Examples
    --------
    >>> able("log", "console", [], ("append",), "a list")
    """
    if isinstance(value, type) or not all(callable(getattr(value, name, None)) for name in methods):
        raise SettingError(option, value, expected, section)
