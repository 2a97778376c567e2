"""The handler layer as a decorator: commits what goes wrong, and lets the exception pass to whoever called."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from types import MethodType
from typing import ParamSpec, TypeVar, cast

from cordio_errors._judge import Judge
from cordio_errors._mark import marks
from cordio_errors._target import awaited, name_of

__all__ = ["Layered", "async_handler", "bare", "sync_handler"]

P = ParamSpec("P")
T = TypeVar("T")
_KEY = "__cordio_handler__"


@dataclass(frozen=True, slots=True)
class Layered:
    """What a decorated handler remembers of itself.

    Parameters
    ----------
    judge : Judge
        Whose layer it is in.
    call : callable
        The function in its layer.
    function : callable
        The function without it.
    """

    judge: Judge
    call: Callable[..., object]
    function: Callable[..., Awaitable[object]]


def async_handler(
    judge: Judge, function: Callable[P, Coroutine[object, object, T]]
) -> Callable[P, Coroutine[object, object, T | None]]:
    """Put a handler layer around an async function.

    Parameters
    ----------
    judge : Judge
        Who judges.
    function : callable
        The function.

    Returns
    -------
    callable
        The function in its layer.
    """
    layer = name_of(function)

    @functools.wraps(function)
    async def call(*args: P.args, **kwargs: P.kwargs) -> T | None:
        since = marks.latest
        try:
            return await function(*args, **kwargs)
        except Exception as error:
            if judge.settle(error, layer, since) is not None:
                raise
            return None

    setattr(call, _KEY, Layered(judge, call, function))
    return call


def sync_handler(judge: Judge, function: Callable[P, T]) -> Callable[P, T | None]:
    """Put a handler layer around a function that is not async.

    Parameters
    ----------
    judge : Judge
        Who judges.
    function : callable
        The function.

    Returns
    -------
    callable
        The function in its layer.
    """
    layer = name_of(function)

    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> T | None:
        since = marks.latest
        try:
            value = function(*args, **kwargs)
        except Exception as error:
            if judge.settle(error, layer, since) is not None:
                raise
            return None
        return awaited("handler", function, value)

    return call


def bare(judge: Judge, handler: Callable[..., Awaitable[object]]) -> Callable[..., Awaitable[object]]:
    """Take the layer off a decorated handler, so that it does not get a second one.

    A decorator above the layer copies its attributes; such a function keeps its layer.

    Parameters
    ----------
    judge : Judge
        Whose layer is to be taken off.
    handler : callable
        Any handler.

    Returns
    -------
    callable
        The handler without the layer.
    """
    layered = getattr(handler, _KEY, None)
    if layered is None or layered.judge is not judge:
        return handler
    if handler is layered.call:
        return cast("Callable[..., Awaitable[object]]", layered.function)
    if isinstance(handler, MethodType) and handler.__func__ is layered.call:
        return MethodType(layered.function, handler.__self__)
    return handler
