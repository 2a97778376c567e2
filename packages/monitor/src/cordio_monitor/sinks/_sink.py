"""What a sink is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cordio_monitor._record import Record
    from cordio_monitor._settings import LogSettings

__all__ = ["Sink"]


class Sink(Protocol):
    """A destination of records, called on the delivery thread alone.

    What it raises is counted and told once; it reaches neither the application nor the other sinks. A
    subclass needs no more than `write`.

    Examples
    --------
    >>> class Collected(Sink):
    ...     def __init__(self):
    ...         self.messages = []
    ...     def write(self, records):
    ...         self.messages += [record.message for record in records]
    """

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
        return True

    def write(self, records: Sequence[Record]) -> None:
        """Write records, all or none.

        Parameters
        ----------
        records : Sequence[Record]
            The records, masked, in the order in which they were handed over.
        """

    def close(self) -> None:
        """Finish, after the last record."""
        return
