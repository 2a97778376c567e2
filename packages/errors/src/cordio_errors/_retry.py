"""The scheme by which a service layer repeats a failed call."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cordio_errors._budget import Budget
from cordio_errors._duration import seconds, span
from cordio_errors._exceptions import RetryMistake

if TYPE_CHECKING:
    from tenacity.stop import StopBaseT
    from tenacity.wait import WaitBaseT

__all__ = ["Failure", "Retry"]

_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Failure:
    """A failed attempt that will be followed by another.

    Parameters
    ----------
    layer : str
        The layer that repeats the call.
    attempt : int
        The number of the attempt that failed, from 1.
    error : Exception
        How it failed.
    wait : float
        The seconds until the next attempt.
    """

    layer: str
    attempt: int
    error: Exception
    wait: float


@dataclass(frozen=True, slots=True)
class Retry:
    """How a call is repeated.

    Parameters
    ----------
    attempts : int or None
        How often it is begun, the first time included; 3 by default, without limit where ``stop`` is given.
    wait : str, float or a tenacity wait strategy
        The wait before the next attempt. ``"100ms..5s"`` grows twofold from the first to the second with
        full jitter: a random time between none and 100 ms, then 200 ms, and so on up to 5 s. A single
        duration is waited as it is.
    within : str, float or None
        The limit on the whole: all attempts and all waits. A wait that would end after it is not begun, an
        attempt still running is cut (of a sync function it cannot be). Layers below inherit it.
    stop : a tenacity stop strategy or None
        Another reason to give up, beside ``attempts`` and ``within``.
    budget : Budget or None
        Stops the repeats while most calls fail.
    nested : bool
        Whether a failure that a layer below has repeated to its end is repeated here once more. Three
        layers of three attempts then make 27 calls, and else 3.
    hint : callable or None
        Reads from the exception how many seconds it asks to wait, less than 0 for no repeat, None for no
        hint. Without it ``retry_after`` of the exception counts, and ``Retry-After`` among its headers or
        those of its ``response``. A hint takes the place of ``wait``. One that leads beyond the limit, or
        beyond a minute and the longest wait where there is no limit, ends the repeats.
    hook : callable or None
        Called with a `Failure` before each wait. What it raises is told in a note of the exception.

    Raises
    ------
    RetryMistake
        If an argument cannot be used.

    Examples
    --------
    >>> Retry(attempts=5, wait="100ms..5s", within="20s").within_seconds
    20.0
    >>> Retry(attempts=0)
    Traceback (most recent call last):
    cordio_errors._exceptions.RetryMistake: Retry(attempts=...): 0 is no number of attempts: write 1 or more
    """

    attempts: int | None = None
    wait: str | float | WaitBaseT = "100ms..5s"
    within: str | float | None = None
    stop: StopBaseT | None = None
    budget: Budget | None = None
    nested: bool = False
    hint: Callable[[Exception], float | None] | None = None
    hook: Callable[[Failure], object] | None = None
    most: int | None = field(init=False, repr=False, compare=False)
    pause: tuple[float, float] | None = field(init=False, repr=False, compare=False)
    within_seconds: float | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Read the durations once, and refuse what cannot be used."""
        object.__setattr__(self, "most", self._most())
        object.__setattr__(self, "pause", self._pause())
        object.__setattr__(self, "within_seconds", self._within())
        if self.stop is not None and not callable(self.stop):
            raise RetryMistake("stop", f"{self.stop!r} is no stop strategy: take one from tenacity.stop")
        if not isinstance(self.nested, bool):
            raise RetryMistake("nested", f"{self.nested!r} is neither True nor False")
        if self.budget is not None and not isinstance(self.budget, Budget):
            raise RetryMistake("budget", f"{self.budget!r} is no budget: write Budget(tokens=10)")
        for name, called in (("hint", self.hint), ("hook", self.hook)):
            if called is not None and (not callable(called) or inspect.iscoroutinefunction(called)):
                raise RetryMistake(name, f"{called!r} is no plain function: write one that is not async")

    def _most(self) -> int | None:
        if self.attempts is None:
            return _ATTEMPTS if self.stop is None else None
        if isinstance(self.attempts, bool) or not isinstance(self.attempts, int) or self.attempts < 1:
            raise RetryMistake("attempts", f"{self.attempts!r} is no number of attempts: write 1 or more")
        return self.attempts

    def _pause(self) -> tuple[float, float] | None:
        if callable(self.wait):
            return None
        try:
            return span(self.wait)
        except ValueError as error:
            raise RetryMistake("wait", str(error)) from None

    def _within(self) -> float | None:
        if self.within is None:
            return None
        try:
            limit = seconds(self.within)
        except ValueError as error:
            raise RetryMistake("within", str(error)) from None
        if limit == 0:
            raise RetryMistake("within", "no time at all leaves no attempt: write a longer duration, or none")
        return limit
