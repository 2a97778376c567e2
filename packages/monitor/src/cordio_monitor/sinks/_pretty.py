"""A record as a line for people."""

from __future__ import annotations

from re import compile as pattern
from time import localtime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cordio_monitor._record import Record

__all__ = ["as_text"]

_COLOURS = {"debug": "36", "info": "32", "warning": "33", "error": "31"}
# Control characters and changes of direction: a text from outside could forge lines or move the cursor.
_CONTROL = pattern("[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_PLAIN = pattern(r"[^\s=\"']+")


def as_text(record: Record, *, colour: bool = False) -> str:
    """Write a record for people.

    Parameters
    ----------
    record : Record
        The record.
    colour : bool
        Whether the terminal understands colours.

    Returns
    -------
    str
        One line, and the lines of the traceback, indented.

    Examples
    --------
    >>> from cordio_monitor.sinks import Record
    >>> print(as_text(Record("log", "info", 0, "orders", "", "placing", {"sku": "A-1"}))[13:], end="")
    INFO    placing  sku=A-1
    """
    parts = [
        _paint(_clock(record.time), "2", colour),
        _paint(f"{record.level.upper():7}", _COLOURS[record.level], colour),
        f"{_safe(record.message)} ",
        *(f"{_paint(_safe(str(name)), '2', colour)}={_value(value)}" for name, value in _fields(record)),
    ]
    line = " ".join(parts).rstrip()
    return f"{line}\n{_indented(record.traceback)}"


def _fields(record: Record) -> list[tuple[str, object]]:
    fields = dict(record.fields)
    if record.error:
        fields.setdefault("error", record.error)
    own = {
        "kind": record.kind if record.kind not in ("log", "event") else "",
        "event": record.event if record.kind != "event" else "",
        "trace": record.trace_id[:8],
    }
    return [*fields.items(), *((name, value) for name, value in own.items() if value)]


def _value(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.6g}"
    text = value if isinstance(value, str) else str(value)
    return _safe(text if _PLAIN.fullmatch(text) or not isinstance(value, str) else repr(text))


def _clock(time: int) -> str:
    seconds, rest = divmod(time, 10**9)
    return "{:02}:{:02}:{:02}.{:03}".format(*localtime(seconds)[3:6], rest // 10**6)


def _safe(text: str) -> str:
    return _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)


def _indented(traceback: str) -> str:
    return "".join(f"    {_safe(line)}\n" for line in traceback.split("\n")) if traceback else ""


def _paint(text: str, code: str, colour: bool) -> str:
    return f"\x1b[{code}m{text}\x1b[0m" if colour else text
