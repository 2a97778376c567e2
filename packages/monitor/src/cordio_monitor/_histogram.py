"""Latencies in a bounded histogram: quantiles within a twentieth, whatever comes."""

from __future__ import annotations

from bisect import bisect_left

__all__ = ["Histogram"]

# From a hundredth of a millisecond to over an hour, each bound a tenth above the one before.
_BOUNDS = tuple(0.01 * 1.1**step for step in range(210))


class Histogram:
    """How often something took how long.

    Examples
    --------
    >>> histogram = Histogram()
    >>> for ms in range(1, 101):
    ...     histogram.add(float(ms))
    >>> 90 <= histogram.quantile(0.95) <= 100
    True
    """

    __slots__ = ("_buckets", "count", "largest", "total")

    def __init__(self) -> None:
        self._buckets = [0] * (len(_BOUNDS) + 1)
        self.count = 0
        self.total = self.largest = 0.0

    def add(self, ms: float) -> None:
        """Take one time.

        Parameters
        ----------
        ms : float
            The time, in milliseconds.
        """
        self._buckets[bisect_left(_BOUNDS, ms)] += 1
        self.count += 1
        self.total += ms
        self.largest = max(self.largest, ms)

    def quantile(self, share: float) -> float:
        """Return the time that a share of all did not exceed.

        Parameters
        ----------
        share : float
            The share, from 0 to 1.

        Returns
        -------
        float
            The time in milliseconds, right within a twentieth; 0 if there was none.
        """
        left = share * self.count
        for bucket, number in enumerate(self._buckets):
            left -= number
            if number and left <= 0:
                middle = _BOUNDS[bucket] / 1.05 if bucket < len(_BOUNDS) else self.largest
                return min(middle, self.largest)
        return self.largest
