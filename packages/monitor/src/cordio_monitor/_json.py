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
# What comes again and again: the beginnings of lines, the names of fields and the second of the clock.
_FEW = 8
_MOST_HEADS, _MOST_NAMES = 256, 4096
_heads: dict[tuple[str, str, str], str] = {}
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
    # Unpacked, since the properties of a named tuple are slow; and put together at once, since lines are long.
    kind, level, time, service, event, message, fields, trace, span, parent, error, traceback = record[:12]
    head = _heads.get((level, kind, service)) or _head(level, kind, service)
    body = f', "event": {_text(event)}' if event else ""
    if message:
        body += f', "message": {_text(message)}'
    for name, value in fields.items():
        known = _names.get(name) or _name(name)
        if type(value) is str:
            if value:
                body += known + _text(value)
        elif type(value) is int or (type(value) is float and value - value == 0):
            body += f"{known}{value!r}"
        else:
            body += known + _dumps(value)
    if error and "error" not in fields:
        body += f', "error": {_text(error)}'
    end = f', "trace_id": "{trace}", "span_id": "{span}"' if trace else ""
    if parent and trace:
        end += f', "parent_id": {_text(parent)}'
    if traceback:
        end += f', "traceback": {_text(traceback)}'
    line = f'{{"time": "{timestamp(time)}"{head}{body}{end}}}\n'
    return line if line.isascii() and "\x7f" not in line else _safe(line)


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
    known = f', "level": "{level}", "kind": "{kind}"' + (', "service": ' + _text(service) if service else "")
    if len(_heads) < _MOST_HEADS:
        _heads[level, kind, service] = known
    return known


def _safe(line: str) -> str:
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", line)


def _name(name: object) -> str:
    # The standard `logging` takes any object as the name of an extra field.
    if not isinstance(name, str):
        return ", " + _key(name)
    known = ", " + _text(f"{name}_" if name in _OWN else name) + ": "
    if len(_names) < _MOST_NAMES and len(name) <= 128:
        _names[name] = known
    return known


def _dumps(value: object) -> str:
    if value is None:
        return "null"
    if value is True or value is False:
        return "true" if value else "false"
    if type(value) is dict and len(value) <= _FEW:
        return f"{{{', '.join([_key(name) + _dumps(item) for name, item in value.items()])}}}"
    if type(value) is str:
        return _text(value)
    if type(value) is float and value - value == 0:
        return repr(value)
    try:
        return _encode(value)
    except ValueError:
        return _encode(_finite(value))


def _key(name: object) -> str:
    known = name if isinstance(name, str) else _finite(name)
    return _text(known if isinstance(known, str) else _encode(known)) + ": "


def _finite(value: object) -> object:
    """Return the value with the numbers as text for which JSON has no word."""
    if isinstance(value, float):
        return value if value - value == 0 else str(value)
    if isinstance(value, dict):
        return {_finite(name): _finite(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(item) for item in value]
    return value
