"""The service layer: repeats a call next to the resource, and hands up what remains."""

from __future__ import annotations

import functools
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from time import monotonic
from typing import Generic, ParamSpec, TypeVar, cast

from cordio_errors._course import Course
from cordio_errors._flow import Flow
from cordio_errors._frame import Frame, current
from cordio_errors._layer import Layer
from cordio_errors._mark import marks
from cordio_errors._pause import now, pause, pause_now
from cordio_errors._rules import Rules
from cordio_errors._signal import Break
from cordio_errors._target import awaited, name_of

__all__ = ["async_service", "sync_service"]

P = ParamSpec("P")
T = TypeVar("T")


def async_service(
    flow: Flow, declared: Layer, rules: Rules, function: Callable[P, Coroutine[object, object, T]]
) -> Callable[P, Coroutine[object, object, T]]:
    """Put a service layer around an async function.

    Parameters
    ----------
    flow : Flow
        Who decides about what is not repeated.
    declared : Layer
        The layer.
    rules : Rules
        Which failures are repeated, and how.
    function : callable
        The function.

    Returns
    -------
    callable
        The function in its layer.
    """
    layer, get, enter, leave = _Layer(rules, declared.name, function), current.get, current.set, current.reset

    @functools.wraps(function)
    async def call(*args: P.args, **kwargs: P.kwargs) -> T:
        frame = Frame()
        frame.layer, frame.outer, frame.since = declared, get(), marks.latest
        token = enter(frame)
        try:
            if rules.armed:
                return await layer.begun(*args, **kwargs)
            start = monotonic()
            try:
                return await function(*args, **kwargs)
            except Exception as error:
                course = Course(rules, declared.name, start + now() - monotonic())
                wait = course.wait(error, frame.since)
                if wait is None:
                    raise
            await pause(wait)
            return await layer.repeated(course, *args, **kwargs)
        except (Exception, Break, BaseExceptionGroup) as error:
            verdict = flow.judged(error, frame)
            if verdict is None:
                raise
        finally:
            frame.closed = True
            leave(token)
        return cast(T, await verdict.carried_out(args, kwargs))

    return call


def sync_service(rules: Rules, function: Callable[P, T]) -> Callable[P, T]:
    """Put a service layer around a function that is not async; it waits in its thread.

    Parameters
    ----------
    rules : Rules
        Which failures are repeated, and how.
    function : callable
        The function.

    Returns
    -------
    callable
        The function in its layer.
    """
    name = name_of(function)

    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> T:
        course, start = None, now()
        while True:
            since = marks.latest
            try:
                guards = rules.guards(name) if rules.guarded else None
                if guards is None:
                    value = function(*args, **kwargs)
                else:
                    value = guards.attempt_now(function, *args, **kwargs)
            except Exception as error:
                course = course or Course(rules, name, start)
                wait = course.wait(error, since)
                if wait is None:
                    raise
            else:
                return awaited("service", function, value)
            pause_now(wait)

    return call


@dataclass(frozen=True, slots=True)
class _Layer(Generic[P, T]):
    rules: Rules
    name: str
    function: Callable[P, Coroutine[object, object, T]]

    async def begun(self, /, *args: P.args, **kwargs: P.kwargs) -> T:
        course = Course(self.rules, self.name, now())
        if self.rules.within is None:
            return await self.repeated(course, *args, **kwargs)
        async with course.armed(self.rules.within):
            return await self.repeated(course, *args, **kwargs)

    async def repeated(self, course: Course, /, *args: P.args, **kwargs: P.kwargs) -> T:
        while True:
            since = marks.latest
            try:
                guards = self.rules.guards(self.name) if self.rules.guarded else None
                if guards is None:
                    return await self.function(*args, **kwargs)
                return await guards.attempt(self.function, *args, **kwargs)
            except Exception as error:
                wait = course.wait(error, since)
                if wait is None:
                    raise
            await pause(wait)
