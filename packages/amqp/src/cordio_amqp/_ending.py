"""The end of tasks, within a limit."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Coroutine
from typing import Any

__all__ = ["closed", "ended"]

_PATIENCE = 1.0


async def closed(ending: Coroutine[object, object, None], within: float, cut: Callable[[], None]) -> None:
    """Let a connection end in good order; cut it after so many seconds, or when nobody waits any more."""
    task = asyncio.create_task(ending)
    try:
        await asyncio.wait({task}, timeout=within)
    finally:
        cut()
        await ended([task])


async def ended(tasks: Collection[asyncio.Task[Any]]) -> None:
    """Wait a moment for the end of tasks that have no reason to wait any more; cancel those that do."""
    running = set(tasks)
    if running:
        _, running = await asyncio.wait(running, timeout=_PATIENCE)
    for task in running:
        task.cancel()
    if running:
        await asyncio.wait(running, timeout=_PATIENCE)
