"""The books of a sink: every record that it was given is accounted for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf
from time import monotonic

__all__ = ["Account", "Ledger"]

_LONG = 5.0


@dataclass(frozen=True, slots=True)
class Account:
    """What became of the records of one sink: ``accepted == written + dropped + failed + pending``.

    Parameters
    ----------
    accepted : int
        How many records it was given.
    written : int
        How many it wrote.
    dropped : int
        How many were dropped because the buffer was full.
    failed : int
        How many it raised on, after all attempts.
    pending : int
        How many wait.
    last_error : str
        What it raised last, masked; empty if it never raised.
    causes : Mapping[str, int]
        Why records were dropped or failed, such as ``{"dropped: full": 3, "failed: OSError": 2}``.
    spilled : int
        How many of those that wait do so in the file of the sink's spill.
    stalled : bool
        Whether the others wait because the last attempt failed, or because the sink has been at it for more
        than five seconds.

    Examples
    --------
    >>> Account(accepted=3, written=2, pending=1).balances
    True
    """

    accepted: int = 0
    written: int = 0
    dropped: int = 0
    failed: int = 0
    pending: int = 0
    last_error: str = ""
    causes: Mapping[str, int] = field(default_factory=dict)
    spilled: int = 0
    stalled: bool = False

    @property
    def balances(self) -> bool:
        """Whether every record is accounted for."""
        return self.accepted == self.written + self.dropped + self.failed + self.pending


class Ledger:
    """The account of one sink while it changes; its owner holds a lock around each change.

    Examples
    --------
    >>> ledger = Ledger()
    >>> ledger.accept(3)
    >>> ledger.drop(1, "full")
    >>> ledger.settle(written=1)
    >>> ledger.fail(1, "OSError")
    >>> ledger.account()
    Account(accepted=4, written=1, dropped=1, failed=1, pending=1, last_error='', causes={...}, spilled=0, ...)
    """

    __slots__ = (
        "_begun",
        "_fails",
        "_written",
        "causes",
        "dropped",
        "failed",
        "last_error",
        "pending",
        "spilled",
    )

    def __init__(self) -> None:
        self._written = self.dropped = self.failed = self.pending = self.spilled = 0
        self.causes: Counter[str] = Counter()
        self.last_error = ""
        self._begun, self._fails = inf, False

    def begin(self) -> None:
        """Note that the sink gets records now."""
        self._begun = monotonic()

    def end(self, *, failed: bool) -> None:
        """Note that the sink is through with them.

        Parameters
        ----------
        failed : bool
            Whether it raised, and gets them once more.
        """
        self._begun, self._fails = inf, failed

    def accept(self, number: int) -> None:
        """Take records into the books.

        Parameters
        ----------
        number : int
            How many wait from now on.
        """
        self.pending += number

    def drop(self, number: int, cause: str) -> None:
        """Enter records that had no room.

        Parameters
        ----------
        number : int
            How many.
        cause : str
            Why.
        """
        if number:
            self.dropped += number
            self.causes[f"dropped: {cause}"] += number

    def evict(self, number: int, cause: str) -> None:
        """Enter records that waited and had to make room.

        Parameters
        ----------
        number : int
            How many.
        cause : str
            Why.
        """
        self.pending -= number
        self.drop(number, cause)

    def settle(self, written: int) -> None:
        """Enter records that waited and were written.

        Parameters
        ----------
        written : int
            How many.
        """
        self.pending -= written
        self._written += written

    def fail(self, number: int, cause: str) -> None:
        """Enter records that waited and could not be written.

        Parameters
        ----------
        number : int
            How many.
        cause : str
            Why: the type of the exception.
        """
        self.pending -= number
        self.failed += number
        self.causes[f"failed: {cause}"] += number

    def account(self, waiting: int = 0) -> Account:
        """Return the state of the books.

        Parameters
        ----------
        waiting : int
            How many records more wait before it is known which of the sinks take them.

        Returns
        -------
        Account
            The counts as they are now.
        """
        pending = self.pending + waiting
        accepted = self._written + self.dropped + self.failed + pending
        counts = (accepted, self._written, self.dropped, self.failed, pending)
        stalled = self._fails or monotonic() - self._begun > _LONG
        return Account(*counts, self.last_error, dict(self.causes), self.spilled, stalled)
