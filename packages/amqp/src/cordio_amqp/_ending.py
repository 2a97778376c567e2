"""The end of tasks, within a limit."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from typing import Any

__all__ = ["ended"]

_PATIENCE = 1.0


async def ended(tasks: Collection[asyncio.Task[Any]]) -> None:
    """Wait a moment for the end of tasks that have no reason to wait any more; cancel those that do."""
    running = set(tasks)
    if running:
        _, running = await asyncio.wait(running, timeout=_PATIENCE)
    for task in running:
        task.cancel()
    if running:
        await asyncio.wait(running, timeout=_PATIENCE)
