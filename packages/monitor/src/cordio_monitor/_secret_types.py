"""Secrets by their type among the arguments of an exception, whose text shows them as they show themselves."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from itertools import islice

__all__ = ["mask_typed"]

# So many things are looked at, and so many items of each.
_MOST, _ITEMS = 10_000, 100_000
_PLAIN = (str, bytes, bytearray, int, float, complex, type(None))


def mask_typed(text: str, error: BaseException, hidden: str) -> str:
    """Hide what is a secret by its type (``get_secret_value``) and would be shown among other things.

    Parameters
    ----------
    text : str
        The text of an exception, or its traceback.
    error : BaseException
        The exception; what it came from is looked at too.
    hidden : str
        What stands in the place of a secret.

    Returns
    -------
    str
        The text without them; nothing of it if there is more in the exception than can be looked through.

    Examples
    --------
    >>> class Pin:
    ...     def get_secret_value(self): return "1234"
    ...     def __repr__(self): return "Pin(1234)"
    >>> mask_typed("ValueError: ['refused', Pin(1234)]", ValueError(["refused", Pin()]), "***")
    "ValueError: ['refused', ***]"
    """
    secrets = _typed(error)
    if secrets is None:
        return hidden
    for secret in secrets:
        for shown in {repr(secret), str(secret)}:
            if shown:
                text = text.replace(shown, hidden)
    return text


def _typed(error: BaseException) -> list[object] | None:
    """Return the secrets in an exception and in what it came from; None if it is too much to look through."""
    found: list[object] = []
    # With the things themselves, so that no other one gets the identity of one that was seen.
    seen: dict[int, object] = {}
    waiting: list[object] = [error]
    while waiting:
        value = waiting.pop()
        if isinstance(value, _PLAIN) or id(value) in seen:
            continue
        seen[id(value)] = value
        if hasattr(value, "get_secret_value"):
            found.append(value)
            continue
        parts = list(islice(_parts(value), _ITEMS + 1))
        if len(parts) > _ITEMS or len(seen) > _MOST:
            return None
        waiting += parts
    return found


def _parts(value: object) -> Iterable[object]:
    if isinstance(value, BaseException):
        grouped = value.exceptions if isinstance(value, BaseExceptionGroup) else ()
        return (*value.args, value.__cause__, value.__context__, *grouped)
    if isinstance(value, Mapping):
        return (part for item in value.items() for part in item)
    return value if isinstance(value, (list, tuple, set, frozenset, deque)) else ()
