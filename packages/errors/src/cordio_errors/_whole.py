"""Puts a layer around each public method of a class."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TypeVar

from cordio_errors._life import turn_of

__all__ = ["layered"]

C = TypeVar("C", bound=type)


def layered(whole: C, layer: Callable[[Callable[..., object]], Callable[..., object]]) -> C:
    """Put a layer around each public method that a class itself defines, static and class methods too.

    The init and final methods that handlers share have none of their own.

    Parameters
    ----------
    whole : type
        The class; it is changed in place.
    layer : callable
        Puts the layer around one function.

    Returns
    -------
    type
        The class.

    Raises
    ------
    LayerError
        If one of them cannot have a layer, as a generator; then the class is as it was.
    """
    changed: dict[str, object] = {}
    for name, member in vars(whole).items():
        if name.startswith("_") or turn_of(member) is not None:
            continue
        if isinstance(member, staticmethod | classmethod):
            changed[name] = type(member)(layer(member.__func__))
        elif inspect.isfunction(member):
            changed[name] = layer(member)
    for name, method in changed.items():
        setattr(whole, name, method)
    return whole
