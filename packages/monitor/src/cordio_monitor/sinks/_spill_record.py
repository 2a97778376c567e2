"""A record as a line of a spill file, and back."""

from __future__ import annotations

import json
from collections.abc import Sequence

from cordio_monitor._record import Record
from cordio_monitor._stage import Group

__all__ = ["as_line", "from_line"]

_TEXTS = (0, 1, 3, 4, 5, 7, 8, 9, 10, 11)
_LEVELS = ("debug", "info", "warning", "error")
_encode = json.JSONEncoder(default=str).encode


def as_line(record: Record) -> bytes:
    """Write a record, without the exception as it was raised: that one is not masked.

    Parameters
    ----------
    record : Record
        The record.

    Returns
    -------
    bytes
        One line of ASCII.

    Examples
    --------
    >>> as_line(Record("log", "info", 0, "orders", "", "placing", {"sku": "A-1"}))
    b'["log", "info", 0, "orders", "", "placing", {"sku": "A-1"}, "", "", "", "", "", true, ... ["", 0]]\\n'
    """
    trail = [as_line(before).decode() for before in record.trail]
    known = record.__dict__
    raised = known.get("raised", 0) if record.exception is None else id(record.exception.reveal())
    marks = (known.get("message_id", ""), raised)
    whole = (*record[:13], record.group_id, record.groups, trail, marks)
    return _encode(whole).encode() + b"\n"


def from_line(line: bytes) -> Record | None:
    """Read a record.

    Parameters
    ----------
    line : bytes
        The line.

    Returns
    -------
    Record | None
        The record; None if it cannot be read.

    Examples
    --------
    >>> from_line(as_line(Record("log", "info", 0, "orders", "", "placing", {"sku": "A-1"}))).fields
    {'sku': 'A-1'}
    >>> from_line(b'["log", "info", 0, "ord')
    """
    try:
        *own, group_id, groups, trail, (message_id, raised) = json.loads(line)
        if not _fits(own):
            return None
        known = tuple(Group(*group) for group in groups)
        before = tuple(filter(None, map(from_line, map(str.encode, trail))))
        record = Record._make((*own, None, before, str(group_id), known, ""))
    except (ValueError, TypeError, RecursionError):
        return None
    record.__dict__.update(message_id=message_id, raised=raised)
    return record


def _fits(own: Sequence[object]) -> bool:
    texts = len(own) == 13 and all(isinstance(own[index], str) for index in _TEXTS)
    return texts and isinstance(own[2], int) and isinstance(own[6], dict) and own[1] in _LEVELS
