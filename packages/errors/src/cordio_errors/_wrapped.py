"""Puts a layer around each public method of one object that belongs to somebody else."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import partial
from typing import TypeVar, cast

from cordio_errors._target import refuse

__all__ = ["has_methods", "wrapped"]

T = TypeVar("T")
Around = Callable[[Callable[..., object]], Callable[..., object]]

_OWN = frozenset(
    "__class__ __new__ __init__ __call__ __init_subclass__ __subclasshook__ __del__ __class_getitem__ "
    "__getattribute__ __getattr__ __setattr__ __delattr__ __annotate__".split()
)
_SLOTS = ("_cordio_around", "_cordio_calls", "_cordio_inner")


def has_methods(target: object) -> bool:
    """Tell whether what can be called is more than a function: an object with public methods of its class.

    Parameters
    ----------
    target : object
        A function, a partial, or an object that can be called.

    Returns
    -------
    bool
        Whether it has methods.

    Examples
    --------
    >>> has_methods(print), has_methods([].append), has_methods(partial(print))
    (False, False, False)
    """
    if inspect.isroutine(target) or isinstance(target, partial | type):
        return False
    kind = type(target)
    public = (name for name in dir(kind) if not name.startswith("_"))
    return any(inspect.isroutine(inspect.getattr_static(kind, name)) for name in public)


def wrapped(inner: T, around: Around) -> T:
    """Put a layer around each public method of an object; the object itself stays as it is.

    Parameters
    ----------
    inner : object
        The object.
    around : callable
        Puts the layer around one method.

    Returns
    -------
    object
        One that passes for it: of its type, with its attributes.

    Raises
    ------
    LayerError
        If it is a plain value, as a number or a module.
    """
    if type(inner).__module__ == "builtins":
        refuse("service", inner)
    names = [name for name in dir(type(inner)) if name.startswith("__") and name not in _OWN]
    special: dict[str, object] = {
        name: _forwarded(name) for name in names if callable(inspect.getattr_static(type(inner), name))
    }
    if callable(inner):
        special["__call__"] = staticmethod(around(inner))
    kind = type(type(inner).__name__, (_Wrapped,), {"__slots__": (), **special})
    outer: object = object.__new__(kind)
    for name, value in zip(_SLOTS, (around, {}, inner), strict=True):
        object.__setattr__(outer, name, value)
    return cast(T, outer)


class _Wrapped:
    __slots__ = ("__weakref__", *_SLOTS)

    _cordio_around: Around
    _cordio_calls: dict[str, tuple[object, object]]
    _cordio_inner: object

    def __getattribute__(self, name: str) -> object:
        inner = _inner(self)
        value = getattr(inner, name)
        if name.startswith("_") or not inspect.isroutine(value) or not hasattr(type(inner), name):
            return value
        if inspect.isgeneratorfunction(value) or inspect.isasyncgenfunction(value):
            return value
        calls = cast("dict[str, tuple[object, object]]", object.__getattribute__(self, "_cordio_calls"))
        known = calls.get(name)
        if known is None or known[0] != value:
            around = cast(Around, object.__getattribute__(self, "_cordio_around"))
            known = calls[name] = (value, around(value))
        return known[1]

    def __setattr__(self, name: str, value: object) -> None:
        setattr(_inner(self), name, value)

    def __delattr__(self, name: str) -> None:
        delattr(_inner(self), name)


def _inner(outer: object) -> object:
    is_ours = issubclass(type(outer), _Wrapped)
    return object.__getattribute__(outer, "_cordio_inner") if is_ours else outer


def _forwarded(name: str) -> Callable[..., object]:
    """A special method, which Python looks up on the type; one that gives the object gives the outer one."""

    def call(self: object, /, *args: object, **kwargs: object) -> object:
        inner = _inner(self)
        value = getattr(inner, name)(*map(_inner, args), **kwargs)
        return self if value is inner else value

    async def entered(self: object, /) -> object:
        inner = _inner(self)
        value = await getattr(inner, name)()
        return self if value is inner else value

    return entered if name == "__aenter__" else call
