"""An event loop for a whole process, that ends even if a task does not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, TypeVar

__all__ = ["run"]

T = TypeVar("T")

_LAST = 1.0


def run(function: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run an async function in an event loop of its own.

    As ``asyncio.run``, but what interrupts the loop (SystemExit) lets the function come to its end first, and
    a task that does not heed its cancellation is left behind after a second.

    Parameters
    ----------
    function : callable
        The async function.

    Returns
    -------
    object
        What it returns.
    """
    runner = asyncio.Runner()
    main: list[asyncio.Task[Any]] = []

    async def begun() -> T:
        task = asyncio.current_task()
        assert task is not None
        main.append(task)
        return await function()

    try:
        return runner.run(begun())
    finally:
        _close(runner, main)


def _close(runner: asyncio.Runner, main: list[asyncio.Task[Any]]) -> None:
    loop = runner.get_loop()
    try:
        for task in main:
            if not task.done():
                task.cancel()
                with suppress(asyncio.CancelledError):
                    loop.run_until_complete(task)
    finally:
        if loop.run_until_complete(_left()):
            loop.close()
        else:
            runner.close()


async def _left() -> bool:
    """Cancel all tasks; tell whether one runs on."""
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    return bool(tasks and (await asyncio.wait(tasks, timeout=_LAST))[1])
