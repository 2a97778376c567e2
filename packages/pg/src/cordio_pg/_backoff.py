"""How long to wait between attempts: a small protocol, and a scheme that serves without another library."""

from __future__ import annotations

from dataclasses import dataclass
from random import uniform
from typing import Protocol

__all__ = ["Backoff", "Scheme"]


class Scheme(Protocol):
    """Says how long to wait before the next attempt.

    Examples
    --------
    >>> class Steady:
    ...     def wait(self, attempt: int) -> float | None:
    ...         return 0.5 if attempt < 20 else None
    >>> scheme: Scheme = Steady()
    """

    def wait(self, attempt: int) -> float | None:
        """Return the seconds to wait after failed attempt number `attempt` (from 1); None to give up."""
        ...


@dataclass(frozen=True, slots=True)
class Backoff:
    """A steady pace at first, which finds a server soon that restarts; then ever slower.

    By default ten attempts in the first two seconds, then a tenth of the time it has lasted so far.

    Parameters
    ----------
    first : float
        The first waits, in seconds.
    steady : int
        How many waits are of that length.
    growth : float
        How many times as long as the one before each later wait is.
    most : float
        The longest wait, in seconds.
    jitter : float
        The share by which a wait is longer at most, by chance, so that replicas do not all come at once.
    attempts : int or None
        After how many attempts to give up; None never does.

    Examples
    --------
    >>> scheme = Backoff(jitter=0, attempts=30)
    >>> [round(scheme.wait(attempt) or 0, 2) for attempt in (1, 10, 11, 12, 29, 30)]
    [0.2, 0.2, 0.22, 0.24, 1.0, 0]
    """

    first: float = 0.2
    steady: int = 10
    growth: float = 1.1
    most: float = 1.0
    jitter: float = 0.05
    attempts: int | None = None

    def wait(self, attempt: int) -> float | None:
        """Return the seconds to wait after failed attempt number `attempt` (from 1); None to give up.

        Parameters
        ----------
        attempt : int
            How many have failed.

        Returns
        -------
        float or None
            The seconds.

        Examples
        --------
        >>> Backoff(first=0.1, jitter=0).wait(1)
        0.1
        """
        if self.attempts is not None and attempt >= self.attempts:
            return None
        # A power of a large number of attempts overflows; by then it is the longest wait anyway.
        steps = min(max(0, attempt - self.steady), 1000)
        wait = min(self.most, self.first * self.growth**steps) if steps else self.first
        return wait * uniform(1, 1 + self.jitter)
