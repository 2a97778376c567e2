"""A value in force, as it may be shown to anybody."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cordio_config._origin import Origin
from cordio_config._problem import MASK
from cordio_config._row import Row
from cordio_config._setting import NOTHING

__all__ = ["Value", "values_of"]


@dataclass(frozen=True, slots=True)
class Value:
    """A value in force; no secret is in it.

    Parameters
    ----------
    key : str
        The dotted key.
    value : object
        The value as plain data; ``***`` if it is secret, None if there is none.
    origin : Origin
        Where it comes from.
    secret : bool
        Whether it was declared secret.

    Examples
    --------
    >>> str(Value("limits.burst", 5, Origin("default")).origin)
    'default'
    """

    key: str
    value: object
    origin: Origin
    secret: bool = False


def values_of(rows: Iterable[Row]) -> tuple[Value, ...]:
    """Take of the rows of a report what may be shown."""
    return tuple(
        Value(row.setting.key, _shown(row), row.origin, bool(row.setting.field.secret)) for row in rows
    )


def _shown(row: Row) -> object:
    if row.value is NOTHING or row.value is None:
        return None
    return MASK if row.setting.field.secret else row.value
