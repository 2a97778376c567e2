"""The waits of a retry scheme, by the strategies of tenacity; imported when a call is first repeated."""

from __future__ import annotations

from tenacity import RetryCallState, Retrying
from tenacity.wait import WaitBaseT, wait_fixed, wait_random_exponential

from cordio_errors._retry import Retry

__all__ = ["Schedule"]

_NOBODY = Retrying()


class Schedule:
    """Decides after each failure of one call.

    Parameters
    ----------
    start : float
        When the call began, by `time.monotonic`.
    """

    __slots__ = ("_state",)

    def __init__(self, start: float) -> None:
        self._state = RetryCallState(_NOBODY, None, (), {})
        self._state.start_time = start

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
        state = self._state
        state.attempt_number = attempt
        state.set_exception((type(error), error, error.__traceback__))
        try:
            state.upcoming_sleep = max(0.0, float(_waiting(retry)(state)))
            over = _is_over(retry, state)
        finally:
            state.outcome = None  # it holds the exception, whose traceback holds the frame that holds us
        if over:
            return None
        state.idle_for += state.upcoming_sleep
        return state.upcoming_sleep


def _waiting(retry: Retry) -> WaitBaseT:
    if callable(retry.wait):
        return retry.wait
    low, high = retry.pause or (0.0, 0.0)
    return wait_fixed(low) if low == high else wait_random_exponential(multiplier=low, max=high)


def _is_over(retry: Retry, state: RetryCallState) -> bool:
    if retry.most is not None and state.attempt_number >= retry.most:
        return True
    return retry.stop is not None and bool(retry.stop(state))
