"""The way to one sink: its buffer, its books and a thread of its own, so that it holds up nobody else."""

from __future__ import annotations

from threading import Condition, Thread
from time import monotonic
from typing import TYPE_CHECKING

from cordio_monitor._buffer import Buffer
from cordio_monitor._content import summary
from cordio_monitor._ledger import Ledger
from cordio_monitor._masking import mask
from cordio_monitor._report import report

if TYPE_CHECKING:
    from collections.abc import Sequence
    from threading import RLock

    from cordio_monitor._full import Limits
    from cordio_monitor._ledger import Account
    from cordio_monitor._record import Record
    from cordio_monitor._settings import LogSettings
    from cordio_monitor.sinks import Sink

__all__ = ["Channel"]

_ATTEMPTS = 3
_FIRST_PAUSE, _LONGEST_PAUSE, _LAST_PAUSE = 0.1, 30.0, 0.05


class Channel:
    """One sink and what belongs to it.

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
    lock : RLock
        What guards the books.
    limits : Limits
        How much may wait.
    """

    _thread: Thread | None
    _hopeless: OSError | None

    def __init__(self, name: str, sink: Sink, settings: LogSettings, lock: RLock, limits: Limits) -> None:
        self.name = name
        self.sink = sink
        self.ledger = Ledger()
        self._settings = settings
        self._limits = limits
        self._opened = False
        self._told = False
        self._reset(lock)

    def start(self) -> None:
        """Begin to write."""
        self._finishing, self._hopeless = False, None
        self._thread = Thread(target=self._run, name=f"cordio-monitor {self.name}", daemon=True)
        self._thread.start()

    def offer(self, records: Sequence[Record], *, force: bool = False) -> None:
        """Put the records that the sink takes into its buffer.

        Parameters
        ----------
        records : Sequence[Record]
            The records.
        force : bool
            Whether they are put there although there is no room.
        """
        try:
            taken = self._taken(records)
        except BaseException as error:  # noqa: B036  # it is the sink's, and counted
            self._note(error)
            taken = [record for record in records if self._takes(record)]
        if taken:
            with self._changed:
                self._enter(taken, force)
                self._changed.notify_all()

    def has_room(self, until: float) -> bool:
        """Wait until there is room in the buffer.

        Parameters
        ----------
        until : float
            Until when at most, by the monotonic clock.

        Returns
        -------
        bool
            Whether there is.
        """
        with self._changed:
            wait = max(until - monotonic(), 0)
            return self._changed.wait_for(lambda: not self._buffer.is_full or self._finishing, wait)

    def finish(self) -> None:
        """Let what waits be written, and then the sink be closed."""
        with self._changed:
            self._finishing = True
            self._changed.notify_all()

    def join(self, within: float) -> bool:
        """Wait for the end of the writing.

        Parameters
        ----------
        within : float
            For how many seconds at most.

        Returns
        -------
        bool
            Whether everything was written, or failed.
        """
        if self._thread is not None:
            self._thread.join(within)
        return self._thread is None or not self._thread.is_alive()

    def account(self, waiting: int) -> Account:
        """Return the state of the books; the lock has to be held.

        Parameters
        ----------
        waiting : int
            How many records wait before it is known whether the sink takes them.

        Returns
        -------
        Account
            The account.
        """
        return self.ledger.account(waiting)

    @property
    def ident(self) -> int | None:
        """The identity of the writing thread."""
        return self._thread.ident if self._thread is not None else None

    def forked(self, lock: RLock) -> None:
        """Begin anew in a child process: what waits is the parent's to write, and so are its connections.

        Parameters
        ----------
        lock : RLock
            What guards the books from now on.
        """
        self.ledger = Ledger()
        if self._opened:
            self._opened = False
            self.sink.forked()
        self._reset(lock)

    def _reset(self, lock: RLock) -> None:
        self._changed = Condition(lock)
        limits = self._limits
        self._buffer = Buffer(limits.records, limits.size, lowest=limits.full == "lowest")
        self._thread = None
        self._finishing = False
        self._hopeless = None

    def _taken(self, records: Sequence[Record]) -> list[Record]:
        among = self.sink.choice.among(records) if self.sink.choice is not None else records
        return [record for record in among if self.sink.takes(record)]

    def _takes(self, record: Record) -> bool:
        """Tell whether the sink takes a record, where it raised on one of them; that one has failed."""
        try:
            return bool(self._taken([record]))
        except BaseException as error:  # noqa: B036  # it is the sink's, and counted
            with self._changed:
                self.ledger.accept(1)
            self._fail([record], error)
            return False

    def _enter(self, records: list[Record], force: bool) -> None:
        refused, evicted = self._buffer.put(records, force=force)
        self.ledger.accept(len(records) - refused)
        self.ledger.drop(refused, "full")
        self.ledger.evict(evicted, "full")

    def _run(self) -> None:
        while records := self._next():
            self._deliver(records)
            with self._changed:
                self._buffer.release()
                self._changed.notify_all()
        self._close()

    def _next(self) -> list[Record]:
        with self._changed:
            self._changed.wait_for(lambda: self._buffer.length or self._finishing)
            if self.sink.linger and not self._finishing:
                self._changed.wait_for(lambda: self._finishing, self.sink.linger)
            return self._buffer.take(self.sink.batch)

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
        try:
            if not self._opened:
                self.sink.open(self._settings)
                self._opened = True
            self.sink.write(records)
        except BaseException as error:  # noqa: B036  # it is the sink's, and counted
            self._note(error)
            return error
        with self._changed:
            self.ledger.settle(len(records))
        return None

    def _pause(self, attempts: int, error: BaseException) -> None:
        asked = getattr(error, "retry_after", None)
        pause = asked if isinstance(asked, (int, float)) else _FIRST_PAUSE * 2 ** min(attempts - 1, 10)
        with self._changed:
            if self._finishing or not isinstance(error, OSError):
                self._changed.wait_for(lambda: False, _LAST_PAUSE)
            else:
                self._changed.wait_for(lambda: self._finishing, min(pause, _LONGEST_PAUSE))

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
