"""Tasks that belong to the application: none is forgotten, none fails in silence."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Iterable

from cordio_core._exceptions import TaskError
from cordio_core._patience import Patience
from cordio_core._spawning import Spawning
from cordio_core._supervisor import Supervisor
from cordio_core._task_ground import Task
from cordio_core._task_work import Work
from cordio_core._waiting import line

__all__ = ["Tasks"]

_LET_THROUGH = "let CancelledError through"
_LEAST = 1.0  # what a task may take for its cleanup, however late it is, in seconds


class Tasks(Spawning):
    """Owns tasks from their start to their end: the application's own, and those that are spawned."""

    def begin(self, works: Iterable[Work] = ()) -> None:
        """Take the context of the caller as that of all tasks, and start the application's own.

        Parameters
        ----------
        works : iterable of Work
            What runs as long as the application.
        """
        self._loop = asyncio.get_running_loop()
        self._is_plain = self._loop.get_task_factory() is None
        self._context = contextvars.copy_context()
        for work in works:
            supervisor = Supervisor(work, self._guard, self._clock, self._monitor.log, self._failed)
            task: Task = self._loop.create_task(supervisor.run(), name=work.name, context=self._context.copy())
            self._own.add(task)
            self._started += 1
            task.add_done_callback(self._own_ended)
            self._supervisor(supervisor, task)

    async def end(self, patience: Patience, within: float) -> None:
        """Let spawned tasks finish, then cancel what still runs, and await it.

        Parameters
        ----------
        patience : Patience
            Whose loss ends the wait.
        within : float
            How long all of that may take, in seconds.
        """
        began = asyncio.get_running_loop().time()
        for task, supervisor in self._supervisors.items():
            supervisor.is_ending = True
            if supervisor.is_pausing:
                task.cancel()
        try:
            await self._finish(patience, began + within)
        finally:
            self._is_shut = True
            for task in self._own:
                task.cancel()
            used = asyncio.get_running_loop().time() - began
            self._abandon(await patience.ended(list(self._own), max(within - used, min(within, _LEAST))))

    async def _finish(self, patience: Patience, deadline: float) -> None:
        """Await spawned tasks, and those that they spawn; when the time is over, cancel them."""
        left: list[Task] = []
        while tasks := [each.task for each in self._spawned.values() if each.task not in left]:
            within = max(0.0, deadline - asyncio.get_running_loop().time())
            self._is_shut = not within or patience.is_lost
            left += await patience.ended(tasks, within)
        self._abandon(left)

    def _abandon(self, tasks: Iterable[Task]) -> None:
        for task in tasks:
            self._monitor.log.error("a task is left behind", task=task.get_name(), at=line(task))
            self._failed(TaskError(task.get_name(), "runs on though it was cancelled", _LET_THROUGH))

    def _own_ended(self, task: Task) -> None:
        self._own.discard(task)
        if task.cancelled():
            self._cancelled += 1
            self._tell(task)
        elif not self._tell(task):
            self._broken += 1
        else:
            self._finished += 1
            if self._supervisors[task].work.ends:
                self._over()
