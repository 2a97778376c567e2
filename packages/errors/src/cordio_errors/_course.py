"""The course of one call that a service layer repeats: what failed so far, and what comes next."""

from __future__ import annotations

import asyncio
from time import monotonic
from typing import TYPE_CHECKING

from cordio_errors._exceptions import DeadlineExceeded
from cordio_errors._mark import annotate, marks
from cordio_errors._retry import Retry
from cordio_errors._rules import Rules
from cordio_errors._text import described

if TYPE_CHECKING:
    from cordio_errors._schedule import Schedule

__all__ = ["Course"]


class Course:
    """Decides after each failure of one call.

    Parameters
    ----------
    rules : Rules
        Which failures are repeated, and how.
    layer : str
        The layer, by the name of its function.
    start : float
        When the call began, by `time.monotonic`.

    Attributes
    ----------
    timer : asyncio.Timeout or None
        What cuts the running attempt.
    """

    __slots__ = (
        "_attempt",
        "_failures",
        "_layer",
        "_limit",
        "_over",
        "_rules",
        "_schedule",
        "_start",
        "timer",
    )

    def __init__(self, rules: Rules, layer: str, start: float) -> None:
        self._rules, self._layer, self._start = rules, layer, start
        self._limit = rules.within or 0.0
        self._attempt, self._over = 1, False
        self._failures: list[str] = []
        self._schedule: Schedule | None = None
        self.timer: asyncio.Timeout | None = None

    def wait(self, error: Exception, since: int) -> float | None:
        """Tell how long to wait before the next attempt.

        Parameters
        ----------
        error : Exception
            How the last attempt failed.
        since : int
            ``marks.latest`` as it was when that attempt began.

        Returns
        -------
        float or None
            Seconds; None if the exception is to come out.
        """
        retry = self._rules.retry(error)
        repeatable = retry is not None and not marks.exhausted(error, since)
        pause = self._pause(retry, error) if retry is not None and repeatable else None
        if retry is None or pause is None:
            self._hand_up(error, since, exhausted=repeatable)
            return None
        self._set_timer(retry)
        self._failures.append(f"attempt {self._attempt} of {self._layer} failed: {described(error)}")
        self._attempt += 1
        return pause

    def cut(self) -> DeadlineExceeded | None:
        """Make the error for an attempt that the timer has cut.

        Returns
        -------
        DeadlineExceeded or None
            The error; None if what comes out is the call's own.
        """
        if self._over:
            return None
        error = DeadlineExceeded(self._layer, self._limit, self._attempt)
        self._hand_up(error, marks.latest, exhausted=True)
        return error

    def _pause(self, retry: Retry, error: Exception) -> float | None:
        from cordio_errors._schedule import Schedule

        self._schedule = self._schedule or Schedule(self._start)
        try:
            pause = self._schedule.wait(retry, self._attempt, error)
        except Exception as broken:
            annotate(error, f"{self._layer} is not repeated: its retry scheme raised {described(broken)}")
            return None
        end = retry.within_seconds
        late = pause is not None and end is not None and monotonic() + pause >= self._start + end
        return None if late else pause

    def _hand_up(self, error: Exception, since: int, *, exhausted: bool) -> None:
        self._over = True
        for failure in self._failures:
            annotate(error, failure)
        if exhausted or self._attempt > 1:
            mark = marks.of(error, since)
            mark.attempts, mark.exhausted = max(mark.attempts, self._attempt), mark.exhausted or exhausted

    def _set_timer(self, retry: Retry) -> None:
        """From the first failure on, the limit is that of the rule which repeats the call."""
        if self.timer is None or self.timer.expired():
            return
        if retry.within_seconds is None:
            self.timer.reschedule(None)
            return
        self._limit = retry.within_seconds
        left = self._start + self._limit - monotonic()
        self.timer.reschedule(asyncio.get_running_loop().time() + left)
