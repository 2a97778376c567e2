"""A record as one JSON object on a line."""

from __future__ import annotations

import json
from re import compile as pattern
from time import gmtime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cordio_monitor._record import Record

__all__ = ["as_json"]

# Valid in JSON, but lines end there for some readers, and terminals obey some of them.
_UNSAFE = pattern("[\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_OWN = frozenset("time level kind service event message trace_id span_id parent_id traceback".split())


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
    line = _dumps(_flat(record))
    if not line.isascii():
        line = _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", line)
    return line + "\n"


def _flat(record: Record) -> dict[str, object]:
    flat: dict[str, object] = {
        "time": _timestamp(record.time),
        "level": record.level,
        "kind": record.kind,
        "service": record.service,
        "event": record.event,
        "message": record.message,
    }
    flat |= {f"{name}_" if name in _OWN else name: value for name, value in record.fields.items()}
    if record.error:
        flat.setdefault("error", record.error)
    for name in ("trace_id", "span_id", "parent_id", "traceback"):
        flat[name] = getattr(record, name)
    return {name: value for name, value in flat.items() if value != ""}


def _timestamp(time: int) -> str:
    seconds, rest = divmod(time, 10**9)
    year, month, day, hour, minute, second = gmtime(seconds)[:6]
    return f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{rest // 1000:06}Z"


def _dumps(value: object) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, default=str)
    except ValueError:
        return json.dumps(_finite(value), ensure_ascii=False, default=str)


def _finite(value: object) -> object:
    """Return the value with the numbers as text for which JSON has no word."""
    if isinstance(value, float):
        return value if value - value == 0 else str(value)
    if isinstance(value, dict):
        return {_finite(name): _finite(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(item) for item in value]
    return value
