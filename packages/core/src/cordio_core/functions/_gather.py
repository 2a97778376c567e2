"""Several awaitables at a time, but not all of them."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import TypeVar

from cordio_core._exceptions import TaskError

__all__ = ["gather"]

T = TypeVar("T")


async def gather(*awaitables: Awaitable[T], limit: int | None = None) -> list[T]:
    """Await several things at a time, as ``asyncio.gather``, but no more than `limit` of them at once.

    The first failure, or a cancellation from outside, cancels all the others; it is raised when they have
    ended, so that nothing runs on. Coroutines that were not begun are closed.

    Parameters
    ----------
    *awaitables : Awaitable
        Coroutines, tasks or futures; each coroutine runs in a task of its own.
    limit : int or None
        How many run at the same time; all unless given.

    Returns
    -------
    list
        The results, in the order of the arguments.

    Raises
    ------
    ValueError
        If `limit` is no number, or less than one.
    TaskError
        If an awaitable was cancelled by somebody else.
    BaseException
        What the first of them raised; what others raised while they were cancelled is noted on it.

    Examples
    --------
    >>> async def double(number: int) -> int:
    ...     return 2 * number
    >>> async def main() -> list[int]:
    ...     return await gather(*(double(number) for number in range(4)), limit=2)
    >>> asyncio.run(main())
    [0, 2, 4, 6]
    """
    try:
        return await _gathered(awaitables, limit)
    finally:
        for each in awaitables:
            _drop(each)


async def _gathered(awaitables: Sequence[Awaitable[T]], limit: int | None) -> list[T]:
    if limit is not None and not isinstance(limit, int):
        raise ValueError(f"a limit is a number, not {limit!r}: write limit=2")
    if limit is not None and limit < 1:
        raise ValueError(f"{limit} awaitables at a time can never run: give a limit of 1 or more")
    turn: AbstractAsyncContextManager[None] = nullcontext() if limit is None else asyncio.Semaphore(limit)
    failures: list[BaseException] = []

    async def run(index: int, awaitable: Awaitable[T]) -> T:
        try:
            async with turn:
                if failures:  # the group is about to cancel this task
                    raise asyncio.CancelledError
                return await _awaited(index, awaitable)
        except BaseException as error:
            failures.append(error)
            raise

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(run(*each)) for each in enumerate(awaitables)]
    except BaseExceptionGroup:
        raise _first(failures) from None
    return [task.result() for task in tasks]


async def _awaited(index: int, awaitable: Awaitable[T]) -> T:
    task = asyncio.current_task()
    try:
        return await awaitable
    except asyncio.CancelledError as error:
        if task is None or task.cancelling():
            raise
        what = "was cancelled by what it awaits"
        cure = "catch CancelledError where it awaits a task that may be cancelled"
        raise TaskError(f"gather: awaitable {index}", what, cure) from error


def _first(failures: Sequence[BaseException]) -> BaseException:
    first, *others = [error for error in failures if not isinstance(error, asyncio.CancelledError)]
    for error in others:
        first.add_note(f"besides: {error!r}")
    return first


def _drop(awaitable: Awaitable[object]) -> None:
    """Let go of what was not begun; what has ended stays as it is."""
    if inspect.iscoroutine(awaitable):
        awaitable.close()
    elif isinstance(awaitable, asyncio.Future):
        awaitable.cancel()
