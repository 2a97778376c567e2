"""Durations as people write them: ``"100ms"``, ``"5m"``, ``"1h30m"``."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler
    from pydantic_core import CoreSchema

__all__ = ["Duration", "time_limit"]

_MOST = sys.float_info.max
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_TERM = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
_WHOLE = re.compile(rf"(?:{_TERM.pattern})+")


class Duration(float):
    """A time span in seconds, read from text or from a number.

    Parameters
    ----------
    value : str or float
        ``"100ms"``, ``"1h30m"``, or a number of seconds; not negative, finite.

    Raises
    ------
    ValueError
        If the text is no duration.

    Examples
    --------
    >>> Duration("1h30m")
    5400.0
    >>> Duration("soon")
    Traceback (most recent call last):
    ValueError: 'soon' is no duration: write a number with ms, s, m, h or d, as in '100ms' or '1h30m'
    """

    __slots__ = ()

    def __new__(cls, value: str | float) -> Self:
        """Read the value once; what comes out is a plain number of seconds."""
        return super().__new__(cls, _seconds(value))

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Let pydantic read a field of this type, where pydantic is installed."""
        from pydantic_core import core_schema

        return core_schema.no_info_plain_validator_function(_read)


def time_limit(limit: str | float | None, whose: str) -> float | None:
    """Return a limit of time.

    Parameters
    ----------
    limit : str or float or None
        The limit, as a duration.
    whose : str
        What is limited, where it is told that this is none.

    Returns
    -------
    float or None
        In seconds; None for no limit.

    Raises
    ------
    ValueError
        If it is no duration, or nothing.

    Examples
    --------
    >>> time_limit("1m", "a task")
    60.0
    """
    if limit is None:
        return None
    found = float(Duration(limit))
    if not found:
        raise ValueError(
            f"{whose} needs a limit of more than nothing, not {limit!r}: write '30s', or leave it out"
        )
    return found


def _read(value: Any) -> Duration:
    return Duration(value)


def _seconds(value: str | float) -> float:
    seconds = _text(value.strip()) if isinstance(value, str) else value
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds <= _MOST:
        raise ValueError(_complaint(value))
    return float(seconds)


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
