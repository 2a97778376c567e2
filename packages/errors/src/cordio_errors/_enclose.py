"""Puts a layer around a function: opens it, and has judged what goes wrong in it."""

from __future__ import annotations

import functools
from collections.abc import Callable, Coroutine
from typing import ParamSpec, TypeVar, cast

from cordio_errors._flow import Flow
from cordio_errors._frame import Frame, current, shared
from cordio_errors._layer import LAYER, Layer
from cordio_errors._mark import marks
from cordio_errors._signal import Break

__all__ = ["enclose", "enclose_now"]

P = ParamSpec("P")
T = TypeVar("T")


def enclose(
    flow: Flow,
    layer: Layer,
    function: Callable[P, Coroutine[object, object, T]],
    sibling: Callable[P, Coroutine[object, object, T]] | None = None,
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
    sibling : callable or None
        What is called instead, without a layer, inside the layer of another method of the same object.

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
        if sibling is not None:
            if frame.outer is not None and shared(frame.outer, args):
                return await sibling(*args, **kwargs)
            frame.owner = args[0] if args else None
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

    setattr(call, LAYER, layer)
    return call


def enclose_now(
    flow: Flow, layer: Layer, function: Callable[P, T], sibling: Callable[P, T] | None = None
) -> Callable[P, T]:
    """Put a layer around a function that is not async.

    Parameters
    ----------
    flow : Flow
        Who decides.
    layer : Layer
        The layer.
    function : callable
        The function.
    sibling : callable or None
        What is called instead, without a layer, inside the layer of another method of the same object.

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
        if sibling is not None:
            if frame.outer is not None and shared(frame.outer, args):
                return sibling(*args, **kwargs)
            frame.owner = args[0] if args else None
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

    setattr(call, LAYER, layer)
    return call
