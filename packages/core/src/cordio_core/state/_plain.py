"""Dataclasses as JSON has them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass

__all__ = ["plain"]


def plain(record: object) -> dict[str, object]:
    """Return a dataclass, with all that is in it, as JSON has it.

    Parameters
    ----------
    record : dataclass
        A record, such as `State`.

    Returns
    -------
    dict of str to object
        Text, numbers, booleans, None, lists and dicts of these; numbers that JSON has no word for are text.

    Raises
    ------
    TypeError
        If it is no dataclass.

    Examples
    --------
    >>> from cordio_core import Report
    >>> plain(Report(finished=1))["finished"]
    1
    """
    if not is_dataclass(record) or isinstance(record, type):
        raise TypeError(f"plain() takes a record, not {record!r}: give it an instance of a dataclass")
    return {field.name: _plain(getattr(record, field.name)) for field in fields(record)}


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return plain(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(each) for each in value]
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else str(value)
    return str(value)
