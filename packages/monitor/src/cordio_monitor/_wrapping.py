"""A function with a context manager around each of its calls, its signature kept."""

from __future__ import annotations

import inspect
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import AbstractContextManager
from contextvars import Context, copy_context
from types import coroutine
from typing import Any, ParamSpec, TypeAlias, TypeVar, cast

from decorator import FunctionMaker

from cordio_monitor._exceptions import NotAFunction

__all__ = ["wrapped"]

P = ParamSpec("P")
R = TypeVar("R")
Around: TypeAlias = Callable[[], AbstractContextManager[object]]

_PLAIN = "with _around_(): return _func_(%(shortsignature)s)"
_STREAM = "return _stream_(_func_(%(shortsignature)s), _around_)"


def wrapped(function: Callable[P, R], around: Around) -> Callable[P, R]:
    """Wrap a function, a coroutine function or a generator function of either kind.

    The wrapper is made as source by the package `decorator`: calling it binds no signature. A stream has the
    context manager around it from its first item to its end, and its consumer is left alone in between.

    Parameters
    ----------
    function : Callable[P, R]
        The function.
    around : Callable[[], AbstractContextManager[object]]
        Makes what is around one call.

    Returns
    -------
    Callable[P, R]
        A function of the same name, signature and kind.

    Raises
    ------
    NotAFunction
        If it is something else that can be called, or cannot be.

    Examples
    --------
    >>> from contextlib import nullcontext
    >>> inspect.signature(wrapped(lambda sku, n=1: n, nullcontext))
    <Signature (sku, n=1)>
    """
    if not (inspect.isfunction(function) or inspect.ismethod(function)):
        raise NotAFunction(function)
    names: dict[str, object] = {"_func_": function, "_around_": around}
    if inspect.isgeneratorfunction(function):
        body, names["_stream_"] = _STREAM, _items
    elif inspect.isasyncgenfunction(function):
        body, names["_stream_"] = _STREAM, _async_items
    elif inspect.iscoroutinefunction(function):
        body, names["_call_"] = _PLAIN, _awaits
    else:
        body = _PLAIN
    made = FunctionMaker.create(function, body, names, addsource=False, __wrapped__=function)
    made.__qualname__ = getattr(function, "__qualname__", made.__name__)
    return cast("Callable[P, R]", made)


async def _awaits() -> None:
    """Tell `decorator` that an ``async def`` is wanted."""


def _items(stream: Generator[R, object, object], around: Around) -> Generator[R, object, object]:
    inside, manager = copy_context(), around()
    inside.run(manager.__enter__)
    try:
        result = yield from _Steps(stream, inside)
    except BaseException as error:  # it goes on, and the span is told
        inside.run(manager.__exit__, type(error), error, error.__traceback__)
        raise
    inside.run(manager.__exit__, None, None, None)
    return result


class _Steps(Generator[R, object, object]):
    """A generator of which each step runs in a context of its own."""

    def __init__(self, stream: Generator[R, object, object], inside: Context) -> None:
        self._stream, self._inside = stream, inside

    def send(self, value: object) -> R:
        return self._inside.run(self._stream.send, value)

    def throw(self, *error: Any) -> R:
        return self._inside.run(self._stream.throw, *error)


async def _async_items(stream: AsyncGenerator[R, object], around: Around) -> AsyncGenerator[R, object]:
    inside, manager = copy_context(), around()
    inside.run(manager.__enter__)
    step: Awaitable[R] = anext(stream)
    try:
        while True:
            try:
                item = await _within(inside, step)
            except StopAsyncIteration:
                break
            try:
                step = stream.asend((yield item))
            except GeneratorExit:
                await _within(inside, stream.aclose())
                raise
            except BaseException as error:  # noqa: B036  # it goes on into the stream
                step = stream.athrow(error)
    except BaseException as error:  # it goes on, and the span is told
        inside.run(manager.__exit__, type(error), error, error.__traceback__)
        raise
    inside.run(manager.__exit__, None, None, None)


@coroutine
def _within(inside: Context, awaited: Awaitable[R]) -> Generator[object, object, R]:
    """Await with each step in a context of its own."""
    steps = awaited.__await__()
    step: Callable[[Any], object] = steps.send
    given: object = None
    while True:
        try:
            waited = inside.run(step, given)
        except StopIteration as end:
            return cast("R", end.value)
        try:
            given, step = (yield waited), steps.send
        except GeneratorExit:
            inside.run(steps.close)
            raise
        except BaseException as error:  # noqa: B036  # it goes on into what is awaited
            given, step = error, steps.throw
