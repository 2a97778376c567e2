"""Tasks that belong to the application: none is forgotten, none fails in silence."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Self

__all__ = ["Tasks"]


class Tasks:
    """Owns tasks from their start to their end.

    Parameters
    ----------
    failed : callable
        Told of the exception of a task that fails.
    """

    def __init__(self, failed: Callable[[BaseException], None]) -> None:
        self._failed = failed
        self._tasks: set[asyncio.Task[object]] = set()

    def spawn(self, function: Callable[[], Awaitable[object]], name: str) -> asyncio.Task[object]:
        """Start a task.

        Parameters
        ----------
        function : callable
            Called in the task.
        name : str
            How the task is called in listings.

        Returns
        -------
        asyncio.Task
            The task.
        """

        async def body() -> object:
            return await function()

        task: asyncio.Task[object] = asyncio.create_task(body(), name=f"cordio {name}")
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    async def __aenter__(self) -> Self:
        """Begin to own tasks."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        """Cancel what still runs, and await it."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _ended(self, task: asyncio.Task[object]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._failed(error)
