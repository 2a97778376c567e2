"""The asynchronous tasks that run: their names, how old they are, and where they wait."""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic
from types import FrameType
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from cordio_monitor._masking import mask
from cordio_monitor._place import lookup

if TYPE_CHECKING:
    import asyncio

__all__ = ["TaskState", "Tasks"]

_LOOK_EVERY = 1.0
_DEEPEST = 100


@dataclass(frozen=True, slots=True)
class TaskState:
    """A task at one moment.

    Parameters
    ----------
    name : str
        Its name.
    age : float
        For how many seconds it is known; it may be a second older.
    where : str
        File, line and function in which it waits or runs; empty if that is not Python code.

    Examples
    --------
    >>> TaskState("serve", 1.5, "home/app.py:7 serve").age
    1.5
    """

    name: str
    age: float
    where: str


class Tasks:
    """Looks once a second which tasks there are: asyncio does not keep when a task began."""

    def __init__(self) -> None:
        self._seen: WeakKeyDictionary[asyncio.Task[object], float] = WeakKeyDictionary()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._timer: asyncio.TimerHandle | None = None

    def watch(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin to look.

        Parameters
        ----------
        loop : asyncio.AbstractEventLoop
            The running event loop.
        """
        self._loop = loop
        self._look()

    def stop(self) -> None:
        """Look no more."""
        if self._timer is not None:
            self._timer.cancel()
        self._loop = self._timer = None

    def states(self) -> tuple[TaskState, ...]:
        """Return the tasks that run.

        Returns
        -------
        tuple[TaskState, ...]
            The oldest first; none while nothing is watched.
        """
        if self._loop is None:
            return ()
        running = self._note()
        now = monotonic()
        aged = sorted(running, key=self._seen.__getitem__)
        return tuple(TaskState(mask(task.get_name()), now - self._seen[task], _where(task)) for task in aged)

    def _look(self) -> None:
        if self._loop is not None:
            self._note()
            self._timer = self._loop.call_later(_LOOK_EVERY, self._look)

    def _note(self) -> set[asyncio.Task[object]]:
        from asyncio import all_tasks

        running = all_tasks(self._loop)
        now = monotonic()
        for task in running:
            self._seen.setdefault(task, now)
        return running


def _where(task: asyncio.Task[object]) -> str:
    """Follow what the task awaits to the innermost Python frame."""
    waits: object = task.get_coro()
    frame: FrameType | None = None
    for _ in range(_DEEPEST):
        inner = getattr(waits, "cr_frame", None) or getattr(waits, "ag_frame", None)
        frame = inner or getattr(waits, "gi_frame", None) or frame
        waits = getattr(waits, "cr_await", None) or getattr(waits, "gi_yieldfrom", None)
        if waits is None:
            break
    if frame is None:
        return ""
    place = lookup(frame.f_code, frame.f_lasti)
    return f"{place['file']}:{place['line']} {place['function']}"
