"""When a message is tried again that its handler could not take."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from cordio_core import Duration

__all__ = ["DEFAULT", "Retries", "Retrying", "pause", "step"]

_SERIES = (1, 2, 5)


@runtime_checkable
class Retrying(Protocol):
    """What a consumer asks of a retry scheme; ``cordio_errors.Retry`` has it too."""

    @property
    def most(self) -> int | None:
        """How often a message is handled, the first time included."""
        ...

    @property
    def pause(self) -> tuple[float, float] | None:
        """The first and the longest wait, in seconds; between them it doubles."""
        ...


@dataclass(frozen=True)
class Retries:
    """How often a message is handled, and how long it waits in between.

    Parameters
    ----------
    attempts : int
        How often it is handled, the first time included; then it is parked.
    wait : str
        The wait before the next attempt: ``"1s..5m"`` doubles from the first to the second; a single duration
        is waited as it is. The broker keeps a queue for each wait, so that waits are rounded up to 1, 2 or 5
        times a power of ten, in milliseconds.

    Raises
    ------
    ValueError
        If there are no attempts, or the wait is no duration.

    Examples
    --------
    >>> Retries(attempts=3, wait="1s..1m").pause
    (1.0, 60.0)
    """

    attempts: int = 5
    wait: str = "1s..5m"
    most: int = field(init=False, repr=False, compare=False)
    pause: tuple[float, float] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Read the durations once."""
        if self.attempts < 1:
            raise ValueError(f"attempts={self.attempts} is no number of attempts: write 1 or more")
        first, _, longest = self.wait.partition("..")
        least = float(Duration(first))
        object.__setattr__(self, "most", self.attempts)
        object.__setattr__(self, "pause", (least, max(least, float(Duration(longest or first)))))


DEFAULT = Retries()


def pause(scheme: Retrying, attempt: int) -> float:
    """Return how long a message waits that has failed so many times, in seconds."""
    first, longest = scheme.pause or DEFAULT.pause
    return min(longest, first * 2.0 ** min(attempt - 1, 60))


def step(seconds: float) -> int:
    """Return a wait in milliseconds, rounded up to 1, 2 or 5 times a power of ten."""
    if seconds <= 0:
        return 0
    power = 1
    while True:
        for digit in _SERIES:
            if digit * power >= seconds * 1000:
                return digit * power
        power *= 10
