"""The attempts to write to one sink, and what becomes of the records in its books."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cordio_monitor._content import summary
from cordio_monitor._ledger import Ledger
from cordio_monitor._masking import mask
from cordio_monitor._report import report

if TYPE_CHECKING:
    from threading import Condition

    from cordio_monitor._record import Record
    from cordio_monitor._settings import LogSettings
    from cordio_monitor.sinks import Sink

__all__ = ["Writer"]

_ATTEMPTS = 3
_FIRST_PAUSE, _LONGEST_PAUSE, _LAST_PAUSE = 0.1, 30.0, 0.05


class Writer:
    """Opens, writes to and closes one sink, on one thread.

    What the sink raises is never passed on. Where it is the world that fails (an ``OSError``), the records
    wait and are tried again, with longer and longer pauses, until the monitor ends. Where it may be the
    records, they are tried three times, and then one by one.

    Parameters
    ----------
    name : str
        What the sink is called in the state.
    sink : Sink
        The sink.
    settings : LogSettings
        What it is opened with.
    """

    _changed: Condition
    _finishing: bool
    _hopeless: OSError | None

    def __init__(self, name: str, sink: Sink, settings: LogSettings) -> None:
        self.name = name
        self.sink = sink
        self.ledger = Ledger()
        self._settings = settings
        self._opened = False
        self._told = False

    def _deliver(self, records: list[Record]) -> None:
        if self._hopeless is not None:
            self._fail(records, self._hopeless)
            return
        attempts = 1
        while (error := self._tried(records)) is not None and self._may_try_again(error, attempts):
            self._pause(attempts, error)
            attempts += 1
        if isinstance(error, OSError):
            self._hopeless = error if self._finishing and not isinstance(error, BrokenPipeError) else None
            self._fail(records, error)
        elif error is not None and len(records) > 1:
            for record in records:
                self._fail([record], self._tried([record]))
        else:
            self._fail(records, error)

    def _may_try_again(self, error: BaseException, attempts: int) -> bool:
        if isinstance(error, BrokenPipeError):
            return False
        return attempts < _ATTEMPTS or (isinstance(error, OSError) and not self._finishing)

    def _tried(self, records: list[Record]) -> BaseException | None:
        # The sink may do with the list what it likes.
        number = len(records)
        self.ledger.begin()
        try:
            if not self._opened:
                self.sink.open(self._settings)
                self._opened = True
            self.sink.write(records)
        except BaseException as error:  # noqa: B036  # it is the sink's, and counted
            self._note(error)
            self.ledger.end(failed=False)
            return error
        self.ledger.end(failed=False)
        with self._changed:
            self.ledger.settle(number)
        return None

    def _pause(self, attempts: int, error: BaseException) -> None:
        self.ledger.end(failed=True)
        with self._changed:
            if self._finishing or not isinstance(error, OSError):
                self._changed.wait_for(lambda: False, _LAST_PAUSE)
            else:
                self._changed.wait_for(lambda: self._finishing, self._wait_after(attempts, error))

    def _wait_after(self, attempts: int, error: BaseException) -> float:
        asked: object = getattr(error, "retry_after", None)
        # A receiver that says "at once" is not to be asked without a pause.
        if isinstance(asked, (int, float)) and asked > 0:
            return min(float(asked), _LONGEST_PAUSE)
        return min(_FIRST_PAUSE * 2.0 ** min(attempts - 1, 10), _LONGEST_PAUSE)

    def _fail(self, records: list[Record], error: BaseException | None) -> None:
        if error is not None:
            with self._changed:
                self.ledger.fail(len(records), type(error).__name__)

    def _close(self) -> None:
        try:
            if self._opened:
                self._opened = False
                self.sink.close()
        except BaseException as error:  # noqa: B036  # the thread ends here anyway
            self._note(error)

    def _note(self, error: BaseException) -> None:
        said = mask(summary(error))
        with self._changed:
            self.ledger.last_error = said
        if not self._told:
            self._told = True
            report(f"the sink {self.name} raises {said}; what becomes of its records is in monitor.state()")
