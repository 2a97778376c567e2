"""The service layer: repeats a call next to the resource, and hands up what remains."""

from __future__ import annotations

import functools
from collections.abc import Callable, Coroutine
from contextlib import nullcontext
from dataclasses import dataclass
from time import monotonic
from types import CoroutineType
from typing import Generic, ParamSpec, TypeVar, cast

from cordio_errors._course import Course
from cordio_errors._enclose import enclose, enclose_now
from cordio_errors._failures import CircuitOpen
from cordio_errors._flow import Flow
from cordio_errors._frame import Frame, current
from cordio_errors._layer import LAYER, Layer
from cordio_errors._mark import marks
from cordio_errors._pause import now, pause, pause_now
from cordio_errors._signal import Break
from cordio_errors._tables import Tables

__all__ = ["async_service", "either", "sync_service"]

P = ParamSpec("P")
T = TypeVar("T")


def async_service(
    flow: Flow, declared: Layer, tables: Tables, function: Callable[P, Coroutine[object, object, T]]
) -> Callable[P, Coroutine[object, object, T]]:
    """Put a service layer around an async function.

    Parameters
    ----------
    flow : Flow
        Who decides about what is not repeated.
    declared : Layer
        The layer.
    tables : Tables
        Which failures are repeated, and how.
    function : callable
        The function.

    Returns
    -------
    callable
        The function in its layer.
    """
    layer, get, enter, leave = _Layer(tables, function), current.get, current.set, current.reset

    @functools.wraps(function)
    async def call(*args: P.args, **kwargs: P.kwargs) -> T:
        frame = Frame()
        frame.layer, frame.outer, frame.since = declared, get(), marks.latest
        token = enter(frame)
        try:
            if tables.armed:
                return await layer.begun(frame, *args, **kwargs)
            start = monotonic()
            try:
                return await function(*args, **kwargs)
            except Exception as error:
                retry = tables.retry(error, frame)
                if retry is None and not isinstance(error, CircuitOpen):
                    raise
                course = Course(declared.name, start + now() - monotonic())
                wait = course.wait(error, frame.since, retry)
                if wait is None:
                    raise
            await pause(wait, course.failed)
            return await layer.repeated(frame, course, *args, **kwargs)
        except (Exception, Break, BaseExceptionGroup) as error:
            verdict = flow.judged(error, frame)
            if verdict is None:
                raise
        finally:
            frame.closed = True
            leave(token)
        return cast(T, await verdict.carried_out(args, kwargs))

    setattr(call, LAYER, declared)
    return call


def sync_service(tables: Tables, function: Callable[P, T]) -> Callable[P, T]:
    """Put a service layer around a function that is not async; it waits in its thread.

    Parameters
    ----------
    tables : Tables
        Which failures are repeated, and how.
    function : callable
        The function.

    Returns
    -------
    callable
        The function as it is called in the frame of the layer.
    """

    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> T:
        frame, course, start = cast(Frame, current.get()), None, now()
        guards = tables.inside(frame).guards(frame.name) if tables.armed else None
        while True:
            since = marks.latest
            try:
                with nullcontext() if guards is None else guards.around():
                    value = function(*args, **kwargs)
            except Exception as error:
                course = course or Course(frame.name, start)
                wait = course.wait(error, since, tables.retry(error, frame))
                if wait is None:
                    raise
            else:
                return value
            pause_now(wait)

    return call


def either(
    flow: Flow,
    layer: Layer,
    tables: Tables | None,
    function: Callable[..., object],
    again: Callable[..., object],
) -> Callable[..., object]:
    """Put a service layer around a function of which only a call shows whether it is async.

    Parameters
    ----------
    flow : Flow
        Who decides about what is not repeated.
    layer : Layer
        The layer.
    tables : Tables or None
        Which failures are repeated, and how; None if it may not be.
    function : callable
        The function.
    again : callable
        The function as it is repeated where it is not async.

    Returns
    -------
    callable
        The function in its layer: a coroutine that it returns is awaited in the layer too.
    """

    @functools.wraps(function)
    async def attempt(begun: list[object], *args: object, **kwargs: object) -> object:
        value = begun.pop() if begun else function(*args, **kwargs)
        return await value if isinstance(value, CoroutineType) else value

    at_once, later = enclose_now(flow, layer, again), enclose(flow, layer, attempt)
    if tables is not None:
        later = async_service(flow, layer, tables, attempt)

    @functools.wraps(function)
    def call(*args: object, **kwargs: object) -> object:
        value = at_once(*args, **kwargs)
        return later([value], *args, **kwargs) if isinstance(value, CoroutineType) else value

    return call


@dataclass(frozen=True, slots=True)
class _Layer(Generic[P, T]):
    tables: Tables
    function: Callable[P, Coroutine[object, object, T]]

    async def begun(self, frame: Frame, /, *args: P.args, **kwargs: P.kwargs) -> T:
        course, within = Course(frame.name, now()), self.tables.inside(frame).within
        if within is None:
            return await self.repeated(frame, course, *args, **kwargs)
        async with course.armed(within):
            return await self.repeated(frame, course, *args, **kwargs)

    async def repeated(self, frame: Frame, course: Course, /, *args: P.args, **kwargs: P.kwargs) -> T:
        guards = self.tables.inside(frame).guards(frame.name)
        while True:
            since = marks.latest
            try:
                if guards is None:
                    return await self.function(*args, **kwargs)
                return await guards.attempt(self.function, *args, **kwargs)
            except Exception as error:
                wait = course.wait(error, since, self.tables.retry(error, frame))
                if wait is None:
                    raise
            await pause(wait, course.failed)
