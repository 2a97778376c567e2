"""The outlet of a running monitor: it takes records over, and its thread hands them to each sink."""

from __future__ import annotations

from threading import Condition, RLock, get_ident
from time import monotonic
from typing import TYPE_CHECKING

from cordio_monitor._books import unwritten
from cordio_monitor._diary import Diary
from cordio_monitor._fork import after_fork
from cordio_monitor._intake import Intake
from cordio_monitor._raw import LEVELS
from cordio_monitor._report import report
from cordio_monitor._round import Round
from cordio_monitor._rounds import Rounds
from cordio_monitor._teller import Teller
from cordio_monitor._ways import channel_to
from cordio_monitor._weight import weight_of
from cordio_monitor._worker import Worker

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cordio_monitor._full import Limits
    from cordio_monitor._ledger import Account
    from cordio_monitor._raw import Raw
    from cordio_monitor._settings import LogSettings
    from cordio_monitor.sinks import Sink

__all__ = ["Delivery"]


class Delivery(Rounds):
    """The outlet of a monitor: a bounded buffer, a thread that empties it, and a channel for each sink.

    Parameters
    ----------
    service : str
        The service that the monitor watches.
    sinks : Mapping[str, Sink]
        The sinks by their names.
    settings : LogSettings
        What is logged, and how.
    limits : Limits
        How much may wait.

    Attributes
    ----------
    revived : Callable[[], bool]
        Called in a child process that delivers something, until it returns true.
    """

    _thread: Worker | None

    def __init__(self, service: str, sinks: Mapping[str, Sink], settings: LogSettings, limits: Limits) -> None:
        super().__init__(limits)
        self.threshold = LEVELS[settings.level]
        self.urgent = LEVELS[settings.urgent]
        self.off, self.recorder, self.slow = frozenset(settings.off), settings.recorder, settings.slow
        self.diary = Diary()
        self.revived: Callable[[], bool] = lambda: True
        # Reentrant: a finalizer or a signal handler that logs may interrupt a thread that holds it.
        self._lock = RLock()
        self.channels = [channel_to(name, sink, settings, self._lock, limits) for name, sink in sinks.items()]
        self._teller = Teller(service, self.channels, self.accounts)
        self._round = Round(service, self.diary, any(sink.wants_trail for sink in sinks.values()))
        self._reset()

    @property
    def threads(self) -> set[int | None]:
        """The identities of the delivering threads."""
        own = self._thread.ident if self._thread is not None else None
        return {own, *(channel.ident for channel in self.channels)}

    @property
    def is_held(self) -> bool:
        """Whether the calling thread is in the middle of handing over: nothing is delivered meanwhile."""
        return bool(self._lock._is_owned())  # type: ignore[attr-defined]  # as `Condition` asks it

    def start(self) -> None:
        """Begin to accept and to deliver."""
        after_fork(self)
        self._stopping = self._asleep = False
        self._intake.clear()
        self.forsaken = 0
        for channel in self.channels:
            channel.start()
        # Before the thread looks when it is time to tell something.
        self._teller.announce()
        self._thread = Worker(self._run, "cordio-monitor")
        self._thread.start()
        self._accepting = True

    def take(self, batch: list[Raw], weight: int = 0) -> None:
        """Put records into the buffer; what finds no room is dropped and counted.

        Parameters
        ----------
        batch : list[Raw]
            The records.
        weight : int
            About how many bytes the large ones of them hold.
        """
        with self._lock:
            if self._forked:
                self._revive()
            if accepting := self._accepting:
                intake = self._intake
                if intake.is_short_of(len(batch), weight):
                    batch, weight = self._fitting(batch, weight)
                if batch:
                    intake.put(batch, weight)
                    if self._asleep or batch[0][1] >= self.urgent:
                        self._asleep = False
                        self._changed.notify_all()
        if not accepting:
            super().take(batch, weight)

    def hurry(self) -> None:
        """Take over what open events remember, and let no thread gather more before it delivers."""
        for event in tuple(self.events):
            self.drain(event)
        with self._lock:
            self._changed.notify_all()
        self._wake()

    def finish(self) -> None:
        """Accept nothing more; what waits is still delivered, and then the sinks are closed."""
        for event in tuple(self.events):
            event.end()
        with self._lock:
            self._accepting = self._forked = False
            self._stopping = True
            self._changed.notify_all()
        if self._limits.full == "wait":
            for channel in self.channels:
                channel.expect_end()

    def join(self, within: float = 0) -> bool:
        """Wait for the end of the delivery.

        Parameters
        ----------
        within : float
            For how many seconds at most.

        Returns
        -------
        bool
            Whether everything was delivered.
        """
        until = monotonic() + within
        if self._thread is not None and not self._thread.ends_within(within):
            return False
        return all([channel.join(max(until - monotonic(), 0)) for channel in self.channels])

    def tell_losses(self) -> None:
        """Say on standard error which records were not written, if there are any."""
        for name, account in self.accounts().items():
            if told := unwritten(name, account):
                report(told)

    def accounts(self) -> dict[str, Account]:
        """Return the state of the books.

        Returns
        -------
        dict[str, Account]
            The account of each sink by its name, all at one moment.
        """
        with self._lock:
            return {channel.name: channel.account(self._intake.waiting) for channel in self.channels}

    def forked(self) -> None:
        """Begin anew in a child process; the threads are started with the first record."""
        self._lock = RLock()
        for channel in self.channels:
            channel.forked(self._lock)
        for event in self.events:
            event.leave_to_parent()
        self.events.clear()
        accepting = self._accepting
        self._reset()
        self._accepting = self._forked = accepting

    def _reset(self) -> None:
        self._changed = Condition(self._lock)
        self._intake = Intake(self._limits)
        self._thread = None
        self._accepting = self._stopping = self._asleep = self._forked = False

    def _revive(self) -> None:
        from cordio_monitor._fork import at_end_of_child

        self._forked = False
        if self._thread is None:
            self.start()
            at_end_of_child(self)
        self._forked = not self.revived()

    def _room_for(self, batch: list[Raw], weight: int) -> tuple[list[Raw], int]:
        """Wait for room, piece by piece, and return what there was no more time for."""
        intake, until = self._intake, monotonic() + self._limits.patience
        while intake.is_short_of(len(batch), weight) and self._has_waited(weight, until):
            piece = batch[: intake.room]
            held = sum(map(weight_of, piece)) if weight else 0
            intake.put(piece, held)
            batch, weight = batch[len(piece) :], max(weight - held, 0)
            self._changed.notify_all()
        return batch, weight

    def _has_waited(self, weight: int, until: float) -> bool:
        """Wait until something finds room, and tell whether it does."""
        return (
            self._accepting
            and self._changed.wait_for(
                lambda: self._intake.is_roomy(weight) or not self._accepting, max(until - monotonic(), 0)
            )
            and self._accepting
        )

    def _fitting(self, batch: list[Raw], weight: int) -> tuple[list[Raw], int]:
        """Return what finds room, when not everything does, and its bytes; the rest is dropped and counted."""
        if self._limits.full == "wait" and get_ident() not in self.threads:
            batch, weight = self._room_for(batch, weight)
        kept = self._intake.fitting(batch)
        for channel in self.channels:
            channel.ledger.drop(len(batch) - len(kept), "full")
        return kept, sum(map(weight_of, kept)) if weight else 0
