"""Tables of headers, as pamqp can write them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pamqp.common import FieldTable, FieldValue

__all__ = ["writable"]


def writable(table: FieldTable) -> FieldTable:
    """Return a table that pamqp can write: it reads bytes, but writes only a bytearray."""
    return {name: _value(each) for name, each in table.items()}


def _value(value: FieldValue) -> FieldValue:
    if isinstance(value, bytes):
        return bytearray(value)
    if isinstance(value, dict):
        return writable(value)
    return [_value(each) for each in value] if isinstance(value, list) else value
