"""What a layer is put on: its name, whether it is async, and whether it can have a layer at all."""

from __future__ import annotations

import inspect
from collections.abc import AsyncGenerator, Callable, Coroutine
from functools import partial, wraps
from types import CoroutineType
from typing import ParamSpec, TypeGuard, TypeVar

from cordio_errors._exceptions import LayerError

__all__ = ["awaited", "is_async", "is_stream", "module_of", "name_of", "refuse", "watched"]

P = ParamSpec("P")
T = TypeVar("T")

_GENERATOR = (
    "is a generator: what it has handed out cannot be taken back, so it can be neither repeated nor answered; "
    "put the layer on a function that it calls, or return a list"
)
_COROUTINE = "is not async and yet returned a coroutine, which its layer cannot watch: write `async def`"
_DESCRIPTOR = "is a {}: write the layer below @{}, next to the function"


def name_of(target: Callable[..., object]) -> str:
    """Name a layer after its function.

    Parameters
    ----------
    target : callable
        The function, or an object that can be called.

    Returns
    -------
    str
        Its qualified name.

    Examples
    --------
    >>> name_of(name_of)
    'name_of'
    """
    return str(getattr(target, "__qualname__", None) or type(target).__qualname__)


def module_of(target: Callable[..., object]) -> str:
    """Tell in which module a layer's function was declared.

    Parameters
    ----------
    target : callable
        The function, or an object that can be called.

    Returns
    -------
    str
        The module, empty if it says none.

    Examples
    --------
    >>> module_of(module_of)
    'cordio_errors._target'
    """
    return str(getattr(target, "__module__", None) or "")


def is_async(target: Callable[..., object]) -> TypeGuard[Callable[..., Coroutine[object, object, object]]]:
    """Tell whether a call must be awaited.

    Parameters
    ----------
    target : callable
        A function, a partial, or an object that can be called.

    Returns
    -------
    bool
        Whether it is a coroutine function.
    """
    return any(inspect.iscoroutinefunction(one) for one in _sides(target))


def is_stream(target: Callable[..., object]) -> TypeGuard[Callable[..., AsyncGenerator[object, None]]]:
    """Tell whether a call gives items one after another, in async code.

    Parameters
    ----------
    target : callable
        A function, a partial, or an object that can be called.

    Returns
    -------
    bool
        Whether it is an async generator function.
    """
    return any(inspect.isasyncgenfunction(one) for one in _sides(target))


def refuse(layer: str, target: object) -> None:
    """Refuse what cannot have a layer.

    Parameters
    ----------
    layer : str
        The decorator.
    target : object
        What it was put on.

    Raises
    ------
    LayerError
        If it is a generator function, a wrapped method, a class, or cannot be called.
    """
    if isinstance(target, staticmethod | classmethod):
        kind = type(target).__name__
        raise LayerError(layer, _place(target.__func__), _DESCRIPTOR.format(kind, kind))
    if isinstance(target, type) or not callable(target):
        raise LayerError(layer, _place(target), "is no function: put the layer on functions and methods")
    if any(inspect.isgeneratorfunction(one) or inspect.isasyncgenfunction(one) for one in _sides(target)):
        raise LayerError(layer, _place(target), _GENERATOR)


def awaited(layer: str, target: object, value: T) -> T:
    """Refuse a coroutine from a function that is not async: its layer would end before it began.

    Parameters
    ----------
    layer : str
        The decorator.
    target : object
        What it was put on.
    value : object
        What that returned.

    Returns
    -------
    object
        The value.

    Raises
    ------
    LayerError
        If the value is a coroutine.
    """
    if isinstance(value, CoroutineType):
        value.close()
        raise LayerError(layer, _place(target), _COROUTINE)
    return value


def watched(layer: str, function: Callable[P, T]) -> Callable[P, T]:
    """Refuse a coroutine each time that a function which is not async is called.

    Parameters
    ----------
    layer : str
        The decorator.
    function : callable
        The function.

    Returns
    -------
    callable
        The function, watched.
    """

    @wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> T:
        return awaited(layer, function, function(*args, **kwargs))

    return call


def _sides(target: Callable[..., object]) -> tuple[object, object]:
    while isinstance(target, partial):
        target = target.func
    return target, type(target).__call__


def _place(target: object) -> str:
    code = getattr(target, "__code__", None)
    place = f" ({code.co_filename}:{code.co_firstlineno})" if code is not None else ""
    return f"{getattr(target, '__qualname__', None) or repr(target)}{place}"
