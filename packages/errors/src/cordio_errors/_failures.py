"""What a layer raises itself when it refuses or cuts a call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cordio_errors._exceptions import ErrorsError

if TYPE_CHECKING:
    from cordio_errors._breaker import Breaker

__all__ = ["CircuitOpen", "DeadlineExceeded", "LimitExceeded"]


class LimitExceeded(ErrorsError, TimeoutError):
    """A call, or a block, that was cut at its limit.

    Parameters
    ----------
    layer : str
        What was cut.
    limit : float
        The limit in seconds.
    source : str
        What set the limit.

    Examples
    --------
    >>> str(LimitExceeded("Shop.reserve", 2.0, "Limit(...)"))
    'Shop.reserve was cut: it has 2 s (Limit(...))'
    """

    def __init__(self, layer: str, limit: float, source: str) -> None:
        super().__init__(layer, limit, source)
        self.layer, self.limit, self.source = layer, limit, source

    def __str__(self) -> str:
        """Say what was cut, and its limit."""
        return f"{self.layer} was cut: it has {self.limit:g} s ({self.source})"


class CircuitOpen(ErrorsError):
    """A call that was not begun, since too many before it have failed.

    Parameters
    ----------
    layer : str
        The layer that refused it.
    retry_after : float
        In how many seconds the next call may be tried.
    cause : str
        The failure that opened the circuit.
    breaker : Breaker or None
        Whose circuit it is.

    Examples
    --------
    >>> str(CircuitOpen("Shop.reserve", 12.5, "ConnectionError: refused"))
    'Shop.reserve is not called for another 12.5 s, since it kept failing: ConnectionError: refused'
    """

    def __init__(self, layer: str, retry_after: float, cause: str, breaker: Breaker | None = None) -> None:
        super().__init__(layer, retry_after, cause, breaker)
        self.breaker = breaker
        self.layer, self.retry_after, self.cause = layer, retry_after, cause

    def __str__(self) -> str:
        """Say which layer, how long, and why."""
        wait = f"{self.retry_after:.3g} s"
        return f"{self.layer} is not called for another {wait}, since it kept failing: {self.cause}"


class DeadlineExceeded(ErrorsError, TimeoutError):
    """A call of a service layer that was cut at the limit of its retry scheme.

    Parameters
    ----------
    layer : str
        The layer, by the name of its function.
    within : float
        The limit in seconds.
    attempts : int
        The attempts begun, the one that was cut included.

    Examples
    --------
    >>> str(DeadlineExceeded("Shop.reserve", 20.0, 2))
    'Shop.reserve was cut in attempt 2: it has 20 s for all attempts (Retry(within=...))'
    """

    def __init__(self, layer: str, within: float, attempts: int) -> None:
        super().__init__(layer, within, attempts)
        self.layer, self.within, self.attempts = layer, within, attempts

    def __str__(self) -> str:
        """Say which layer, in which attempt, and the limit."""
        return (
            f"{self.layer} was cut in attempt {self.attempts}: "
            f"it has {self.within:g} s for all attempts (Retry(within=...))"
        )
