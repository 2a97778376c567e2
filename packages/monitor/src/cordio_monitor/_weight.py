"""How much memory a message holds, at a glance: short texts weigh nothing, since records are counted too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cordio_monitor._raw import Raw

__all__ = ["weight", "weight_of"]

_LIGHT = 1_024
_TEXTS = frozenset((str, bytes, bytearray))
_MANY = frozenset((list, tuple, set, frozenset))
# Of a large collection a part is weighed, and an entry is as heavy as a pointer and what it points to.
_SAMPLE, _DEEP, _ENTRY = 50, 4, 64


def weight(message: object, fields: Mapping[str, object]) -> int:
    """Estimate the bytes of a message and its fields.

    Parameters
    ----------
    message : object
        The message.
    fields : Mapping[str, object]
        The particulars.

    Returns
    -------
    int
        About so many bytes; 0 if there is nothing large.

    Examples
    --------
    >>> weight("placing", {"sku": "A-1"}), weight("placing", {"body": "x" * 5_000})
    (0, 5000)
    """
    total = 0 if type(message) is not str or len(message) < _LIGHT else len(message)
    for value in fields.values():
        kind = type(value)
        if kind in _TEXTS:
            size = len(value)  # type: ignore[arg-type]  # it is a text
            total += size if size >= _LIGHT else 0
        elif kind is dict or kind in _MANY:
            total += _inside(value, _DEEP)
    return total


def weight_of(raw: Raw) -> int:
    """Estimate the bytes of a record.

    Parameters
    ----------
    raw : Raw
        What was remembered.

    Returns
    -------
    int
        About so many bytes, of messages with something large in them.

    Examples
    --------
    >>> weight_of(("log", 20, 0, "placing", {"body": "x" * 5_000}, None))
    5000
    """
    if raw[0] == "log":
        return weight(raw[3], raw[4])
    return weight("", raw[3].__dict__) if raw[0] == "logging" else 0


def _inside(value: object, deep: int) -> int:
    """Return how much is inside of a collection, by a part of it; nothing if it changes meanwhile."""
    if isinstance(value, (str, bytes, bytearray)):
        return len(value)
    if not deep or not isinstance(value, (dict, list, tuple, set, frozenset)):
        return 0
    items: Iterable[object] = value.values() if isinstance(value, dict) else value
    try:
        weighed = sum([_inside(item, deep - 1) for item in islice(items, _SAMPLE)])
    except RuntimeError:
        return 0
    whole = int(weighed * max(len(value) / _SAMPLE, 1)) + len(value) * _ENTRY
    return whole if whole >= _LIGHT else 0
