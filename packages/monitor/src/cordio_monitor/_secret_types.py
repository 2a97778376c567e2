"""Secrets by their type among the arguments of an exception, whose text shows them as they show themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

__all__ = ["mask_typed"]

_DEEP, _MOST = 16, 1_000


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
        The text without them.

    Examples
    --------
    >>> class Pin:
    ...     def get_secret_value(self): return "1234"
    ...     def __repr__(self): return "Pin(1234)"
    >>> mask_typed("ValueError: ['refused', Pin(1234)]", ValueError(["refused", Pin()]), "***")
    "ValueError: ['refused', ***]"
    """
    left = [_MOST]
    for one in _chain(error):
        for secret in _typed(one.args, _DEEP, left):
            for shown in {repr(secret), str(secret)}:
                if shown:
                    text = text.replace(shown, hidden)
    return text


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        one = waiting.pop()
        if one is not None and id(one) not in seen and len(seen) < _MOST:
            seen.add(id(one))
            yield one
            waiting += (one.__cause__, one.__context__)
            if isinstance(one, BaseExceptionGroup):
                waiting += one.exceptions


def _typed(value: object, deep: int, left: list[int]) -> Iterator[object]:
    left[0] -= 1
    if isinstance(value, (str, bytes, int, float)) or value is None or not deep or left[0] < 0:
        return
    if hasattr(value, "get_secret_value"):
        yield value
    elif isinstance(value, Mapping):
        yield from _typed((*value, *value.values()), deep - 1, left)
    elif isinstance(value, (list, tuple, set, frozenset)):
        for item in value:
            yield from _typed(item, deep - 1, left)
    elif isinstance(value, BaseException):
        yield from _typed(value.args, deep - 1, left)
