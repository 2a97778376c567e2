"""An event loop for a whole process, that ends even if a task does not."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, TypeVar

from cordio_core._exceptions import CoreError

__all__ = ["VARIABLE", "run"]

VARIABLE = "CORDIO_LOOP"

T = TypeVar("T")

_LAST = 1.0


def run(function: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run an async function in an event loop of its own.

    As ``asyncio.run``, but what interrupts the loop (SystemExit) lets the function come to its end first, and
    a task that does not heed its cancellation is left behind after a second. It is uvloop's loop where that
    is installed, unless the environment variable ``CORDIO_LOOP`` says ``asyncio``; ``uvloop`` makes it a must.

    Parameters
    ----------
    function : callable
        The async function.

    Returns
    -------
    object
        What it returns.

    Raises
    ------
    CoreError
        If there is no such event loop.
    """
    runner = asyncio.Runner(loop_factory=_factory())
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


def _factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """Return what makes the event loop; None for that of the standard library."""
    wanted = os.environ.get(VARIABLE) or "auto"
    if wanted not in ("auto", "asyncio", "uvloop"):
        raise CoreError(f"{VARIABLE}={wanted!r} is no event loop: write 'auto', 'asyncio' or 'uvloop'")
    if wanted == "asyncio":
        return None
    try:
        from uvloop import new_event_loop
    except ImportError:
        if wanted == "uvloop":
            raise CoreError(f"{VARIABLE}='uvloop', but it is not installed: pip install uvloop") from None
        return None
    return new_event_loop


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
