"""The way to a sink that has a spill: what cannot be written waits in a file, and goes first when it can."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

from cordio_monitor._channel import Channel
from cordio_monitor.sinks._spill_file import SpillFile
from cordio_monitor.sinks._spill_record import as_line, from_line

if TYPE_CHECKING:
    from threading import RLock

    from cordio_monitor._record import Record

__all__ = ["SpillingChannel"]

_ATTEMPTS = 3
_UNREADABLE, _GONE = "unreadable in the spill", "gone from the spill"
_ELSEWHERE = "another process has taken the spill over"


class SpillingChannel(Channel):
    """Tries a sink a few times, and then lets the records wait in a file.

    Those that were spilled are pending in the books; the next process takes them into its own.
    """

    _file: SpillFile | None = None
    _refused = 0
    _due = 0.0

    def forked(self, lock: RLock) -> None:
        """Begin anew in a child process; the file is the parent's too.

        Parameters
        ----------
        lock : RLock
            What guards the books from now on.
        """
        super().forked(lock)
        file, self._file = self._file, None
        self._refused, self._due = 0, 0.0
        if file is not None:
            file.forget()

    def _run(self) -> None:
        self._refused, self._due = 0, 0.0
        self._recover()
        while True:
            records = self._next()
            if records:
                self._deliver(records)
                self._went_on()
            elif self._finishing:
                break
            self._replay()
        if self._hopeless is None:
            self._due = 0.0
            self._replay()
        self._close()
        self._leave()

    def _patience(self) -> float | None:
        return max(self._due - monotonic(), 0.0) if self.ledger.spilled else None

    def _deliver(self, records: list[Record]) -> None:
        attempts = 0
        while records and not self._is_put_away(records):
            if self.ledger.spilled:
                self._wait_for_room()
                continue
            attempts += 1
            error = self._tried(records)
            if error is None:
                return
            if not isinstance(error, OSError):
                super()._deliver(records)
                return
            records = self._left(records)
            self._hopeless = error if self._finishing else None
            if attempts < _ATTEMPTS or not self._spilled(records):
                self._pause(attempts, error)
            else:
                self._put_off(error)
                return

    def _is_put_away(self, records: list[Record]) -> bool:
        """Let records wait in the file, if others do already or there is no hope; or let them fail."""
        if not self.ledger.spilled and self._hopeless is None:
            return False
        if self._spilled(records):
            return True
        if self._hopeless is None:
            return False
        super()._fail(records, self._hopeless)
        return True

    def _wait_for_room(self) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._finishing, self._patience())
        if self._finishing:
            self._due = 0.0
        self._replay()

    def _fail(self, records: list[Record], error: BaseException | None) -> None:
        left = self._left(records) if isinstance(error, OSError) else records
        if not (isinstance(error, OSError) and self._spilled(left)):
            super()._fail(left, error)

    def _left(self, records: list[Record]) -> list[Record]:
        """Return those that the sink has not written; the others are entered as written."""
        left = list(self.sink.unwritten(records))
        with self._changed:
            self.ledger.settle(len(records) - len(left))
        return left

    def _spilled(self, records: list[Record]) -> bool:
        try:
            if self._file is None:
                self._recover()
            done = self._file is not None and self._file.put([as_line(record) for record in records])
        except Exception as error:  # a disk or a line that cannot be written: the records wait in memory
            self._note(error)
            return False
        if done:
            with self._changed:
                self.ledger.spilled += len(records)
        return done

    def _recover(self) -> None:
        """Open the file, and take what an ended process left there into the books.

        A monitor that is entered again finds what it left itself, if no other process took that over.
        """
        spill = self.sink.spill
        assert spill is not None
        try:
            self._file = SpillFile(spill.file, spill.most)
            number = self._file.count()
        except Exception as error:  # a file that cannot be opened or is another one: it is told
            self._note(error)
        else:
            with self._changed:
                self.ledger.accept(max(number - self.ledger.spilled, 0))
                self.ledger.evict(max(self.ledger.spilled - number, 0), _ELSEWHERE)
                self.ledger.spilled = number

    def _replay(self) -> None:
        """Write what was spilled, the oldest first, while the sink takes it and not much else waits."""
        try:
            while self.ledger.spilled and self._file is not None and monotonic() >= self._due:
                lines = self._file.take(self.sink.batch)
                dealt = self._rewritten(lines) if lines else self._gone()
                self._file.done(dealt)
                with self._changed:
                    self.ledger.spilled -= dealt
                if not self._finishing and self._buffer.length >= self.sink.batch:
                    return
        except Exception as error:  # a file that cannot be read: it is told, and tried again later
            self._note(error)
            self._put_off(error)

    def _gone(self) -> int:
        """Count what somebody cut off the file, and tell how many records that were."""
        with self._changed:
            self.ledger.fail(self.ledger.spilled, _GONE)
        return self.ledger.spilled

    def _rewritten(self, lines: list[bytes]) -> int:
        """Write lines of the file, and tell how many of the first ones are dealt with."""
        read = [from_line(line) for line in lines]
        records = [record for record in read if record is not None]
        number = self._dealt(records) if records else 0
        dealt = _position(read, number)
        unreadable = read[:dealt].count(None)
        if unreadable:
            with self._changed:
                self.ledger.fail(unreadable, _UNREADABLE)
        return dealt

    def _dealt(self, records: list[Record]) -> int:
        error = self._tried(records)
        if error is None:
            self._refused = 0
            return len(records)
        if isinstance(error, OSError):
            self._put_off(error)
            return len(records) - len(self._left(records))
        if len(records) == 1:
            super()._fail(records, error)
            return 1
        number = 0
        for record in records:
            if not self._dealt([record]):
                break
            number += 1
        return number

    def _put_off(self, error: BaseException) -> None:
        self._refused += 1
        self._due = monotonic() + self._wait_after(self._refused + _ATTEMPTS - 1, error)
        if self._finishing and isinstance(error, OSError):
            self._hopeless = error

    def _leave(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            file.close()


def _position(read: list[Record | None], number: int) -> int:
    """Return where the readable line of this number stands among all of them."""
    seen = -1
    for index, record in enumerate(read):
        seen += record is not None
        if seen == number:
            return index
    return len(read)
