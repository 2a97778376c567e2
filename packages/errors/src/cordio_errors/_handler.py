"""The handler layer as a decorator: commits what goes wrong, and lets the exception pass to whoever called."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from types import MethodType
from typing import ParamSpec, TypeVar, cast

from cordio_errors._enclose import enclose
from cordio_errors._flow import Flow
from cordio_errors._layer import Layer

__all__ = ["LAYERED", "TOP", "Handler", "Layered", "async_handler", "bare"]

P = ParamSpec("P")
T = TypeVar("T")
Handler = Callable[..., Awaitable[object]]
LAYERED = "__cordio_handler__"
TOP = Layer("handler", "")


@dataclass(frozen=True, slots=True)
class Layered:
    """What a decorated handler remembers of itself.

    Parameters
    ----------
    flow : Flow
        Whose layer it is in.
    layer : Layer
        The layer.
    call : callable
        The function in its layer.
    function : callable
        The function without it.
    """

    flow: Flow
    layer: Layer
    call: Callable[..., object]
    function: Handler


def async_handler(
    flow: Flow,
    layer: Layer,
    function: Callable[P, Coroutine[object, object, T]],
    sibling: Callable[P, Coroutine[object, object, T]] | None = None,
) -> Callable[P, Coroutine[object, object, T]]:
    """Put a handler layer around an async function.

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
    call = enclose(flow, layer, function, sibling)
    setattr(call, LAYERED, Layered(flow, layer, call, function))
    return call


def bare(flow: Flow, handler: Callable[..., object]) -> tuple[Handler, Layer]:
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
    tuple of callable and Layer
        The handler without the layer, and the layer; one without rules and name if it keeps its own.
    """
    layered = getattr(handler, LAYERED, None)
    if layered is not None and layered.flow is flow:
        if handler is layered.call:
            return layered.function, layered.layer
        if isinstance(handler, MethodType) and handler.__func__ is layered.call:
            return MethodType(layered.function, handler.__self__), layered.layer
    return cast(Handler, handler), TOP
