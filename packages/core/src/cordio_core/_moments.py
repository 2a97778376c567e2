"""When the moments of a schedule come."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from cordio_core.events import ScheduleEvent
from cordio_core.protocols import Clock

__all__ = ["Moments", "moments"]

_MOST = 1_000  # missed moments that are counted one by one
_SET_BACK = 3 * 3600.0  # cron(8): a clock that is set back by less is waited for, no moment comes twice


class Moments(Protocol):
    """The moments of one schedule, as time goes on."""

    def left(self) -> float | None:
        """Return how long it is until the next one, in seconds; None if none comes any more."""
        ...

    def advance(self) -> int:
        """Go on to the one after the next, in the future; return how many were missed on the way."""
        ...


class Interval:
    """Moments that have the same time between them.

    Parameters
    ----------
    period : float
        That time, in seconds.
    at_start : bool
        Whether the first one is now.
    clock : Clock
        The time.
    """

    def __init__(self, period: float, at_start: bool, clock: Clock) -> None:
        self._period, self._clock = period, clock
        self._next = clock.monotonic() + (0.0 if at_start else period)

    def left(self) -> float:
        """Return how long it is until the next one.

        Returns
        -------
        float
            Seconds.
        """
        return self._next - self._clock.monotonic()

    def advance(self) -> int:
        """Go on to the next one in the future.

        Returns
        -------
        int
            How many were missed on the way.
        """
        missed = max(0, int(-self.left() // self._period))
        self._next += (missed + 1) * self._period
        return missed


class Calendar:
    """Moments that clocks show.

    Parameters
    ----------
    after : callable
        Returns the next one after a moment, in seconds since 1970 in UTC; None if there is none.
    clock : Clock
        The time.
    """

    def __init__(self, after: Callable[[float], float | None], clock: Clock) -> None:
        self._after, self._clock = after, clock
        self._seen = clock.now(), clock.monotonic()
        self._next = after(self._seen[0])

    def left(self) -> float | None:
        """Return how long it is until the next one; a clock that was set back far begins anew.

        Returns
        -------
        float or None
            Seconds; None if none comes any more.
        """
        now, passed = self._clock.now(), self._clock.monotonic()
        expected = self._seen[0] + passed - self._seen[1]
        self._seen = now, passed
        if now < expected - _SET_BACK:
            self._next = self._after(now)
        return None if self._next is None else self._next - now

    def advance(self) -> int:
        """Go on to the next one in the future.

        Returns
        -------
        int
            How many were missed on the way; of very many only the first thousand are counted.
        """
        now, missed = self._clock.now(), 0
        following = None if self._next is None else self._after(self._next)
        while following is not None and following <= now:
            missed += 1
            following = self._after(following if missed < _MOST else now)
        self._next = following
        return missed


def moments(event: ScheduleEvent, clock: Clock) -> Moments:
    """Return the moments of a schedule from now on.

    Parameters
    ----------
    event : ScheduleEvent
        The schedule.
    clock : Clock
        The time.

    Returns
    -------
    Moments
        Its moments.
    """
    if event.period:
        return Interval(event.period, event.at_start, clock)
    if event.expression:
        from cordio_core._cron import Cron

        return Calendar(Cron(event.expression, event.zone).after, clock)
    return Calendar(lambda moment: event.moment if moment < event.moment else None, clock)
