"""A limit on each attempt of a call."""

from __future__ import annotations

from dataclasses import dataclass, field

from cordio_errors._duration import seconds
from cordio_errors._exceptions import RetryMistake

__all__ = ["Limit"]


@dataclass(frozen=True, slots=True)
class Limit:
    """How long one attempt may take in the service layers where the rule is in force.

    An attempt that takes longer is cut with `LimitExceeded`, a TimeoutError: the rule for that one says
    what comes next, a repeat perhaps. `Retry` has a limit on all attempts and waits together (``within``).
    Code that is not async cannot be cut.

    Parameters
    ----------
    each : str or float
        As in ``"2s"``; a number is seconds.

    Raises
    ------
    RetryMistake
        If it is no duration, or none at all.

    Examples
    --------
    >>> Limit("1m30s").seconds
    90.0
    """

    each: str | float
    seconds: float = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Read the duration once."""
        try:
            limit = seconds(self.each)
        except ValueError as error:
            raise RetryMistake("each", str(error), "Limit") from None
        if limit == 0:
            raise RetryMistake("each", "no time at all leaves no attempt: write a longer duration", "Limit")
        object.__setattr__(self, "seconds", limit)
