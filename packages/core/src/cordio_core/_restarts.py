"""When a failed task is started again, and when no more."""

from __future__ import annotations

import random
from collections import deque

from cordio_core._duration import Duration
from cordio_core._policy import Degrade, Restart

__all__ = ["Restarts"]

_HIGHEST = 60  # doublings; more would only overflow


class Restarts:
    """Counts the restarts of one task.

    Parameters
    ----------
    policy : Restart or Degrade
        What is asked for.

    Attributes
    ----------
    count : int
        How many restarts there were.
    well : float
        After how long a run the task counts as well, in seconds.
    """

    def __init__(self, policy: Restart | Degrade) -> None:
        self.count, self.well = 0, float(Duration(policy.well))
        self._first, self._most = float(Duration(policy.first)), float(Duration(policy.most))
        limited = policy if isinstance(policy, Restart) else None
        self._limit = None if limited is None else limited.limit
        self._within = 0.0 if limited is None else float(Duration(limited.within))
        self._recent: deque[float] = deque(maxlen=self._limit or 0)
        self._failures = 0

    def pause(self, now: float, ran: float) -> float | None:
        """Decide about a failure.

        Parameters
        ----------
        now : float
            The time of a clock that never goes back, in seconds.
        ran : float
            How long the task ran until it failed, in seconds.

        Returns
        -------
        float or None
            How long to pause before the restart, in seconds; None if there were too many.

        Examples
        --------
        >>> restarts = Restarts(Restart(first="1s", limit=2, within="1m"))
        >>> [0.5 <= restarts.pause(0.0, 0.0) <= 1, 1 <= restarts.pause(1.0, 0.0) <= 2]
        [True, True]
        >>> restarts.pause(3.0, 0.0) is None
        True
        """
        if self._limit is not None:
            if len(self._recent) == self._limit and now - self._recent[0] < self._within:
                return None
            self._recent.append(now)
        if ran >= self.well:
            self._failures = 0
        longest = min(self._most, self._first * 2.0 ** min(self._failures, _HIGHEST))
        self._failures += 1
        self.count += 1
        return longest * random.uniform(0.5, 1.0)
