"""Calls a method between the init and final methods that the handlers of its object share."""

from __future__ import annotations

import functools
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import aclosing
from typing import ParamSpec, TypeVar

from cordio_errors._life import Life, life_of

__all__ = ["lived", "lived_now", "lived_stream"]

P = ParamSpec("P")
T = TypeVar("T")
_NOBODY: tuple[type, Life | None] = (object, None)  # the class of the last call: mostly there is but one


def lived(function: Callable[P, Coroutine[object, object, T]]) -> Callable[P, Coroutine[object, object, T]]:
    """Call a method that is async between the shared methods of its object.

    Parameters
    ----------
    function : callable
        The method.

    Returns
    -------
    callable
        The method with what comes before and after it.
    """

    last = _NOBODY

    @functools.wraps(function)
    async def call(*args: P.args, **kwargs: P.kwargs) -> T:
        nonlocal last
        kind, life = last
        if args and kind is not type(args[0]):
            _, life = last = (type(args[0]), life_of(type(args[0])))
        if life is None:
            return await function(*args, **kwargs)
        try:
            await life.begin(args[0])
            return await function(*args, **kwargs)
        finally:
            await life.end(args[0])

    return call


def lived_now(function: Callable[P, T]) -> Callable[P, T]:
    """Call a method that is not async between the shared methods of its object.

    Parameters
    ----------
    function : callable
        The method.

    Returns
    -------
    callable
        The method with what comes before and after it.
    """

    last = _NOBODY

    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> T:
        nonlocal last
        kind, life = last
        if args and kind is not type(args[0]):
            _, life = last = (type(args[0]), life_of(type(args[0])))
        if life is None:
            return function(*args, **kwargs)
        try:
            life.begin_now(args[0])
            return function(*args, **kwargs)
        finally:
            life.end_now(args[0])

    return call


def lived_stream(function: Callable[P, AsyncGenerator[T, None]]) -> Callable[P, AsyncGenerator[T, None]]:
    """Run a method that is an async generator between the shared methods of its object.

    Parameters
    ----------
    function : callable
        The method.

    Returns
    -------
    callable
        The method with what comes before and after it.
    """

    @functools.wraps(function)
    async def call(*args: P.args, **kwargs: P.kwargs) -> AsyncGenerator[T, None]:
        life = life_of(type(args[0])) or Life((), ())
        try:
            await life.begin(args[0])
            async with aclosing(function(*args, **kwargs)) as rows:
                async for item in rows:
                    yield item
        finally:
            await life.end(args[0])

    return call
