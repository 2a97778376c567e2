"""The retry budget: repeats stop while most calls fail, so that they do not add to the load."""

from __future__ import annotations

from threading import Lock

from cordio_errors._exceptions import RetryMistake

__all__ = ["Budget"]


class Budget:
    """Tokens that failures cost and successes give back (gRFC A6, *Throttling Retry Attempts*).

    A failed attempt of a call that may be repeated takes one token, a call that succeeds gives back `ratio`
    of one. Calls are repeated only while more than half of the tokens are left. Give one object to several
    schemes, and they share it.

    Parameters
    ----------
    tokens : float
        How many there are at most, and at the beginning.
    ratio : float
        How many a success gives back.

    Raises
    ------
    RetryMistake
        If a number is not above 0.

    Examples
    --------
    >>> budget = Budget(tokens=2, ratio=0.5)
    >>> budget.failed(), budget.left
    (False, 1.0)
    >>> budget.succeeded(), budget.left
    (None, 1.5)
    """

    __slots__ = ("_lock", "left", "ratio", "tokens")

    def __init__(self, tokens: float = 10, ratio: float = 0.1) -> None:
        for name, value in (("tokens", tokens), ("ratio", ratio)):
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < float("inf"):
                raise RetryMistake(name, f"{value!r} is no amount: write a number above 0", "Budget")
        self.tokens, self.ratio = float(tokens), float(ratio)
        self.left, self._lock = self.tokens, Lock()

    def __repr__(self) -> str:
        """Show it as it is written."""
        return f"Budget(tokens={self.tokens:g}, ratio={self.ratio:g})"

    def failed(self) -> bool:
        """Take a token for a failed attempt.

        Returns
        -------
        bool
            Whether the call may be repeated.
        """
        with self._lock:
            self.left = max(0.0, self.left - 1.0)
            return self.left > self.tokens / 2

    def succeeded(self) -> None:
        """Give back what a success is worth."""
        if self.left < self.tokens:
            with self._lock:
                self.left = min(self.tokens, self.left + self.ratio)
