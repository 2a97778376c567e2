"""Time limits as people write them: ``"100ms"``, ``"5m"``, or seconds."""

from __future__ import annotations

__all__ = ["seconds"]

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_TERM = r"(\d+(?:\.\d+)?)(ms|s|m|h|d)"


def seconds(limit: str | float, label: str = "") -> float:
    """Return a time limit in seconds, more than nothing, finite; errors begin with the label.

    >>> seconds("1m30s"), seconds(0.5)
    (90.0, 0.5)
    """
    try:
        value = _read(limit.strip()) if isinstance(limit, str) else float(limit)
    except (OverflowError, TypeError, ValueError):
        value = 0.0
    if not 0 < value < float("inf") or isinstance(limit, bool):
        raise ValueError(
            f"{label}{limit!r} is no time limit: "
            "write a number with ms, s, m, h or d, as in '100ms' or '1m30s'"
        )
    return value


def _read(text: str) -> float:
    import re

    if re.fullmatch(rf"(?:{_TERM})+", text):
        return sum(float(number) * _UNITS[unit] for number, unit in re.findall(_TERM, text))
    return float(text)
