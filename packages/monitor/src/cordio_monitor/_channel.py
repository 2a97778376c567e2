"""The way to one sink: its buffer, its books and a thread of its own, so that it holds up nobody else."""

from __future__ import annotations

from threading import Condition
from time import monotonic
from typing import TYPE_CHECKING

from cordio_monitor._buffer import Buffer
from cordio_monitor._ledger import Ledger
from cordio_monitor._worker import Worker
from cordio_monitor._writer import Writer

if TYPE_CHECKING:
    from collections.abc import Sequence
    from threading import RLock

    from cordio_monitor._full import Limits
    from cordio_monitor._ledger import Account
    from cordio_monitor._record import Record
    from cordio_monitor._settings import LogSettings
    from cordio_monitor.sinks import Sink

__all__ = ["Channel"]


class Channel(Writer):
    """One sink and what belongs to it.

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

    _given_up: bool
    _thread: Worker | None

    def __init__(self, name: str, sink: Sink, settings: LogSettings, lock: RLock, limits: Limits) -> None:
        super().__init__(name, sink, settings)
        self._limits = limits
        self._reset(lock)

    def start(self) -> None:
        """Begin to write."""
        self._finishing, self._hopeless = False, None
        self._buffer.widen(1)
        self._thread = Worker(self._run, f"cordio-monitor {self.name}")
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
                if self._buffer.is_half_full:
                    self._changed.notify_all()

    def wake(self) -> None:
        """Let what was offered be written: all of it together, since each handing over takes its time."""
        with self._changed:
            if self._buffer.length:
                self._changed.notify_all()

    def has_room(self, number: int, size: int, until: float) -> bool:
        """Wait until there is room in the buffer; not again before the sink went on, if it was in vain.

        Parameters
        ----------
        number : int
            For how many records.
        size : int
            And how many bytes.
        until : float
            Until when, by the monotonic clock; a moment longer if others have used that time up.

        Returns
        -------
        bool
            Whether there is.
        """
        with self._changed:
            given_up = self._given_up
            buffer = self._buffer
            if not given_up and not buffer.has_room_for(number, size):
                self._changed.notify_all()
                wait = max(until - monotonic(), self._limits.patience / 20)
                given_up = self._given_up = not self._changed.wait_for(
                    lambda: buffer.has_room_for(number, size), wait
                )
            return not given_up

    def expect_end(self) -> None:
        """Let all that waits to be worked out find room: nobody can be made to wait any more."""
        with self._changed:
            self._buffer.widen(2)
            self._changed.notify_all()

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
        return self._thread is None or self._thread.ends_within(within)

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
        self._given_up = False
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
            self._went_on()
        self._close()

    def _went_on(self) -> None:
        with self._changed:
            self._given_up = False
            self._buffer.release()
            self._changed.notify_all()

    def _next(self) -> list[Record]:
        with self._changed:
            self._changed.wait_for(lambda: self._buffer.length or self._finishing, self._patience())
            if self.sink.linger and not self._finishing:
                self._changed.wait_for(lambda: self._finishing, self.sink.linger)
            return self._buffer.take(self.sink.batch)

    def _patience(self) -> float | None:
        """Return for how many seconds the next record is waited for; None for as long as it takes."""
        return None
