"""The thread on which records are worked out and masked, after the event, and handed to each sink."""

from __future__ import annotations

from collections import deque
from threading import Condition, RLock, Thread, get_ident
from time import monotonic, sleep, time_ns
from typing import TYPE_CHECKING

from cordio_monitor._books import closing, losses, sampled
from cordio_monitor._channel import Channel
from cordio_monitor._diary import Diary
from cordio_monitor._fork import after_fork
from cordio_monitor._outlet import Outlet
from cordio_monitor._raw import ERROR, LEVELS, WARNING
from cordio_monitor._record import develop
from cordio_monitor._report import report
from cordio_monitor._trail import before

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cordio_monitor._event import Event
    from cordio_monitor._full import Limits
    from cordio_monitor._ledger import Account
    from cordio_monitor._raw import Raw
    from cordio_monitor._record import Record
    from cordio_monitor._settings import LogSettings
    from cordio_monitor.sinks import Sink

__all__ = ["Delivery"]

# So many records at a time, with a pause that lets the event loop run; a short wait gathers a batch.
_AT_ONCE, _ROUND = 64, 1024
_PAUSE, _LINGER = 0.00005, 0.01
_TELL_EVERY = 1.0


class Delivery(Outlet):
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
    """

    _thread: Thread | None

    def __init__(self, service: str, sinks: Mapping[str, Sink], settings: LogSettings, limits: Limits) -> None:
        super().__init__()
        self.threshold = LEVELS[settings.level]
        self.urgent = LEVELS[settings.urgent]
        self.off, self.recorder, self.slow = frozenset(settings.off), settings.recorder, settings.slow
        self.diary = Diary()
        self._service = service
        self._limits = limits
        # Reentrant: a finalizer or a signal handler that logs may interrupt a thread that holds it.
        self._lock = RLock()
        self.channels = [Channel(name, sink, settings, self._lock, limits) for name, sink in sinks.items()]
        self._told: dict[str, int] = {}
        self._tell_next = 0.0
        self._wants_trail = any(sink.wants_trail for sink in sinks.values())
        self._round: list[Raw] = []
        self._reset()

    @property
    def threads(self) -> set[int | None]:
        """The identities of the delivering threads."""
        own = self._thread.ident if self._thread is not None else None
        return {own, *(channel.ident for channel in self.channels)}

    def start(self) -> None:
        """Begin to accept and to deliver."""
        after_fork(self)
        self._stopping = self._asleep = False
        self._queue.clear()
        for channel in self.channels:
            channel.start()
        self._thread = Thread(target=self._run, name="cordio-monitor", daemon=True)
        self._thread.start()
        self._accepting = True
        announced = [raw for channel in self.channels for raw in sampled(channel, time_ns())]
        if announced:
            self._report(announced)

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
                if len(batch) > self._limits.records - self._waiting:
                    batch = self._fitting(batch)
                if batch:
                    self._waiting += len(batch)
                    self._queue.append(batch)
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
        self.events.add(event)
        number = len(self.events)
        self.release_at = max(min(10_000, self._limits.records // (2 * number)), 16)
        # What was remembered while there were fewer is looked through each time their number doubles.
        if number & (number - 1) == 0:
            for other in tuple(self.events):
                if len(other.records) > self.release_at:
                    self.drain(other.records)

    def finish(self) -> None:
        """Accept nothing more; what waits is still delivered, and then the sinks are closed."""
        for event in tuple(self.events):
            event.end()
        with self._lock:
            self._accepting = self._forked = False
            self._stopping = True
            self._changed.notify_all()

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
        if self._thread is not None:
            self._thread.join(within)
            if self._thread.is_alive():
                return False
        return all([channel.join(max(until - monotonic(), 0)) for channel in self.channels])

    def tell_losses(self) -> None:
        """Say on standard error which records were not written, if there are any."""
        for name, account in self.accounts().items():
            lost = {"dropped": account.dropped, "failed": account.failed, "pending": account.pending}
            if any(lost.values()):
                told = ", ".join(f"{number} {what}" for what, number in lost.items() if number)
                report(f"the sink {name} did not write all of {account.accepted} records: {told}")

    def accounts(self) -> dict[str, Account]:
        """Return the state of the books.

        Returns
        -------
        dict[str, Account]
            The account of each sink by its name, all at one moment.
        """
        with self._lock:
            return {channel.name: channel.account(self._waiting) for channel in self.channels}

    def forked(self) -> None:
        """Begin anew in a child process; the threads are started with the first record."""
        self._lock = RLock()
        for channel in self.channels:
            channel.forked(self._lock)
        for event in self.events:
            event.records.clear()
        accepting = self._accepting
        self._reset()
        self._accepting = self._forked = accepting

    def _reset(self) -> None:
        self._changed = Condition(self._lock)
        self._queue: deque[list[Raw]] = deque()
        self._thread = None
        self._accepting = self._stopping = self._asleep = self._forked = False
        self._waiting = 0

    def _revive(self) -> None:
        from cordio_monitor._fork import at_end_of_child

        self._forked = False
        self.start()
        at_end_of_child(self)

    def _fitting(self, batch: list[Raw]) -> list[Raw]:
        """Return what finds room, when not everything does; the rest is dropped and counted."""
        limits = self._limits
        if limits.full == "wait" and get_ident() not in self.threads:
            self._changed.wait_for(lambda: self._room() >= len(batch) or not self._accepting, limits.patience)
        room = max(self._room(), 0)
        kept = batch[:room]
        if limits.full == "lowest":
            # A tenth more for what is above the crowd, so that it finds room in a flood.
            room += sum(raw[1] >= WARNING for raw in batch) if self._room() > -limits.records // 10 else 0
            best = sorted(range(len(batch)), key=lambda index: -batch[index][1])[:room]
            kept = [batch[index] for index in sorted(best)]
        for channel in self.channels:
            channel.ledger.drop(len(batch) - len(kept), "full")
        return kept

    def _room(self) -> int:
        return self._limits.records - self._waiting

    def _run(self) -> None:
        while batch := self._next():
            self._round = batch
            for start in range(0, len(batch), _AT_ONCE):
                self._deliver(batch[start : start + _AT_ONCE])
                if self._waiting < self._limits.records // 2:
                    sleep(_PAUSE)
            self._round = []
            self._tell()
        self._tell(last=True)
        for channel in self.channels:
            channel.finish()

    def _next(self) -> list[Raw]:
        """Wait for records; nothing when there will be no more."""
        batch: list[Raw] = []
        with self._changed:
            if not self._queue and not self._stopping:
                self._asleep = True
                while not self._queue and not self._stopping:
                    self._changed.wait(_TELL_EVERY if self._untold() else None)
                    if not self._queue:
                        self._tell()
                self._asleep = False
            if self._queue and not self._stopping and self._queue[0][0][1] < self.urgent:
                self._changed.wait(_LINGER)
            while self._queue and len(batch) < _ROUND:
                batch += self._queue.popleft()
        return batch

    def _deliver(self, batch: list[Raw]) -> None:
        """Hand records to the sinks; whatever is raised, the thread goes on and they are counted."""
        try:
            records = self._developed(batch)
        except BaseException as error:  # noqa: B036  # nobody else would deliver what comes after
            with self._lock:
                self._waiting -= len(batch)
                for channel in self.channels:
                    channel.ledger.drop(len(batch), type(error).__name__)
                self._changed.notify_all()
        else:
            self._write(records)

    def _developed(self, batch: list[Raw]) -> list[Record]:
        records = [develop(raw, self._service) for raw in batch]
        self.diary.note(records)
        if self._wants_trail:
            self._follow(batch, records)
        for record in records:
            record.line()
        return records

    def _write(self, records: list[Record]) -> None:
        if self._limits.full == "wait":
            until = monotonic() + self._limits.patience
            for channel in self.channels:
                channel.has_room(until)
        with self._lock:
            self._waiting -= len(records)
            for channel in self.channels:
                channel.offer(records)
            if self._limits.full == "wait":
                self._changed.notify_all()

    def _follow(self, batch: list[Raw], records: list[Record]) -> None:
        """Add to each error what was logged before it, which may still wait or be remembered."""
        for index, raw in enumerate(batch):
            if raw[1] >= ERROR:
                with self._lock:
                    batches = (self._round, *self._queue)
                trail = tuple(develop(one, self._service) for one in before(raw, batches))
                records[index] = records[index]._replace(trail=trail)

    def _untold(self) -> bool:
        return any(channel.ledger.dropped != self._told.get(channel.name, 0) for channel in self.channels)

    def _tell(self, last: bool = False) -> None:
        """Tell what was dropped, now and then, and the state of the books at the end."""
        if last or (self._untold() and monotonic() >= self._tell_next):
            self._tell_next = monotonic() + _TELL_EVERY
            accounts = self.accounts()
            self._report(losses(accounts, self._told, time_ns()))
            self._told = {name: account.dropped for name, account in accounts.items()}
            if last:
                self._report([closing(accounts, time_ns())])

    def _report(self, raws: list[Raw]) -> None:
        records: list[Record] = [develop(raw, self._service) for raw in raws]
        with self._lock:
            for channel in self.channels:
                channel.offer(records, force=True)
