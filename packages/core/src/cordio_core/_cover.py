"""Service layers for the public methods of a class."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TypeVar

__all__ = ["cover"]

T = TypeVar("T")
Layer = Callable[[Callable[..., object]], Callable[..., object]]


def cover(target: T, layer: Layer) -> T:
    """Put a layer around each public method that a class defines; generators stay as they are.

    Parameters
    ----------
    target : class or callable
        The class; it is changed in place.
    layer : callable
        Puts a layer around one function.

    Returns
    -------
    class or callable
        The target.

    Examples
    --------
    >>> class Orders:
    ...     def read(self): return "order"
    >>> cover(Orders, lambda function: lambda self: f"layered {function(self)}")().read()
    'layered order'
    """
    if not isinstance(target, type):
        return target
    for name, member in list(vars(target).items()):
        found = member.__func__ if isinstance(member, staticmethod | classmethod) else member
        if name.startswith("_") or not inspect.isfunction(found) or _yields(found):
            continue
        layered = layer(found)
        setattr(target, name, type(member)(layered) if found is not member else layered)
    return target


def _yields(function: Callable[..., object]) -> bool:
    found = inspect.unwrap(function)
    return inspect.isgeneratorfunction(found) or inspect.isasyncgenfunction(found)
