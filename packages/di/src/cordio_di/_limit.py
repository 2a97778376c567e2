"""Time limits as people write them: ``"100ms"``, ``"5m"``, or seconds."""

from __future__ import annotations

import re

__all__ = ["seconds"]

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_TERM = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h)")
_WHOLE = re.compile(rf"(?:{_TERM.pattern})+")


def seconds(limit: str | float) -> float:
    """Return a time limit in seconds.

    >>> seconds("1m30s"), seconds(0.5)
    (90.0, 0.5)
    """
    if not isinstance(limit, str):
        value = float(limit)
    elif _WHOLE.fullmatch(limit):
        value = sum(float(number) * _UNITS[unit] for number, unit in _TERM.findall(limit))
    else:
        value = -1.0
    if not value > 0:
        raise ValueError(
            f"{limit!r} is no time limit: write a number with ms, s, m or h, as in '100ms' or '1m30s'"
        )
    return value
