"""How long an answer asks to wait before the next request."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from email.utils import parsedate_tz

__all__ = ["retry_after"]

_FAR = 50  # years: a date with a two-digit year that seems to be farther ahead is of the past


def retry_after(value: str | None, /, *, now: float | None = None) -> float | None:
    """Read the header ``Retry-After`` (RFC 9110, section 10.2.3).

    Parameters
    ----------
    value : str or None
        Whole seconds, or a date of HTTP in any of its three forms (RFC 9110, section 5.6.7); None where the
        answer has no such header.
    now : float or None
        The time of the answer, in seconds since the epoch; the present unless given.

    Returns
    -------
    float or None
        How long to wait, in seconds: 0 for a date in the past; None if the value is neither, for a
        client ignores what it does not understand.

    Raises
    ------
    ValueError
        If it is no text at all.

    Examples
    --------
    >>> retry_after("120")
    120.0
    >>> retry_after("Fri, 31 Dec 1999 23:59:59 GMT", now=946684700)
    99.0
    >>> retry_after("soon") is None
    True
    """
    if value is None:
        return None
    if not isinstance(value, str):
        raise ValueError(f"the value of Retry-After is a text, not {value!r}: give what the header says")
    text = value.strip()
    if text.isascii() and text.isdigit():
        return float(text[:400])
    moment = _moment(text, time.time() if now is None else now)
    return None if moment is None else max(0.0, moment - (time.time() if now is None else now))


def _moment(text: str, now: float) -> float | None:
    if not (text.endswith("GMT") or text[:3].isalpha() and text[-4:].isdigit()):
        return None
    try:
        found = parsedate_tz(text)
        if found is None or found[9] not in (0, None):
            return None
        year, month, day, hour, minute, second = found[:6]
        if "-" in text:
            year = _whole(year % 100, datetime.fromtimestamp(now, UTC).year)
        return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC).timestamp()
    except (ValueError, OverflowError, IndexError):
        return None


def _whole(short: int, present: int) -> int:
    """Return the year that is meant by its last two digits (RFC 9110, section 5.6.7)."""
    year = present - present % 100 + short
    return year - 100 if year > present + _FAR else year
