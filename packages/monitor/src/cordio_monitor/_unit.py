"""Sizes and durations as they are written in settings."""

from __future__ import annotations

from math import inf
from re import compile as pattern

from cordio_monitor._exceptions import SettingError

__all__ = ["seconds", "size", "whole"]

_WRITTEN = pattern(r"([0-9]+(?:\.[0-9]+)?)\s*([A-Za-z]*)")
_SIZES = {"": 1, "b": 1, "kib": 2**10, "mib": 2**20, "gib": 2**30, "kb": 10**3, "mb": 10**6, "gb": 10**9}
_TIMES = {"": 1.0, "ms": 0.001, "s": 1.0, "m": 60.0, "h": 3_600.0, "d": 86_400.0}


def size(option: str, value: object, *, section: str = "log") -> int:
    """Read a size.

    Parameters
    ----------
    option : str
        What it is for.
    value : object
        Such as ``"100MiB"``; a number is bytes.
    section : str
        The section of the option.

    Returns
    -------
    int
        Bytes.

    Raises
    ------
    SettingError
        If it means nothing.

    Examples
    --------
    >>> size("rotate", "64KiB")
    65536
    """
    found = _WRITTEN.fullmatch(str(value).strip())
    read = float(found[1]) * _SIZES.get(found[2].lower(), inf) if found is not None else inf
    if read == inf:
        raise SettingError(option, value, "a size such as 64KiB or 100MiB", section)
    return int(read)


def seconds(option: str, value: object, *, section: str = "log") -> float:
    """Read a duration.

    Parameters
    ----------
    option : str
        What it is for.
    value : object
        Such as ``"500ms"``, ``"1d"``; a number is seconds.
    section : str
        The section of the option.

    Returns
    -------
    float
        Seconds.

    Raises
    ------
    SettingError
        If it means nothing.

    Examples
    --------
    >>> seconds("every", "1d")
    86400.0
    """
    if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value < inf:
        return float(value)
    found = _WRITTEN.fullmatch(value.strip()) if isinstance(value, str) else None
    read = float(found[1]) * _TIMES.get(found[2], inf) if found is not None else inf
    if read == inf:
        raise SettingError(option, value, "a duration such as 500ms, 5m or 1d", section)
    return read


def whole(option: str, value: object, least: int = 0, *, section: str = "log") -> int:
    """Check a whole number.

    Parameters
    ----------
    option : str
        What it is for.
    value : object
        Such as 7.
    least : int
        The smallest that means something.
    section : str
        The section of the option.

    Returns
    -------
    int
        The number.

    Raises
    ------
    SettingError
        If it is none, or smaller.

    Examples
    --------
    >>> whole("keep", 7)
    7
    """
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise SettingError(option, value, f"a whole number from {least} on", section)
    return value
