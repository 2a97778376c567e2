"""The delivering thread: in rounds it takes what waits, works it out and offers it to each sink."""

from __future__ import annotations

from time import monotonic, sleep
from typing import TYPE_CHECKING

from cordio_monitor._buffer import pieces
from cordio_monitor._sharing import Sharing

if TYPE_CHECKING:
    from collections.abc import Sequence
    from threading import Condition, RLock

    from cordio_monitor._channel import Channel
    from cordio_monitor._intake import Intake
    from cordio_monitor._raw import Raw
    from cordio_monitor._record import Record
    from cordio_monitor._round import Round
    from cordio_monitor._teller import Teller

__all__ = ["Rounds"]

# So many records at a time, with a pause that lets the event loop run; a short wait gathers a batch.
_AT_ONCE, _ROUND = 64, 1024
_PAUSE, _LINGER = 0.00005, 0.01


class Rounds(Sharing):
    """What the delivering thread does, whatever is raised meanwhile, until it is stopped and nothing waits.

    Attributes
    ----------
    channels : Sequence[Channel]
        The ways to the sinks.
    """

    channels: Sequence[Channel]
    _asleep: bool
    _changed: Condition
    _intake: Intake
    _lock: RLock
    _round: Round
    _stopping: bool
    _teller: Teller

    def _run(self) -> None:
        at_once = min(_AT_ONCE, self._limits.records)
        while batch := self._next():
            self._round.raws = batch
            for start in range(0, len(batch), at_once):
                if start and start % _ROUND == 0:
                    self._wake()
                self._deliver(batch[start : start + at_once])
                if self._intake.waiting < self._limits.records // 2:
                    sleep(_PAUSE)
            self._round.raws = []
            self._wake()
            self._teller.tell()
        self._teller.close()
        for channel in self.channels:
            channel.finish()

    def _wake(self) -> None:
        for channel in self.channels:
            channel.wake()

    def _next(self) -> list[Raw]:
        """Wait for records; nothing when there will be no more."""
        intake = self._intake
        with self._changed:
            intake.release()
            if self._limits.full == "wait":
                self._changed.notify_all()
            if not intake.batches and not self._stopping:
                self._asleep = True
                while not intake.batches and not self._stopping:
                    self._changed.wait(self._teller.until_next())
                    if not intake.batches:
                        self._teller.tell()
                self._asleep = False
            if intake.batches and not self._stopping and intake.batches[0][0][1] < self.urgent:
                self._changed.wait(_LINGER)
            return intake.take(_ROUND)

    def _deliver(self, batch: list[Raw]) -> None:
        """Hand records to the sinks; whatever is raised, the thread goes on and they are counted."""
        try:
            records = self._round.developed(batch, self._waiting)
        except BaseException as error:  # noqa: B036  # nobody else would deliver what comes after
            with self._lock:
                self._intake.waiting -= len(batch)
                for channel in self.channels:
                    channel.ledger.drop(len(batch), type(error).__name__)
                self._changed.notify_all()
        else:
            self._write(records)

    def _waiting(self) -> tuple[list[Raw], ...]:
        with self._lock:
            return tuple(self._intake.batches)

    def _write(self, records: list[Record]) -> None:
        if self._limits.full == "wait":
            # Before callers give up, and what they bring is lost for all the sinks.
            until = monotonic() + self._limits.patience / 2
            for piece in pieces(records, self._limits.size):
                size = sum([len(record.line()) for record in piece])
                for channel in self.channels:
                    channel.has_room(len(piece), size, until)
                self._offer(piece)
        else:
            self._offer(records)

    def _offer(self, records: list[Record]) -> None:
        with self._lock:
            self._intake.waiting -= len(records)
            for channel in self.channels:
                channel.offer(records)
            if self._limits.full == "wait":
                self._changed.notify_all()
