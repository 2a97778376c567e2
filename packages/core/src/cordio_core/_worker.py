"""One of several processes: what its supervisor keeps of it, and how it begins its own life."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from types import FrameType

from cordio_core._exits import Exit
from cordio_core._signals import ENDS

__all__ = ["Lifeline", "Worker", "become", "exit_code"]

_READY, _ALIVE = b"r", b"a"


@dataclass(frozen=True, slots=True)
class Lifeline:
    """What a worker has of its supervisor.

    Parameters
    ----------
    told : int
        A descriptor: the worker writes to it when it is up.
    alive : int
        A descriptor that ends with the supervisor.
    period : float or None
        How often the supervisor wants to hear that the worker is alive, in seconds; None if it need not.
    """

    told: int
    alive: int
    period: float | None = None

    def ready(self) -> None:
        """Tell the supervisor that this worker is up."""
        with suppress(BrokenPipeError):
            os.write(self.told, _READY)

    def beat(self) -> None:
        """Tell the supervisor that this worker is alive; one that reads nothing is not waited for."""
        with suppress(BrokenPipeError, BlockingIOError):
            os.write(self.told, _ALIVE)


@dataclass(slots=True)
class Worker:
    """A process that was forked.

    Parameters
    ----------
    pid : int
        Its number.
    told : int
        The descriptor on which it tells that it is up.
    began : float
        When it was forked, in seconds of the monotonic clock.
    is_ready : bool
        Whether it is up.
    heard : float
        When it was last heard of, by the same clock.
    is_mute : bool
        Whether nothing more will be heard of it: it is about to end.
    """

    pid: int
    told: int
    began: float = field(default_factory=time.monotonic)
    is_ready: bool = False
    heard: float = 0.0
    is_mute: bool = False


def become(descriptors: Iterable[int]) -> None:
    """Leave behind what is the supervisor's, in a process that was just forked.

    Parameters
    ----------
    descriptors : iterable of int
        The supervisor's own, which are closed.
    """
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends it to all: the supervisor passes it on
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDS)
    for descriptor in descriptors:
        os.close(descriptor)


def exit_code(code: int) -> int:
    """Return the code of a worker, as a shell would.

    Parameters
    ----------
    code : int
        Its exit code, or the number of the signal that killed it, negative.

    Returns
    -------
    int
        The code; 128 and its number for a signal.

    Examples
    --------
    >>> exit_code(0), exit_code(-9)
    (0, 137)
    """
    return code if code >= 0 else 128 - code


def _leave(number: int, frame: FrameType | None) -> None:
    """End a worker that is told to stop before it has begun, or after it has ended."""
    raise SystemExit(Exit.OK)
