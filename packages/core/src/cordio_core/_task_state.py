"""What is known of tasks, as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["TaskCounts", "TaskHealth", "TaskState"]


@dataclass(frozen=True, slots=True)
class TaskState:
    """One task.

    Parameters
    ----------
    name : str
        Its name.
    state : str
        ``running``, ``waiting`` for its turn, or ``pausing`` before a restart.
    age : float
        How long ago it was started, in seconds; restarts do not count.
    restarts : int
        How often it was started again.
    last_error : str
        The type of its last exception and where it was raised; empty if there was none.
    line : str
        File and line that it waits at; empty if it waits nowhere.
    """

    name: str
    state: Literal["running", "waiting", "pausing"]
    age: float
    restarts: int = 0
    last_error: str = ""
    line: str = ""


@dataclass(frozen=True, slots=True)
class TaskCounts:
    """How many tasks there were; started = finished + failed + cancelled + running.

    Parameters
    ----------
    started : int
        Those that were started.
    finished : int
        Those that came to their end.
    failed : int
        Those that failed for good.
    cancelled : int
        Those that were cancelled.
    running : int
        Those that are there, also if they wait for their turn or a restart.
    restarts : int
        How often one was started again.
    """

    started: int = 0
    finished: int = 0
    failed: int = 0
    cancelled: int = 0
    running: int = 0
    restarts: int = 0


@dataclass(frozen=True, slots=True)
class TaskHealth:
    """How a task is whose failure keeps the application from being ready.

    Parameters
    ----------
    status : str
        ``up`` or ``down``.
    took : float
        Nothing: the answer is known.
    error : str or None
        What is wrong.
    """

    status: str = "up"
    took: float = 0.0
    error: str | None = None
