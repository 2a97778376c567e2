"""The way to one sink: what it raises is counted and told once, never passed on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cordio_monitor._content import summary
from cordio_monitor._ledger import Ledger
from cordio_monitor._masking import mask
from cordio_monitor._report import report

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

    from cordio_monitor._record import Record
    from cordio_monitor._settings import LogSettings
    from cordio_monitor.sinks import Sink

__all__ = ["Channel"]


class Channel:
    """One sink and its books.

    Parameters
    ----------
    name : str
        What the sink is called in the state.
    sink : Sink
        The sink.
    settings : LogSettings
        What it is opened with.
    lock : AbstractContextManager[bool]
        What guards the books.
    """

    def __init__(
        self, name: str, sink: Sink, settings: LogSettings, lock: AbstractContextManager[bool]
    ) -> None:
        self.name = name
        self.ledger = Ledger()
        self._sink = sink
        self._settings = settings
        self._lock = lock
        self._opened = False
        self._told = False

    def write(self, records: Sequence[Record]) -> None:
        """Write records to the sink and enter in the books what became of them.

        Parameters
        ----------
        records : Sequence[Record]
            The records.
        """
        try:
            taken = self._write(records)
        except Exception as error:
            self._settle(failed=len(records), error=error)
        else:
            self._settle(written=taken, declined=len(records) - taken)

    def close(self) -> None:
        """Close the sink, if it was opened."""
        try:
            if self._opened:
                self._opened = False
                self._sink.close()
        except Exception as error:
            self._settle(error=error)

    def _write(self, records: Sequence[Record]) -> int:
        if not self._opened:
            self._sink.open(self._settings)
            self._opened = True
        taken = [record for record in records if self._sink.takes(record)]
        if taken:
            self._sink.write(taken)
        return len(taken)

    def _settle(
        self, written: int = 0, failed: int = 0, declined: int = 0, error: Exception | None = None
    ) -> None:
        said = mask(summary(error)) if error is not None else ""
        with self._lock:
            self.ledger.settle(written, failed, declined)
            self.ledger.last_error = said or self.ledger.last_error
        if said and not self._told:
            self._told = True
            report(
                f"the sink {self.name} raises {said}; its records are counted as failed, see monitor.state()"
            )
