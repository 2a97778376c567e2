"""Masked fields as JSON."""

from __future__ import annotations

import json
from json.encoder import encode_basestring
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["key", "quoted", "written", "written_field"]

_OWN = frozenset("time level kind service event message trace_id span_id parent_id traceback".split())
quoted: Callable[[str], str] = encode_basestring
_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, default=str).encode
# The names of fields come again and again.
_FEW, _MOST_NAMES = 8, 4096
_names: dict[str, str] = {}


def written(fields: Mapping[str, object]) -> str:
    """Write masked fields.

    Parameters
    ----------
    fields : Mapping[str, object]
        The fields.

    Returns
    -------
    str
        Each with a comma before it; texts without a character are left out.

    Examples
    --------
    >>> written({"sku": "A-1", "n": 2, "note": ""})
    ', "sku": "A-1", "n": 2'
    """
    return "".join([written_field(name, value) for name, value in fields.items()])


def written_field(name: object, value: object) -> str:
    """Write one of them.

    Parameters
    ----------
    name : object
        Its name.
    value : object
        What it holds.

    Returns
    -------
    str
        Both, with a comma before.

    Examples
    --------
    >>> written_field("level", 3)
    ', "level_": 3'
    """
    known = _names.get(name) or key(name)  # type: ignore[call-overload]  # anything can be looked up
    if type(value) is str:
        return f"{known}{quoted(value)}" if value else ""
    if type(value) is int or (type(value) is float and value - value == 0):
        return f"{known}{value!r}"
    return f"{known}{_dumps(value)}"


def key(name: object) -> str:
    """Write the name of a field; the standard ``logging`` takes any object as one.

    Parameters
    ----------
    name : object
        The name.

    Returns
    -------
    str
        It, between a comma and a colon.

    Examples
    --------
    >>> key("sku")
    ', "sku": '
    """
    if not isinstance(name, str):
        return ", " + _key(name)
    known = ", " + quoted(f"{name}_" if name in _OWN else name) + ": "
    if len(_names) < _MOST_NAMES and len(name) <= 128:
        _names[name] = known
    return known


def _dumps(value: object) -> str:
    kind = type(value)
    if kind is str:
        return quoted(value)  # type: ignore[arg-type]  # it is a text
    if kind is int or (kind is float and value - value == 0):  # type: ignore[operator]  # it is a number
        return repr(value)
    if kind is dict and len(value) <= _FEW:  # type: ignore[arg-type]  # it is a dict
        items = value.items()  # type: ignore[attr-defined]  # it is a dict
        return f"{{{', '.join([_key(name) + _dumps(item) for name, item in items])}}}"
    if value is None:
        return "null"
    if kind is bool:
        return "true" if value else "false"
    try:
        return _encode(value)
    except ValueError:
        return _encode(_finite(value))


def _key(name: object) -> str:
    if type(name) is str:
        return f"{quoted(name)}: "
    known = name if isinstance(name, str) else _finite(name)
    return quoted(known if isinstance(known, str) else _encode(known)) + ": "


def _finite(value: object) -> object:
    """Return the value with the numbers as text for which JSON has no word."""
    if isinstance(value, float):
        return value if value - value == 0 else str(value)
    if isinstance(value, dict):
        return {_finite(name): _finite(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(item) for item in value]
    return value
