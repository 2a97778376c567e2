"""What is kept of the tasks of an application, and how they are counted."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable, Mapping
from typing import TypeAlias

from cordio_core._exceptions import CoreError, TaskError
from cordio_core._report import Tally
from cordio_core._spawned import Spawned
from cordio_core._supervisor import Supervisor
from cordio_core._task_state import TaskCounts, TaskHealth, TaskState
from cordio_core._waiting import line
from cordio_core.protocols import Clock, Guard, Monitor, Outcome

__all__ = ["Task", "TaskGround"]

Task: TypeAlias = "asyncio.Task[Outcome]"


class TaskGround:
    """The books of the tasks; see `Tasks`.

    Parameters
    ----------
    guard : Guard
        The handler layer.
    monitor : Monitor
        Where records and spans go.
    clock : Clock
        The time.
    failed : callable
        Stops the application for an exception.
    over : callable
        Stops the application in order.
    tally : Tally
        What spawned tasks are counted in.
    most : int
        How many spawned tasks there may be at a time.
    """

    def __init__(
        self,
        guard: Guard,
        monitor: Monitor,
        clock: Clock,
        failed: Callable[[BaseException], None],
        over: Callable[[], None],
        tally: Tally,
        most: int,
    ) -> None:
        self._guard, self._monitor, self._clock = guard, monitor, clock
        self._failed, self._over, self._tally, self._most = failed, over, tally, most
        self._spawned: dict[object, Spawned] = {}
        self._own: set[Task] = set()
        self._supervisors: dict[Task, Supervisor] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._context = contextvars.copy_context()
        self._is_plain = self._is_shut = False
        self._started = self._finished = self._broken = self._cancelled = 0  # of the application's own
        self._failures = self._restarts = 0

    @property
    def counts(self) -> TaskCounts:
        """How many tasks there were, of every kind."""
        spawned = self._tally
        return TaskCounts(
            self._started + spawned.accepted,
            self._finished + spawned.finished - self._failures,
            self._broken + self._failures,
            self._cancelled + spawned.cancelled,
            len(self._own) + len(self._spawned),
            self._restarts + sum(supervisor.restarts for supervisor in self._supervisors.values()),
        )

    @property
    def states(self) -> tuple[TaskState, ...]:
        """How each task is, the application's own first."""
        own = (self._supervisors[task].state(task) for task in self._own)
        return (*own, *map(self._state, self._spawned.values()))

    def health(self) -> Mapping[str, TaskHealth]:
        """Tell which tasks keep the application from being ready.

        Returns
        -------
        mapping of str to TaskHealth
            Those whose policy says so, well or not.
        """
        found = {f"task {each.work.name}": each.health() for each in self._supervisors.values()}
        return {name: health for name, health in found.items() if health is not None}

    def _state(self, found: Spawned) -> TaskState:
        if found.task in self._supervisors:
            return self._supervisors[found.task].state(found.task)
        age = self._clock.monotonic() - found.began
        return TaskState(found.name, "running", age, line=line(found.task))

    def _supervisor(self, supervisor: Supervisor, task: Task) -> None:
        """Keep a supervisor as long as its task is there."""
        self._supervisors[task] = supervisor
        task.add_done_callback(self._unsupervised)

    def _unsupervised(self, task: Task) -> None:
        self._restarts += self._supervisors.pop(task).restarts

    def _refusal(self, name: str) -> CoreError:
        """Say why a task cannot be: it comes at the wrong time or place, or is too many."""
        if self._is_shut or self._loop is None:
            return CoreError(
                f"the task {name!r} comes when the application does not run yet or no more: "
                "spawn it between its start and its stop"
            )
        if asyncio._get_running_loop() is not self._loop:
            return CoreError(
                f"the task {name!r} was spawned outside of the application's event loop: "
                "spawn it in async code, not in a thread"
            )
        what = f"is one too many: there are {self._most}"
        return TaskError(name, what, "await some of them, or raise app.tasks")

    def _tell(self, task: Task) -> bool:
        """Tell of an end that no layer took; tell whether the task came to its end by itself."""
        if task.cancelled():
            if not task.cancelling():
                self._monitor.log.error("a task was cancelled by what it awaits", task=task.get_name())
        elif (error := task.exception()) is not None:
            self._failed(error)
        else:
            outcome = task.result()
            if outcome.ended == "halt" and outcome.error is not None:
                self._failed(outcome.error)
            return outcome.answer is None
        return False
