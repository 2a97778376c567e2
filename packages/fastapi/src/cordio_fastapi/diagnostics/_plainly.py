"""Reads plain data of which nobody promises the shape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

__all__ = ["of", "rows"]


def of(data: Mapping[str, object], key: str) -> Mapping[str, object]:
    """Return what stands under a key, if that is a mapping.

    Parameters
    ----------
    data : mapping of str to object
        The data.
    key : str
        The key.

    Returns
    -------
    mapping of str to object
        What was found; empty if there is no such thing.

    Examples
    --------
    >>> of({"a": {"b": 1}}, "a"), of({"a": 5}, "a")
    ({'b': 1}, {})
    """
    found = data.get(key)
    return found if isinstance(found, Mapping) else {}


def rows(data: Mapping[str, object], key: str) -> Sequence[Mapping[str, object]]:
    """Return the mappings in the list under a key.

    Parameters
    ----------
    data : mapping of str to object
        The data.
    key : str
        The key.

    Returns
    -------
    sequence of mapping
        What was found; empty if there is no such thing.

    Examples
    --------
    >>> rows({"a": [{"b": 1}, 5]}, "a"), rows({}, "a")
    ([{'b': 1}], [])
    """
    found = data.get(key)
    if not isinstance(found, Sequence) or isinstance(found, str):
        return []
    return [each for each in found if isinstance(each, Mapping)]
