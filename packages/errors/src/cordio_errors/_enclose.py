"""Puts a layer around a function: opens it, and has judged what goes wrong in it."""

from __future__ import annotations

import functools
from collections.abc import Callable, Coroutine
from typing import ParamSpec, TypeVar, cast

from cordio_errors._flow import Flow
from cordio_errors._frame import Frame, current
from cordio_errors._layer import Layer
from cordio_errors._mark import marks
from cordio_errors._signal import Break

__all__ = ["enclose", "enclose_now"]

P = ParamSpec("P")
T = TypeVar("T")


def enclose(
    flow: Flow, layer: Layer, function: Callable[P, Coroutine[object, object, T]]
) -> Callable[P, Coroutine[object, object, T]]:
    """Put a layer around an async function.

    Parameters
    ----------
    flow : Flow
        Who decides.
    layer : Layer
        The layer.
    function : callable
        The function.

    Returns
    -------
    callable
        The function in its layer.
    """
    get, enter, leave = current.get, current.set, current.reset

    @functools.wraps(function)
    async def call(*args: P.args, **kwargs: P.kwargs) -> T:
        frame = Frame()
        frame.layer, frame.outer, frame.since = layer, get(), marks.latest
        token = enter(frame)
        try:
            return await function(*args, **kwargs)
        except (Exception, Break, BaseExceptionGroup) as error:
            verdict = flow.judged(error, frame)
            if verdict is None:
                raise
        finally:
            frame.closed = True
            leave(token)
        return cast(T, await verdict.carried_out(args, kwargs))

    return call


def enclose_now(flow: Flow, layer: Layer, function: Callable[P, T]) -> Callable[P, T]:
    """Put a layer around a function that is not async.

    Parameters
    ----------
    flow : Flow
        Who decides.
    layer : Layer
        The layer.
    function : callable
        The function.

    Returns
    -------
    callable
        The function in its layer.
    """
    get, enter, leave = current.get, current.set, current.reset

    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> T:
        frame = Frame()
        frame.layer, frame.outer, frame.since = layer, get(), marks.latest
        token = enter(frame)
        try:
            return function(*args, **kwargs)
        except (Exception, Break, BaseExceptionGroup) as error:
            verdict = flow.judged(error, frame)
            if verdict is None:
                raise
        finally:
            frame.closed = True
            leave(token)
        return cast(T, verdict.carried_out_now(args, kwargs))

    return call
