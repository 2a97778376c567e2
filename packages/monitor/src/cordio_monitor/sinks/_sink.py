"""What a sink is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cordio_monitor._record import Record
    from cordio_monitor._settings import LogSettings
    from cordio_monitor.sinks._choice import Choice
    from cordio_monitor.sinks._spill import Spill

__all__ = ["Sink"]


class Sink(Protocol):
    """A destination of records, called on a thread of its own.

    What it raises reaches neither the application nor the other sinks: on an ``OSError`` the records wait
    and are tried again until the monitor ends; on anything else three times, and then one by one. An
    attribute ``retry_after`` of the exception says for how many seconds nothing is tried.

    A subclass needs no more than `write`.

    Attributes
    ----------
    choice : Choice | None
        What it takes; everything by default.
    batch : int
        How many records it gets at once, at most.
    linger : float
        For how many seconds it waits for more records, so that they come together.
    wants_trail : bool
        Whether errors come with what was logged before them in their event.
    wants_books : bool
        Whether it is told now and then how the books stand, and not at the end alone.
    spill : Spill | None
        The file in which its records wait while it raises an ``OSError``; by default they wait in memory.

    Examples
    --------
    >>> class Collected(Sink):
    ...     def __init__(self):
    ...         self.messages = []
    ...     def write(self, records):
    ...         self.messages += [record.message for record in records]
    """

    choice: Choice | None = None
    batch: int = 1_000
    linger: float = 0.0
    wants_trail: bool = False
    wants_books: bool = False
    spill: Spill | None = None

    def open(self, settings: LogSettings) -> None:
        """Get ready, before the first record; it is tried again if it raises.

        Parameters
        ----------
        settings : LogSettings
            What is logged, and how.
        """
        return

    def takes(self, record: Record) -> bool:
        """Tell whether a record is for this sink; one that is not is not counted.

        Parameters
        ----------
        record : Record
            The record.

        Returns
        -------
        bool
            Whether it is written.
        """
        return record.kind != "ledger"

    def write(self, records: Sequence[Record]) -> None:
        """Write records, all or none.

        Parameters
        ----------
        records : Sequence[Record]
            The records, masked, in the order in which they were handed over.
        """

    def unwritten(self, records: Sequence[Record]) -> Sequence[Record]:
        """Tell which records are not written, after `write` raised; a sink that writes one by one knows.

        Parameters
        ----------
        records : Sequence[Record]
            The records that were to be written.

        Returns
        -------
        Sequence[Record]
            All of them, or the last ones.
        """
        return records

    def reopen(self) -> None:
        """Open files anew before the next record, since they were moved; called on any thread."""
        return

    def forked(self) -> None:
        """Forget what was opened, in a child process: it belongs to the parent."""
        return

    def rehearse(self, records: Sequence[Record]) -> str:
        """Tell what would leave the process for some records; nothing is written.

        Parameters
        ----------
        records : Sequence[Record]
            The records.

        Returns
        -------
        str
            The text.
        """
        return ""

    def close(self) -> None:
        """Finish, after the last record."""
        return
