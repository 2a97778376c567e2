"""Secrets that are known by where they stand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice

from cordio_monitor._secret_rules import Tree
from cordio_monitor._secret_text import HIDDEN

__all__ = ["attributes", "hide_paths", "hide_under"]

_DEPTH = 16
_NODES = 10_000


def hide_paths(value: object, tree: Tree, depth: int) -> object:
    """Return a copy of a value with what stands at the end of a path hidden; what raises is hidden whole.

    Parameters
    ----------
    value : object
        Any value.
    tree : Tree
        The paths.
    depth : int
        How deep in the whole it stands.

    Returns
    -------
    object
        The copy.

    Raises
    ------
    KeyboardInterrupt
        If the program is interrupted.

    Examples
    --------
    >>> hide_paths({"user": {"street": "x", "name": "ann"}}, {"user": {"street": None}}, 0)
    {'user': {'street': '***', 'name': 'ann'}}
    """
    if depth > _DEPTH:
        return HIDDEN
    try:
        if isinstance(value, (list, tuple)) and not hasattr(value, "_fields"):
            items = [hide_paths(item, tree, depth + 1) for item in islice(value, _NODES + 1)]
            return tuple(items) if isinstance(value, tuple) else items
        named = _named(value)
        if named is None:
            return value
        return {name: hide_under(name, item, tree, depth) for name, item in named}
    except KeyboardInterrupt:
        raise
    except BaseException:  # noqa: B036  # whatever it is, the value raised it
        return HIDDEN


def _named(value: object) -> Iterable[tuple[object, object]] | None:
    if isinstance(value, Mapping):
        return islice(value.items(), _NODES + 1)
    fields = getattr(value, "_fields", None) if isinstance(value, tuple) else None
    if fields is None or not isinstance(value, tuple):
        return attributes(value)
    return zip(fields, value, strict=True)


def hide_under(name: object, value: object, tree: Tree, depth: int) -> object:
    """Hide in a value what stands at the end of a path, or the value itself.

    Parameters
    ----------
    name : object
        The name that it stands under.
    value : object
        The value.
    tree : Tree
        The paths, from the name on.
    depth : int
        How deep in the whole it stands.

    Returns
    -------
    object
        The value, or a copy.
    """
    for step in (name, "*"):
        if isinstance(step, str) and step in tree:
            below = tree[step]
            value = HIDDEN if below is None else hide_paths(value, below, depth + 1)
    return value


def attributes(value: object) -> list[tuple[object, object]] | None:
    """Return the attributes of a data class or a pydantic model; those kept out of its repr are hidden.

    Parameters
    ----------
    value : object
        Any value.

    Returns
    -------
    list[tuple[object, object]] | None
        Names and values; none for anything else.
    """
    fields = getattr(type(value), "__dataclass_fields__", None) or getattr(type(value), "model_fields", None)
    if not isinstance(fields, dict):
        return None
    return [(name, getattr(value, name) if about.repr else HIDDEN) for name, about in fields.items()]
