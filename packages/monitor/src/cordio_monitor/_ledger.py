"""The books of a sink: every record that it was given is accounted for."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Account", "Ledger"]


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
        How many it raised on.
    pending : int
        How many wait.
    last_error : str
        What it raised last, masked; empty if it never raised.

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

    @property
    def balances(self) -> bool:
        """Whether every record is accounted for."""
        return self.accepted == self.written + self.dropped + self.failed + self.pending


class Ledger:
    """The account of one sink while it changes; its owner holds a lock around each change.

    Examples
    --------
    >>> ledger = Ledger()
    >>> ledger.accept(3, dropped=1)
    >>> ledger.settle(written=1, failed=1)
    >>> ledger.account().balances
    True
    """

    __slots__ = ("_accepted", "_dropped", "_failed", "_pending", "_written", "last_error")

    def __init__(self) -> None:
        self._accepted = self._written = self._dropped = self._failed = self._pending = 0
        self.last_error = ""

    def accept(self, waiting: int, dropped: int = 0) -> None:
        """Take records into the books.

        Parameters
        ----------
        waiting : int
            How many wait from now on.
        dropped : int
            How many had no room.
        """
        self._accepted += waiting + dropped
        self._dropped += dropped
        self._pending += waiting

    def settle(self, written: int = 0, failed: int = 0, declined: int = 0) -> None:
        """Enter what became of records that waited.

        Parameters
        ----------
        written : int
            How many were written.
        failed : int
            How many were not.
        declined : int
            How many the sink does not take: they were never its own.
        """
        self._pending -= written + failed + declined
        self._written += written
        self._failed += failed
        self._accepted -= declined

    def account(self) -> Account:
        """Return the state of the books.

        Returns
        -------
        Account
            The counts as they are now.
        """
        return Account(
            self._accepted, self._written, self._dropped, self._failed, self._pending, self.last_error
        )
