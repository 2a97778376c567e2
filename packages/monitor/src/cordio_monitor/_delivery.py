"""The outlet of a running monitor: it takes records over, and its thread hands them to each sink."""

from __future__ import annotations

from threading import Condition, RLock, get_ident
from time import monotonic
from typing import TYPE_CHECKING

from cordio_monitor._books import unwritten
from cordio_monitor._channel import channel_to
from cordio_monitor._diary import Diary
from cordio_monitor._fork import after_fork
from cordio_monitor._intake import Intake
from cordio_monitor._raw import LEVELS
from cordio_monitor._report import report
from cordio_monitor._round import Round
from cordio_monitor._rounds import Rounds
from cordio_monitor._teller import Teller
from cordio_monitor._worker import Worker

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cordio_monitor._event import Event
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
        super().__init__()
        self.threshold = LEVELS[settings.level]
        self.urgent = LEVELS[settings.urgent]
        self.off, self.recorder, self.slow = frozenset(settings.off), settings.recorder, settings.slow
        self.diary = Diary()
        self.revived: Callable[[], bool] = lambda: True
        self._limits = limits
        # Reentrant: a finalizer or a signal handler that logs may interrupt a thread that holds it.
        self._lock = RLock()
        self.channels = [channel_to(name, sink, settings, self._lock, limits) for name, sink in sinks.items()]
        self._teller = Teller(service, self.channels, self.accounts)
        self._round = Round(service, self.diary, any(sink.wants_trail for sink in sinks.values()))
        # How many open events the memory is planned for, and what it is for one alone.
        self._planned, self._alone = 1, self._share(1)
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
        self._intake.batches.clear()
        for channel in self.channels:
            channel.start()
        self._thread = Worker(self._run, "cordio-monitor")
        self._thread.start()
        self._accepting = True
        self._teller.announce()

    def take(self, batch: list[Raw]) -> None:
        """Put records into the buffer; what finds no room is dropped and counted.

        Parameters
        ----------
        batch : list[Raw]
            The records.
        """
        with self._lock:
            if self._forked:
                self._revive()
            if accepting := self._accepting:
                intake = self._intake
                if len(batch) > intake.room:
                    batch = self._fitting(batch)
                if batch:
                    intake.put(batch)
                    if self._asleep or batch[0][1] >= self.urgent:
                        self._asleep = False
                        self._changed.notify_all()
        if not accepting:
            super().take(batch)

    def opened(self, event: Event) -> None:
        """Note that an event is open; all of them together remember less than the buffer holds.

        Parameters
        ----------
        event : Event
            The event.
        """
        events = self.events
        events.add(event)
        number = len(events)
        if number == 1:
            self.release_at, self._planned = self._alone, 1
        elif number > self._planned:
            # What was remembered while there were fewer is looked through each time their number doubles.
            self._planned = 2 * number
            self.release_at = self._share(self._planned)
            for other in tuple(events):
                if len(other.records) > self.release_at:
                    self.drain(other.records)

    def hurry(self) -> None:
        """Take over what open events remember, and let no thread gather more before it delivers."""
        for event in tuple(self.events):
            self.drain(event.records)
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

    def _share(self, number: int) -> int:
        return max(min(10_000, self._limits.records // (2 * number)), 16)

    def _revive(self) -> None:
        from cordio_monitor._fork import at_end_of_child

        self._forked = False
        if self._thread is None:
            self.start()
            at_end_of_child(self)
        self._forked = not self.revived()

    def _rest(self, batch: list[Raw], until: float) -> list[Raw]:
        """Wait for room, piece by piece, and return what there was no more time for."""
        intake = self._intake
        while len(batch) > intake.room and self._changed.wait_for(
            lambda: intake.room > 0 or not self._accepting, max(until - monotonic(), 0)
        ):
            if not self._accepting:
                break
            if piece := batch[: intake.room]:
                intake.put(piece)
                batch = batch[len(piece) :]
                self._changed.notify_all()
        return batch

    def _fitting(self, batch: list[Raw]) -> list[Raw]:
        """Return what finds room, when not everything does; the rest is dropped and counted."""
        limits, intake = self._limits, self._intake
        if limits.full == "wait" and get_ident() not in self.threads:
            batch = self._rest(batch, monotonic() + limits.patience)
        kept = intake.fitting(batch)
        for channel in self.channels:
            channel.ledger.drop(len(batch) - len(kept), "full")
        return kept
