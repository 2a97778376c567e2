"""The threads of a monitor."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread
from time import monotonic, sleep

__all__ = ["Worker"]

_LOOK_EVERY = 0.001


class Worker(Thread):
    """A thread whose end a signal handler can wait for, whatever wait for the same end it interrupted.

    ``Thread.join`` holds a lock for a moment when the thread has ended; whoever interrupts it just then
    waits for that lock until its time is over.

    Parameters
    ----------
    target : Callable[[], object]
        What it does.
    name : str
        What it is called.

    Examples
    --------
    >>> worker = Worker(lambda: None, "nothing to do")
    >>> worker.start()
    >>> worker.ends_within(5)
    True
    """

    def __init__(self, target: Callable[[], object], name: str) -> None:
        super().__init__(name=name, daemon=True)
        self._work = target
        self._ended = False

    def run(self) -> None:
        """Do it."""
        try:
            self._work()
        finally:
            self._ended = True

    def ends_within(self, seconds: float) -> bool:
        """Wait for the end.

        Parameters
        ----------
        seconds : float
            For how many seconds at most.

        Returns
        -------
        bool
            Whether it has ended.
        """
        until = monotonic() + seconds
        while not self._ended and monotonic() < until:
            sleep(_LOOK_EVERY)
        return self._ended
