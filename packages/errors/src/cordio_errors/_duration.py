"""Durations and ranges of them as people write them: ``"100ms"``, ``"1h30m"``, ``"100ms..5s"``."""

from __future__ import annotations

import re
import sys

__all__ = ["seconds", "span"]

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_TERM = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
_WHOLE = re.compile(rf"(?:{_TERM.pattern})+")
_MOST = sys.float_info.max


def seconds(value: str | float) -> float:
    """Read a duration.

    Parameters
    ----------
    value : str or float
        ``"100ms"``, ``"1h30m"``, or a number of seconds; not negative, finite.

    Returns
    -------
    float
        The seconds.

    Raises
    ------
    ValueError
        If it is no duration.

    Examples
    --------
    >>> seconds("1h30m")
    5400.0
    >>> seconds("soon")
    Traceback (most recent call last):
    ValueError: 'soon' is no duration: write a number with ms, s, m, h or d, as in '100ms' or '1h30m'
    """
    found = _text(value.strip()) if isinstance(value, str) else value
    if isinstance(found, bool) or not isinstance(found, int | float) or not 0 <= found <= _MOST:
        raise ValueError(_complaint(value))
    return float(found)


def span(value: str | float) -> tuple[float, float]:
    """Read a range of durations; a single duration is a range of one point.

    Parameters
    ----------
    value : str or float
        ``"100ms..5s"``, or anything that `seconds` reads.

    Returns
    -------
    tuple of float
        The first and the last second of it.

    Raises
    ------
    ValueError
        If an end is no duration, or the first is longer than the last.

    Examples
    --------
    >>> span("100ms..5s")
    (0.1, 5.0)
    >>> span("5s..100ms")
    Traceback (most recent call last):
    ValueError: '5s..100ms' runs backwards: write the shorter duration first
    """
    first, dots, last = value.partition("..") if isinstance(value, str) else (value, "", "")
    low = seconds(first)
    high = seconds(last) if dots else low
    if low > high:
        raise ValueError(f"{value!r} runs backwards: write the shorter duration first")
    return low, high


def _text(text: str) -> float:
    if _WHOLE.fullmatch(text):
        return sum(float(number) * _UNITS[unit] for number, unit in _TERM.findall(text))
    return _number(text)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ValueError(_complaint(text)) from None


def _complaint(value: object) -> str:
    return f"{value!r} is no duration: write a number with ms, s, m, h or d, as in '100ms' or '1h30m'"
