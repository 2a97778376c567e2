"""The thread on which records are worked out, masked and written, after the event."""

from __future__ import annotations

from queue import Empty, SimpleQueue
from threading import RLock, Thread
from typing import TYPE_CHECKING

from cordio_monitor._channel import Channel
from cordio_monitor._outlet import Outlet
from cordio_monitor._raw import LEVELS
from cordio_monitor._record import develop
from cordio_monitor._report import report

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TypeAlias

    from cordio_monitor._ledger import Account
    from cordio_monitor._raw import Raw
    from cordio_monitor._settings import LogSettings
    from cordio_monitor.sinks import Sink

    Queue: TypeAlias = "SimpleQueue[list[Raw] | None]"

__all__ = ["Delivery"]

# So many records at a time: the sinks' writes between them let the event loop run.
_AT_ONCE = 64


class Delivery(Outlet):
    """The outlet of a monitor: a bounded buffer, and one thread that empties it into the sinks.

    Parameters
    ----------
    service : str
        The service that the monitor watches.
    sinks : Mapping[str, Sink]
        The sinks by their names.
    settings : LogSettings
        What is logged, and how.
    limit : int
        How many records may wait.
    """

    def __init__(self, service: str, sinks: Mapping[str, Sink], settings: LogSettings, limit: int) -> None:
        super().__init__()
        self.threshold = LEVELS[settings.level]
        self._service = service
        self._limit = limit
        # Reentrant: a finalizer or a signal handler that logs may interrupt a thread that holds it.
        self._lock = RLock()
        self._channels = [Channel(name, sink, settings, self._lock) for name, sink in sinks.items()]
        self._queue: Queue = SimpleQueue()
        self._thread: Thread | None = None
        self._accepting = False
        self._waiting = 0

    @property
    def thread(self) -> int | None:
        """The identity of the delivering thread."""
        return self._thread.ident if self._thread is not None else None

    def start(self) -> None:
        """Begin to accept and to deliver."""
        self._queue = SimpleQueue()
        self._thread = Thread(target=self._run, args=(self._queue,), name="cordio-monitor", daemon=True)
        self._thread.start()
        self._accepting = True

    def take(self, batch: list[Raw]) -> None:
        """Put records into the buffer; what finds no room is dropped and counted.

        Parameters
        ----------
        batch : list[Raw]
            The records.
        """
        with self._lock:
            if accepting := self._accepting:
                self._accept(batch)
        if not accepting:
            super().take(batch)

    def finish(self) -> None:
        """Accept nothing more; what waits is still delivered, and then the sinks are closed."""
        for event in tuple(self.events):
            event.end()
        with self._lock:
            if self._accepting:
                self._accepting = False
                self._queue.put(None)

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
        if self._thread is not None:
            self._thread.join(within)
        return self._thread is None or not self._thread.is_alive()

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
            return {channel.name: channel.ledger.account() for channel in self._channels}

    def _accept(self, batch: list[Raw]) -> None:
        waiting = min(len(batch), max(self._limit - self._waiting, 0))
        dropped = len(batch) - waiting
        for channel in self._channels:
            channel.ledger.accept(waiting, dropped)
        if waiting:
            self._waiting += waiting
            self._queue.put(batch[:waiting])

    def _run(self, queue: Queue) -> None:
        more = True
        while more:
            batch, more = _next(queue)
            for start in range(0, len(batch), _AT_ONCE):
                self._write(batch[start : start + _AT_ONCE])
        for channel in self._channels:
            channel.close()

    def _write(self, batch: list[Raw]) -> None:
        records = [develop(raw, self._service) for raw in batch]
        for channel in self._channels:
            channel.write(records)
        with self._lock:
            self._waiting -= len(batch)


def _next(queue: Queue) -> tuple[list[Raw], bool]:
    """Wait for records, take more of them if they are there, and tell whether more can come."""
    batch: list[Raw] = []
    try:
        item = queue.get()
        while item is not None:
            batch += item
            if len(batch) >= _AT_ONCE:
                return batch, True
            item = queue.get_nowait()
    except Empty:
        return batch, True
    return batch, False
