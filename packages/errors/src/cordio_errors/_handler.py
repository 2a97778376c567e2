"""The handler layer as a decorator: commits what goes wrong, and lets the exception pass to whoever called."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from types import MethodType
from typing import ParamSpec, TypeVar, cast

from cordio_errors._enclose import enclose, enclose_now
from cordio_errors._flow import Flow
from cordio_errors._layer import Layer
from cordio_errors._target import name_of, watched

__all__ = ["Layered", "async_handler", "bare", "sync_handler"]

P = ParamSpec("P")
T = TypeVar("T")
_KEY = "__cordio_handler__"


@dataclass(frozen=True, slots=True)
class Layered:
    """What a decorated handler remembers of itself.

    Parameters
    ----------
    flow : Flow
        Whose layer it is in.
    call : callable
        The function in its layer.
    function : callable
        The function without it.
    """

    flow: Flow
    call: Callable[..., object]
    function: Callable[..., Awaitable[object]]


def async_handler(
    flow: Flow, function: Callable[P, Coroutine[object, object, T]]
) -> Callable[P, Coroutine[object, object, T]]:
    """Put a handler layer around an async function.

    Parameters
    ----------
    flow : Flow
        Who decides.
    function : callable
        The function.

    Returns
    -------
    callable
        The function in its layer.
    """
    call = enclose(flow, Layer("handler", name_of(function)), function)
    setattr(call, _KEY, Layered(flow, call, function))
    return call


def sync_handler(flow: Flow, function: Callable[P, T]) -> Callable[P, T]:
    """Put a handler layer around a function that is not async.

    Parameters
    ----------
    flow : Flow
        Who decides.
    function : callable
        The function.

    Returns
    -------
    callable
        The function in its layer.
    """
    return enclose_now(flow, Layer("handler", name_of(function)), watched("handler", function))


def bare(flow: Flow, handler: Callable[..., Awaitable[object]]) -> Callable[..., Awaitable[object]]:
    """Take the layer off a decorated handler, so that it does not get a second one.

    A decorator above the layer copies its attributes; such a function keeps its layer.

    Parameters
    ----------
    flow : Flow
        Whose layer is to be taken off.
    handler : callable
        Any handler.

    Returns
    -------
    callable
        The handler without the layer.
    """
    layered = getattr(handler, _KEY, None)
    if layered is None or layered.flow is not flow:
        return handler
    if handler is layered.call:
        return cast("Callable[..., Awaitable[object]]", layered.function)
    if isinstance(handler, MethodType) and handler.__func__ is layered.call:
        return MethodType(layered.function, handler.__self__)
    return handler
