"""When an exception itself says how long to wait before the next attempt."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping

from cordio_errors._duration import seconds

__all__ = ["hinted"]


def hinted(error: Exception) -> float | None:
    """Read the hint of an exception: its ``retry_after``, or the header ``Retry-After`` that it carries.

    Headers are looked for in its ``headers`` and in those of its ``response``, as aiohttp, httpx and
    requests have them.

    Parameters
    ----------
    error : Exception
        The exception.

    Returns
    -------
    float or None
        Seconds, less than 0 if the other side asks not to be called again; None if there is no hint, or
        none that can be understood.

    Examples
    --------
    >>> class Busy(Exception):
    ...     headers = {"Retry-After": "120"}
    >>> hinted(Busy()), hinted(ValueError())
    (120.0, None)
    """
    if _is_plain(error):
        return None
    for written in _written(error):
        if written is not None:
            return _read(written)
    return None


def _is_plain(error: Exception) -> bool:
    """Tell at once what most exceptions are: one that hints at nothing."""
    try:
        return (
            getattr(error, "retry_after", None) is None
            and getattr(error, "headers", None) is None
            and getattr(error, "response", None) is None
        )
    except Exception:
        return False


def _written(error: Exception) -> Iterator[object]:
    yield _attribute(error, "retry_after")
    yield _header(_attribute(error, "headers"))
    response = _attribute(error, "response")
    if response is not None:
        yield _header(_attribute(response, "headers"))


def _attribute(target: object, name: str) -> object:
    try:
        return getattr(target, name, None)
    except Exception:
        return None  # a property of the user's that fails hints at nothing


def _header(headers: object) -> object:
    if not isinstance(headers, Mapping):
        return None
    return next((value for name, value in headers.items() if str(name).lower() == "retry-after"), None)


def _read(written: object) -> float | None:
    """Seconds, a duration, or a date of HTTP (RFC 9110, 10.2.3)."""
    if written is None:
        return None
    # A quarter of the time that importing this package would take.
    from datetime import timedelta

    match written:
        case bool():
            return None
        case timedelta():
            return written.total_seconds()
        case int() | float() if written < 0:
            return -1.0
        case int() | float() | str():
            try:
                return seconds(written)
            except ValueError:
                return _until(written) if isinstance(written, str) else None
    return None


def _until(date: str) -> float | None:
    # email is wanted only where a server answers with a date.
    from email.utils import mktime_tz, parsedate_tz

    try:
        parsed = parsedate_tz(date)
        return None if parsed is None else max(0.0, mktime_tz(parsed) - time.time())
    except (ValueError, OverflowError):
        return None
