"""A record as one JSON object on a line."""

from __future__ import annotations

import json
from json.encoder import encode_basestring
from re import compile as pattern
from time import gmtime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from cordio_monitor._record import Record

__all__ = ["as_json", "timestamp"]

# Valid in JSON, but lines end there for some readers, and terminals obey some of them.
_UNSAFE = pattern("[\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_OWN = frozenset("time level kind service event message trace_id span_id parent_id traceback".split())
_text: Callable[[str], str] = encode_basestring
_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, default=str).encode
_encode_all = json.JSONEncoder(ensure_ascii=False, default=str).encode
# The names of fields and the second of the clock come again and again.
_names: dict[str, str] = {}
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
    parts = [
        f'{{"time": "{timestamp(record.time)}", "level": "{record.level}", "kind": "{record.kind}"',
        *_given('"service": ', record.service),
        *_given('"event": ', record.event),
        *_given('"message": ', record.message),
    ]
    fields = record.fields
    for name, value in fields.items():
        if type(value) is str:
            if value:
                parts.append(_name(name) + _text(value))
        elif type(value) is int:
            parts.append(_name(name) + int.__repr__(value))
        else:
            parts.append(_name(name) + _dumps(value))
    if record.error and "error" not in fields:
        parts.append('"error": ' + _text(record.error))
    if record.trace_id:
        parts.append(f'"trace_id": "{record.trace_id}", "span_id": "{record.span_id}"')
        parts += _given('"parent_id": ', record.parent_id)
    parts += _given('"traceback": ', record.traceback)
    line = ", ".join(parts)
    if not line.isascii() or "\x7f" in line:
        line = _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", line)
    return line + "}\n"


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
    return f"{known[1]}.{rest // 1000:06}Z"


def _given(name: str, value: str) -> tuple[str, ...]:
    return (name + _text(value),) if value else ()


def _name(name: str) -> str:
    known = _names.get(name)
    if known is None:
        known = _text(f"{name}_" if name in _OWN else name) + ": "
        if len(_names) < 4096 and len(name) <= 128:
            _names[name] = known
    return known


def _dumps(value: object) -> str:
    try:
        return _encode(value)
    except ValueError:
        return _encode_all(_finite(value))


def _finite(value: object) -> object:
    """Return the value with the numbers as text for which JSON has no word."""
    if isinstance(value, float):
        return value if value - value == 0 else str(value)
    if isinstance(value, dict):
        return {_finite(name): _finite(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(item) for item in value]
    return value
