"""The course of one call that a service layer repeats: what failed so far, and what comes next."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from cordio_errors._deadline import Armed, end
from cordio_errors._failures import CircuitOpen, DeadlineExceeded
from cordio_errors._hint import hinted
from cordio_errors._mark import marks
from cordio_errors._notes import annotate
from cordio_errors._pause import now
from cordio_errors._retry import Failure, Retry
from cordio_errors._text import described

if TYPE_CHECKING:
    from cordio_errors._schedule import Schedule

__all__ = ["Course"]

_PATIENCE = 60.0


class Course:
    """Decides after each failure of one call.

    Parameters
    ----------
    layer : str
        The layer, by the name of its function.
    start : float
        When the call began, by `now`.

    """

    __slots__ = (
        "_armed",
        "_attempt",
        "_failures",
        "layer",
        "_limit",
        "_schedule",
        "_start",
    )

    def __init__(self, layer: str, start: float) -> None:
        self.layer, self._start = layer, start
        self._limit, self._attempt = 0.0, 1
        self._failures: list[tuple[int, str]] = []
        self._schedule: Schedule | None = None
        self._armed: Armed | None = None

    @property
    def failed(self) -> int:
        """How many attempts have failed and been followed by another."""
        return self._attempt - 1

    def armed(self, within: float) -> Armed:
        """Limit all attempts and waits together.

        Parameters
        ----------
        within : float
            In seconds, until a failure says by its own rule what counts.

        Returns
        -------
        Armed
            For ``async with`` around all attempts; it raises `DeadlineExceeded`.
        """
        self._limit = within
        self._armed = Armed(self._start + within, self._cut)
        return self._armed

    def disarm(self) -> None:
        """Tell that the block under `armed` has ended; only what is inherited counts."""
        self._armed = None

    def wait(self, error: Exception, since: int, retry: Retry | None) -> float | None:
        """Tell how long to wait before the next attempt.

        Parameters
        ----------
        error : Exception
            How the last attempt failed.
        since : int
            ``marks.latest`` as it was when that attempt began.
        retry : Retry or None
            The scheme for it, as the tables choose it.

        Returns
        -------
        float or None
            Seconds; None if the exception is to come out.
        """
        refused = isinstance(error, CircuitOpen)
        if retry is None or (not retry.nested and (refused or marks.exhausted(error, since))):
            self._hand_up(error, since, exhausted=refused)
            return None
        pause = self._pause(retry, error)
        if pause is None:
            self._hand_up(error, since, exhausted=True)
            return None
        if self._armed is not None:
            self._move(self._armed, retry)
        self._failures.append((self._attempt, described(error)))
        self._attempt += 1
        return pause

    def _pause(self, retry: Retry, error: Exception) -> float | None:
        if retry.budget is not None and not retry.budget.failed():
            annotate(error, f"{self.layer} is not repeated: its retry budget is spent")
            return None
        try:
            pause = self._scheduled(retry, error)
        except Exception as broken:
            annotate(error, f"{self.layer} is not repeated: its retry scheme raised {described(broken)}")
            return None
        if pause is None or self._is_late(retry, pause):
            return None
        if retry.hook is not None:
            self._tell(retry, error, pause)
        return pause

    def _scheduled(self, retry: Retry, error: Exception) -> float | None:
        schedule = self._schedule = self._schedule or _schedules()(self._start)
        pause = schedule.wait(retry, self._attempt, error)
        if pause is None:
            return None
        asked = hinted(error) if retry.hint is None else retry.hint(error)
        if asked is None:
            return pause
        if asked < 0 or (self._end(retry) is None and asked > _patience(retry)):
            annotate(error, f"{self.layer} is not repeated: {_refusal(asked)}")
            return None
        return asked

    def _is_late(self, retry: Retry, pause: float) -> bool:
        limit = self._end(retry)
        return limit is not None and now() + pause >= limit

    def _end(self, retry: Retry) -> float | None:
        inherited = end.get() if self._armed is None else self._armed.inherited
        if retry.within_seconds is None:
            return inherited
        own = self._start + retry.within_seconds
        return own if inherited is None or own < inherited else inherited

    def _tell(self, retry: Retry, error: Exception, pause: float) -> None:
        try:
            if retry.hook is not None:
                retry.hook(Failure(self.layer, self._attempt, error, pause))
        except Exception as broken:
            annotate(error, f"the hook of {self.layer} raised {described(broken)}")

    def _cut(self) -> Exception:
        error = DeadlineExceeded(self.layer, self._limit, self._attempt)
        self._hand_up(error, marks.latest, exhausted=True)
        return error

    def _hand_up(self, error: Exception, since: int, *, exhausted: bool) -> None:
        for attempt, failure in self._failures:
            annotate(error, f"attempt {attempt} of {self.layer} failed: {failure}")
        if exhausted or self._attempt > 1:
            mark = marks.of(error, since)
            mark.attempts, mark.exhausted = max(mark.attempts, self._attempt), mark.exhausted or exhausted

    def _move(self, armed: Armed, retry: Retry) -> None:
        """From the first failure on, the limit is that of the rule which repeats the call."""
        within = retry.within_seconds
        self._limit = self._limit if within is None else within
        armed.move(None if within is None else self._start + within)


@cache
def _schedules() -> type[Schedule]:
    # It imports tenacity, which only a repeat should pay for.
    from cordio_errors._schedule import Schedule

    return Schedule


def _patience(retry: Retry) -> float:
    return max(_PATIENCE, retry.pause[1] if retry.pause else 0.0)


def _refusal(asked: float) -> str:
    return "it asks not to be" if asked < 0 else f"it asks to wait {asked:g} s, and no limit allows for that"
