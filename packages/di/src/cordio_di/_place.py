"""Where a function or a class stands in the code, and what it is, under its wrappers."""

from __future__ import annotations

import functools
from collections.abc import Callable
from types import BuiltinFunctionType, FunctionType, MethodType

__all__ = [
    "ASYNC_GENERATOR",
    "GENERATOR",
    "bare",
    "called",
    "constructor",
    "is_async",
    "place",
    "reason",
    "yields",
]

_CALL = "__call__"
_TOLD = 3  # of the exceptions in a group
GENERATOR, ASYNC_GENERATOR = 0x20, 0x200  # as in `inspect`, whose import takes long: CO_GENERATOR, …
_COROUTINE, _ITERABLE_COROUTINE = 0x80, 0x100


def bare(target: object) -> object:
    """Return the function or the class under partials, methods, decorators and callable objects."""
    if type(target) is FunctionType and not target.__dict__:
        return target
    import inspect

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


def constructor(made: type) -> Callable[..., object]:
    """Return what a class takes its parameters by: ``__init__``, or ``__new__`` if it has no own one."""
    inherited = vars(object)["__init__"] is getattr(made, "__init__", None)
    found: Callable[..., object] = getattr(made, "__new__" if inherited else "__init__")
    return found


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
    import inspect

    try:
        file, (_, line) = inspect.getsourcefile(found), inspect.getsourcelines(found)
    except (OSError, TypeError):
        return f"{label} ({found.__module__})"
    return f"{label} ({file}:{line})"


def reason(error: BaseException) -> str:
    """Tell an exception in one line: its type, and its own text if it has any; a group, what is in it.

    >>> reason(ExceptionGroup("two", [ValueError("bug"), OSError()]))
    'ExceptionGroup: two (2 sub-exceptions): ValueError: bug, OSError'
    """
    text = str(error)
    told = f"{type(error).__name__}: {text}" if text else type(error).__name__
    inner = error.exceptions[:_TOLD] if isinstance(error, BaseExceptionGroup) else ()
    return f"{told}: {', '.join(map(reason, inner))}" if inner else told


def is_async(target: Callable[..., object]) -> bool:
    """Tell whether calling `target` gives a coroutine for sure."""
    if type(target) is FunctionType:
        return bool(target.__code__.co_flags & _COROUTINE)
    import inspect

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
    code = getattr(called(target), "__code__", None)
    flags = code.co_flags if code else 0
    return bool(flags & (GENERATOR | ASYNC_GENERATOR) and not flags & _ITERABLE_COROUTINE)


def called(target: object) -> object:
    """Return the function or the method that runs when `target` is called, which is no class."""
    while isinstance(target, MethodType):
        target = target.__func__
    is_function = isinstance(target, (FunctionType, BuiltinFunctionType))
    return target if is_function else getattr(type(target), _CALL, None)
