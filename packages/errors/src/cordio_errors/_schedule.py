"""The waits of a retry scheme, by the strategies of tenacity; imported when a call is first repeated."""

from __future__ import annotations

from functools import lru_cache
from typing import cast

from tenacity import RetryCallState, Retrying
from tenacity.wait import WaitBaseT, wait_fixed, wait_random_exponential

from cordio_errors._retry import Retry

__all__ = ["Schedule"]

_NOBODY = Retrying()


class _Turn:
    """As much of tenacity's state as its plain strategies look at."""

    __slots__ = ("attempt_number",)

    def __init__(self, attempt: int) -> None:
        self.attempt_number = attempt


class Schedule:
    """Decides after each failure of one call.

    Parameters
    ----------
    start : float
        When the call began, by `time.monotonic`.
    """

    __slots__ = ("_start", "_state")

    def __init__(self, start: float) -> None:
        self._start = start
        self._state: RetryCallState | None = None

    def wait(self, retry: Retry, attempt: int, error: Exception) -> float | None:
        """Tell how long to wait before the next attempt.

        Parameters
        ----------
        retry : Retry
            The scheme.
        attempt : int
            The number of the attempt that failed, from 1.
        error : Exception
            How it failed.

        Returns
        -------
        float or None
            Seconds; None if there is to be no other attempt.

        Examples
        --------
        >>> from time import monotonic
        >>> scheme = Retry(attempts=2, wait="10ms")
        >>> schedule = Schedule(monotonic())
        >>> schedule.wait(scheme, 1, OSError()), schedule.wait(scheme, 2, OSError())
        (0.01, None)
        """
        if retry.pause is None or retry.stop is not None:
            return self._asked(retry, attempt, error)
        if retry.most is not None and attempt >= retry.most:
            return None
        low, high = retry.pause
        if low == high:
            return low
        return _growing(low, high)(cast(RetryCallState, _Turn(attempt)))

    def _asked(self, retry: Retry, attempt: int, error: Exception) -> float | None:
        """Ask strategies that the user gave: they may look at everything that tenacity knows."""
        state = self._state = self._state or self._begun()
        state.attempt_number = attempt
        state.set_exception((type(error), error, error.__traceback__))
        try:
            state.upcoming_sleep = max(0.0, float(_strategy(retry)(state)))
            over = _is_over(retry, state)
        finally:
            state.outcome = None  # it holds the exception, whose traceback holds the frame that holds us
        if over:
            return None
        state.idle_for += state.upcoming_sleep
        return state.upcoming_sleep

    def _begun(self) -> RetryCallState:
        state = RetryCallState(_NOBODY, None, (), {})
        state.start_time = self._start
        return state


@lru_cache(maxsize=256)
def _growing(low: float, high: float) -> WaitBaseT:
    return wait_random_exponential(multiplier=low, max=high)


def _strategy(retry: Retry) -> WaitBaseT:
    if callable(retry.wait):
        return retry.wait
    low, high = retry.pause or (0.0, 0.0)
    return wait_fixed(low) if low == high else _growing(low, high)


def _is_over(retry: Retry, state: RetryCallState) -> bool:
    if retry.most is not None and state.attempt_number >= retry.most:
        return True
    return retry.stop is not None and bool(retry.stop(state))
