"""A record as one JSON object on a line."""

from __future__ import annotations

from re import compile as pattern
from time import gmtime
from typing import TYPE_CHECKING

from cordio_monitor._json_fields import quoted, written

if TYPE_CHECKING:
    from cordio_monitor._record import Record

__all__ = ["as_json", "line", "place", "timestamp"]

# Valid in JSON, but lines end there for some readers, and terminals obey some of them.
_UNSAFE = pattern("[\x7f-\x9f\u2028\u2029\ud800-\udfff]")
# What comes again and again: the beginnings of lines and the second of the clock.
_MOST_HEADS = 256
_heads: dict[tuple[str, str, str], str] = {}
_second = (0, "1970-01-01T00:00:00")


def as_json(record: Record) -> str:
    """Write a record as JSON.

    Parameters
    ----------
    record : Record
        The record.

    Returns
    -------
    str
        One line. The fields stand beside the record's own keys; a field named like one of those gets an
        underscore at its end.

    Examples
    --------
    >>> from cordio_monitor.sinks import Record
    >>> print(as_json(Record("count", "debug", 0, "orders", "", "reserved", {"n": 1, "time": 2})), end="")
    {"time": "1970-01-01T00:00:00.000000Z", "level": "debug", "kind": "count", "service": "orders",
    "message": "reserved", "n": 1, "time_": 2}
    """
    # Unpacked, since the properties of a named tuple are slow; and put together at once, since lines are long.
    kind, level, time, service, event, message, fields, trace, span, parent, error, traceback = record[:12]
    body = written(fields)
    failure = error if "error" not in fields else ""
    begins, ends = place(event, trace, span, parent)
    return line((time, level, kind, service, begins, message, body, failure, ends, traceback))


def line(parts: tuple[int, str, str, str, str, str, str, str, str, str]) -> str:
    """Put a line together.

    Parameters
    ----------
    parts : tuple[int, str, str, str, str, str, str, str, str, str]
        Time, level, kind and service; in which event, as JSON; the message; the fields, as JSON; what went
        wrong, unless a field says it; in which span, as JSON; the traceback.

    Returns
    -------
    str
        The line, with its end.
    """
    time, level, kind, service, begins, message, body, failure, ends, traceback = parts
    head = _heads.get((level, kind, service)) or _head(level, kind, service)
    said = f', "message": {quoted(message)}' if message else ""
    if failure:
        body += f', "error": {quoted(failure)}'
    if traceback:
        ends += f', "traceback": {quoted(traceback)}'
    whole = f'{{"time": "{timestamp(time)}"{head}{begins}{said}{body}{ends}}}\n'
    return whole if whole.isascii() and "\x7f" not in whole else _safe(whole)


def place(event: str, trace: str, span: str, parent: str) -> tuple[str, str]:
    """Write where a record was made: what stands before its message, and what behind its fields.

    Parameters
    ----------
    event : str
        The name of the event.
    trace : str
        The trace.
    span : str
        The span.
    parent : str
        The span around it.

    Returns
    -------
    tuple[str, str]
        Both, empty if there is nothing to say.

    Examples
    --------
    >>> place("POST /orders", "", "", "")
    (', "event": "POST /orders"', '')
    """
    begins = f', "event": {quoted(event)}' if event else ""
    ends = f', "trace_id": "{trace}", "span_id": "{span}"' if trace else ""
    return begins, ends + f', "parent_id": {quoted(parent)}' if parent and trace else ends


def timestamp(time: int) -> str:
    """Write a moment as in RFC 3339.

    Parameters
    ----------
    time : int
        Nanoseconds since 1970.

    Returns
    -------
    str
        With microseconds, in UTC.

    Examples
    --------
    >>> timestamp(1_700_000_000_123_456_789)
    '2023-11-14T22:13:20.123456Z'
    """
    global _second
    seconds, rest = divmod(time, 1_000_000_000)
    known = _second
    if known[0] != seconds:
        year, month, day, hour, minute, second = gmtime(seconds)[:6]
        known = _second = (seconds, f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")
    return f"{known[1]}.{str(rest // 1000).zfill(6)}Z"


def _head(level: str, kind: str, service: str) -> str:
    known = f', "level": "{level}", "kind": "{kind}"' + (', "service": ' + quoted(service) if service else "")
    if len(_heads) < _MOST_HEADS:
        _heads[level, kind, service] = known
    return known


def _safe(line: str) -> str:
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", line)
