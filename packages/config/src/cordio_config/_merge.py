"""Lays values over values: objects merge by key, everything else is replaced."""

from __future__ import annotations

from collections.abc import Callable

from cordio_config._names import Key

__all__ = ["Values", "holds", "merged", "put", "replaced", "value_at", "without"]

Values = dict[str, object]


def merged(
    below: Values, above: Values, repeated: Callable[[Key], None] | None = None, path: Key = ()
) -> Values:
    """Lay values over values: objects merge by key, at every depth; everything else is replaced.

    Parameters
    ----------
    below : dict
        The values that lie below; it is not changed.
    above : dict
        Those that count where both have one; it is not changed.
    repeated : callable, optional
        Told the path of each value that is replaced.
    path : tuple, optional
        What the paths begin with.

    Returns
    -------
    dict
        A new one; objects that only one side has are shared with it.

    Examples
    --------
    >>> merged({"pg": {"host": "db", "port": 5432}, "tags": [1, 2]}, {"pg": {"host": "other"}, "tags": [3]})
    {'pg': {'host': 'other', 'port': 5432}, 'tags': [3]}
    """
    result = dict(below)
    for key, value in above.items():
        here = (*path, key)
        old = result.get(key)
        if isinstance(old, dict) and isinstance(value, dict):
            result[key] = merged(old, value, repeated, here)
        else:
            if key in result and repeated is not None:
                repeated(here)
            result[key] = value
    return result


def value_at(values: object, path: Key) -> object:
    """Give what a tree has at a path; None if nothing is there."""
    for step in path:
        if isinstance(values, dict):
            values = values.get(step)
        elif isinstance(values, list | tuple) and isinstance(step, int) and step < len(values):
            values = values[step]
        else:
            return None
    return values


def holds(values: object, path: Key) -> bool:
    """Tell whether a tree has something at a path."""
    above = value_at(values, path[:-1]) if path else None
    if isinstance(above, list | tuple):
        return isinstance(path[-1], int) and path[-1] < len(above)
    return not path or (isinstance(above, dict) and path[-1] in above)


def put(values: Values, path: tuple[str, ...], value: object) -> None:
    """Set the value of a path in a tree of one's own."""
    for step in path[:-1]:
        inner = values.setdefault(step, {})
        assert isinstance(inner, dict)
        values = inner
    values[path[-1]] = value


def replaced(values: object, path: Key, value: object) -> object:
    """Copy a tree with another value at a path."""
    if not path:
        return value
    step, rest = path[0], path[1:]
    if isinstance(values, dict):
        return {**values, step: replaced(values.get(step), rest, value)}
    if isinstance(values, list) and isinstance(step, int):
        return [*values[:step], replaced(values[step], rest, value), *values[step + 1 :]]
    return values


def without(values: Values, path: Key) -> Values:
    """Copy a tree without the key of a path."""
    step, rest = str(path[0]), path[1:]
    inner = values.get(step)
    if rest and isinstance(inner, dict):
        return {**values, step: without(inner, rest)}
    return {key: value for key, value in values.items() if key != step}
