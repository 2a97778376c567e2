"""Where a function or a class stands in the code, and what it is, under its wrappers."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from types import FunctionType

__all__ = ["bare", "is_async", "place", "reason", "yields"]


def bare(target: object) -> object:
    """Return the function or the class under partials, methods, decorators and callable objects."""
    if type(target) is FunctionType and not target.__dict__:
        return target
    while True:
        if isinstance(target, functools.partial):
            target = target.func
        elif inspect.ismethod(target):
            target = target.__func__
        elif hasattr(target, "__wrapped__"):
            target = target.__wrapped__
        elif inspect.isroutine(target) or isinstance(target, type) or not callable(target):
            return target
        else:
            target = type(target).__call__


def place(target: object) -> str:
    """Tell where a function or a class stands: ``name (file:line)``, as far as it is known.

    >>> place(print)
    'print'
    """
    found = bare(target)
    label = str(getattr(found, "__qualname__", repr(found)))
    if isinstance(found, type):
        return _class_place(found, label)
    code = getattr(found, "__code__", None)
    return f"{label} ({code.co_filename}:{code.co_firstlineno})" if code else label


def _class_place(found: type, label: str) -> str:
    try:
        file, (_, line) = inspect.getsourcefile(found), inspect.getsourcelines(found)
    except (OSError, TypeError):
        return f"{label} ({found.__module__})"
    return f"{label} ({file}:{line})"


def reason(error: BaseException) -> str:
    """Tell an exception in one line: its type, and its own text if it has any."""
    text = str(error)
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def is_async(target: Callable[..., object]) -> bool:
    """Tell whether calling `target` gives a coroutine for sure."""
    while isinstance(target, functools.partial):
        target = target.func
    routine = inspect.isroutine(target) or isinstance(target, type)
    return inspect.iscoroutinefunction(target if routine else type(target).__call__)


def yields(target: Callable[..., object]) -> bool:
    """Tell whether calling `target` gives a generator, sync or async.

    >>> yields(lambda: (yield)), yields(print)
    (True, False)
    """
    while isinstance(target, functools.partial):
        target = target.func
    if isinstance(target, type):
        return False
    code = getattr(target if inspect.isroutine(target) else type(target).__call__, "__code__", None)
    flags = code.co_flags if code else 0
    is_generator = flags & (inspect.CO_GENERATOR | inspect.CO_ASYNC_GENERATOR)
    return bool(is_generator and not flags & inspect.CO_ITERABLE_COROUTINE)
