"""What is wrong with which field, without the value that came: it may be a secret."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TypeAlias, cast, get_args

__all__ = ["complaints"]

Complaint: TypeAlias = dict[str, object]

_MOST = 100
_MOST_VALUES = 1000
_QUOTING = frozenset({"value_error", "assertion_error", "union_tag_invalid"})
_SILENT = "Value is not valid"


def complaints(errors: Sequence[Mapping[str, object]]) -> list[Complaint]:
    """Tell place and message of each validation error, of the first hundred at most.

    Parameters
    ----------
    errors : sequence of mapping
        Errors as pydantic lists them.

    Returns
    -------
    list of dict
        ``loc`` and ``msg`` of each.

    Examples
    --------
    >>> complaints([{"type": "int_parsing", "loc": ("query", "n"), "msg": "Not a number", "input": "hunter2"}])
    [{'loc': ['query', 'n'], 'msg': 'Not a number'}]
    """
    return [_complaint(error) for error in errors[:_MOST]]


def _complaint(error: Mapping[str, object]) -> Complaint:
    return {"loc": list(cast(Iterable[object], error["loc"])), "msg": _message(error)}


def _message(error: Mapping[str, object]) -> str:
    """Return pydantic's message; one that may quote what came is searched for it."""
    message = str(error["msg"])
    if error["type"] in _plain_types():
        return message
    context = cast(Mapping[str, object], error.get("ctx") or {})
    values = list(islice(_leaves([error.get("input"), context.get("tag")]), _MOST_VALUES + 1))
    if len(values) > _MOST_VALUES:
        return _SILENT
    return _hidden(message, sorted(values, key=len, reverse=True))


@functools.cache
def _plain_types() -> frozenset[str]:
    """Return the types of error whose message holds nothing of the input."""
    from pydantic_core.core_schema import ErrorType

    return frozenset(get_args(ErrorType)) - _QUOTING


def _leaves(value: object) -> Iterator[str]:
    """Give the plain values inside a value, as they would stand in a message."""
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, Mapping):
            waiting.extend(item.values())
        elif isinstance(item, list | tuple | set | frozenset):
            waiting.extend(item)
        elif isinstance(item, bytes):
            yield item.decode(errors="replace")
        elif item is not None and not isinstance(item, BaseException) and str(item):
            yield str(item)


def _hidden(message: str, values: Iterable[str]) -> str:
    for value in values:
        pattern = re.escape(value) if len(value) > 3 else rf"(?<!\w){re.escape(value)}(?!\w)"
        message = re.sub(pattern, "***", message)
    return message
