"""The service layer: repeats a call next to the resource, and hands up what remains."""

from __future__ import annotations

import asyncio
import functools
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Generic, ParamSpec, TypeVar

from cordio_errors._course import Course
from cordio_errors._mark import marks
from cordio_errors._rules import Rules
from cordio_errors._target import awaited, name_of

__all__ = ["async_service", "sync_service"]

P = ParamSpec("P")
T = TypeVar("T")


def async_service(
    rules: Rules, function: Callable[P, Coroutine[object, object, T]]
) -> Callable[P, Coroutine[object, object, T]]:
    """Put a service layer around an async function.

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
    layer = _Layer(rules, name_of(function), function)

    @functools.wraps(function)
    async def call(*args: P.args, **kwargs: P.kwargs) -> T:
        if rules.within is None:
            return await layer.repeated(None, *args, **kwargs)
        return await layer.limited(rules.within, *args, **kwargs)

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
        course, start = None, time.monotonic()
        while True:
            since = marks.latest
            try:
                value = function(*args, **kwargs)
            except Exception as error:
                course = course or Course(rules, name, start)
                pause = course.wait(error, since)
                if pause is None:
                    raise
            else:
                return awaited("service", function, value)
            time.sleep(pause)

    return call


@dataclass(frozen=True, slots=True)
class _Layer(Generic[P, T]):
    rules: Rules
    name: str
    function: Callable[P, Coroutine[object, object, T]]

    async def repeated(self, course: Course | None, /, *args: P.args, **kwargs: P.kwargs) -> T:
        start = time.monotonic()
        while True:
            since = marks.latest
            try:
                return await self.function(*args, **kwargs)
            except Exception as error:
                course = course or Course(self.rules, self.name, start)
                pause = course.wait(error, since)
                if pause is None:
                    raise
            await asyncio.sleep(pause)

    async def limited(self, within: float, /, *args: P.args, **kwargs: P.kwargs) -> T:
        course = Course(self.rules, self.name, time.monotonic())
        try:
            async with asyncio.timeout(within) as course.timer:
                return await self.repeated(course, *args, **kwargs)
        except TimeoutError as error:
            cut = course.cut()
            if cut is None:
                raise
            cut.__cause__ = error.__cause__ or error.__context__  # the first Pythons 3.11 set only the context
        finally:
            course.timer = None
        try:
            raise cut
        finally:
            del cut  # its traceback holds this frame
