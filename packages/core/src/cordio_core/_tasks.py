"""Tasks that belong to the application: none is forgotten, none fails in silence."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from cordio_core._exceptions import TaskError
from cordio_core._patience import Patience

__all__ = ["Tasks"]

_LET_THROUGH = "let CancelledError through"
_CATCH = "catch CancelledError where it awaits a task that may be cancelled"


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
        self._ending = False

    def spawn(self, function: Callable[[], Awaitable[object]], name: str) -> None:
        """Start a task.

        Parameters
        ----------
        function : callable
            Called in the task.
        name : str
            How the task is called where it is told of.
        """

        async def body() -> object:
            return await function()

        task: asyncio.Task[object] = asyncio.create_task(body(), name=name)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    async def end(self, patience: Patience, within: float) -> None:
        """Cancel what still runs, and await it.

        Parameters
        ----------
        patience : Patience
            Whose loss ends the wait.
        within : float
            How long the tasks may take for their cleanup, in seconds.
        """
        self._ending = True
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        for task in await patience.ended(tasks, within):
            self._failed(TaskError(task.get_name(), "runs on though it was cancelled", _LET_THROUGH))

    def _ended(self, task: asyncio.Task[object]) -> None:
        self._tasks.discard(task)
        if task.cancelled():
            if not self._ending:
                self._failed(TaskError(task.get_name(), "was cancelled by what it awaits", _CATCH))
        elif (error := task.exception()) is not None:
            self._failed(error)
