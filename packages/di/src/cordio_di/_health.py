"""How services are: each is asked at the same time, with a limit of its own."""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from cordio_di._opened import within
from cordio_di._place import reason

__all__ = ["Health", "asked"]


@dataclass(frozen=True, slots=True)
class Health:
    """What is known of one service's health.

    Parameters
    ----------
    status : str
        ``up`` or ``down``.
    took : float
        How long the answer took, in seconds.
    error : str or None
        The type of the exception and its text, no traceback; None if nothing is wrong. A service that puts
        secrets into its exceptions shows them here: raise one without from ``health``.

    Examples
    --------
    >>> Health("up", 0.002).error is None
    True
    """

    status: Literal["up", "down"]
    took: float
    error: str | None = None


async def asked(objects: Mapping[str, object], limit: float) -> dict[str, Health]:
    """Ask those of the objects that have ``async def health(self)``."""
    checks = {name: getattr(object_, "health", None) for name, object_ in objects.items()}
    async with asyncio.TaskGroup() as group:
        tasks = {
            name: group.create_task(_answer(check, limit), name=f"health of {name}")
            for name, check in checks.items()
            if inspect.iscoroutinefunction(check)
        }
    return {name: task.result() for name, task in tasks.items()}


async def _answer(check: Callable[[], Awaitable[object]], limit: float) -> Health:
    began = time.perf_counter()
    try:
        await within(limit, check())
    except (Exception, asyncio.CancelledError) as error:
        task = asyncio.current_task()
        if isinstance(error, asyncio.CancelledError) and task is not None and task.cancelling():
            raise
        return Health("down", time.perf_counter() - began, reason(error))
    return Health("up", time.perf_counter() - began)
