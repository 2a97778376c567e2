"""Waiting between attempts, and the clock that a test puts in its place."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from cordio_errors._context import restore
from cordio_errors._duration import seconds as read

__all__ = ["Clock", "now", "pause", "pause_now", "sleeping"]

_AT_ONCE = 3  # a turn of the loop costs as much as a failure

Sleep = Callable[[float], Awaitable[object] | None]


class Clock:
    """The clock in force while waits are replaced: what is waited counts, and takes no time.

    Parameters
    ----------
    by : callable or None
        Called with the seconds of each wait.

    Attributes
    ----------
    waits : list of float
        What was waited, in seconds.
    ahead : float
        By how many seconds it is ahead of the real clock.

    Examples
    --------
    >>> with sleeping() as clock:
    ...     pause_now(5.0)
    ...     clock.advance("1m")
    >>> clock.waits, clock.ahead
    ([5.0], 65.0)
    """

    __slots__ = ("_by", "ahead", "waits")

    def __init__(self, by: Sleep | None = None) -> None:
        self._by, self.ahead = by, 0.0
        self.waits: list[float] = []

    def advance(self, duration: str | float, /) -> None:
        """Let time pass: limits come nearer, open circuits nearer to their end.

        Parameters
        ----------
        duration : str or float
            As in ``"30s"``; a number is seconds.
        """
        self.ahead += read(duration)

    def wait(self, seconds: float) -> Awaitable[object] | None:
        """Wait by the replacement.

        Parameters
        ----------
        seconds : float
            How long.

        Returns
        -------
        awaitable or None
            What the replacement returned.
        """
        self.waits.append(seconds)
        self.ahead += seconds
        return self._by(seconds) if self._by is not None else None


_clock: ContextVar[Clock | None] = ContextVar("cordio_errors_clock", default=None)


@contextmanager
def sleeping(by: Sleep | None = None) -> Iterator[Clock]:
    """Replace the waits between attempts, in this context and in the tasks that are started in it.

    Parameters
    ----------
    by : callable or None
        Called with the seconds instead of waiting, and awaited if it can be; None takes no time at all.

    Yields
    ------
    Clock
        What was waited; the time counts for limits as if it had passed.

    Examples
    --------
    >>> from cordio_errors import Errors, Retry
    >>> errors, line = Errors(), [OSError("busy"), "connected"]
    >>> errors.on(OSError, retry=Retry(attempts=3, wait="1h"))
    >>> @errors.service
    ... def connect() -> str:
    ...     if isinstance(word := line.pop(0), OSError):
    ...         raise word
    ...     return word
    >>> with sleeping() as clock:
    ...     connect(), clock.waits
    ('connected', [3600.0])
    """
    clock = Clock(by)
    token = _clock.set(clock)
    try:
        yield clock
    finally:
        restore(_clock, token)


def now() -> float:
    """Tell the time by which limits are counted.

    Returns
    -------
    float
        Seconds of `time.monotonic`, and what a replaced wait has skipped.
    """
    clock = _clock.get()
    return time.monotonic() if clock is None else time.monotonic() + clock.ahead


async def pause(seconds: float, failed: int) -> None:
    """Wait before the next attempt; other tasks run meanwhile, from the fourth failure on without a wait too.

    Parameters
    ----------
    seconds : float
        How long.
    failed : int
        How many attempts have failed.
    """
    clock = _clock.get()
    if clock is None:
        if seconds > 0 or failed > _AT_ONCE:
            await asyncio.sleep(seconds)
        return
    waiting = clock.wait(seconds)
    await (asyncio.sleep(0) if waiting is None else waiting)


def pause_now(seconds: float) -> None:
    """Wait in the running thread.

    Parameters
    ----------
    seconds : float
        How long.
    """
    clock = _clock.get()
    if clock is None:
        time.sleep(seconds)
    else:
        clock.wait(seconds)
