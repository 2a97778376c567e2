"""Sinks for tests, and a monitor that writes to them."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Condition, Event

from cordio_monitor import LogSettings, Monitor
from cordio_monitor.sinks import Record, Sink

LIMIT = 20.0


class Collected(Sink):
    """Keeps what it is given."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self.closed = False
        self._changed = Condition()

    def write(self, records: Sequence[Record]) -> None:
        with self._changed:
            self.records += records
            self._changed.notify_all()

    def close(self) -> None:
        self.closed = True

    def wait_for(self, message: str) -> Record:
        """Wait until a record with this message has come."""
        with self._changed:
            assert self._changed.wait_for(lambda: message in self.messages, LIMIT), f"{message!r} never came"
        return self[message]

    @property
    def messages(self) -> list[str]:
        return [record.message for record in self.records]

    def __getitem__(self, message: str) -> Record:
        return next(record for record in self.records if record.message == message)


class Raising(Sink):
    """Fails to write."""

    def write(self, records: Sequence[Record]) -> None:
        raise OSError("no space left, password=hunter2")


class Hanging(Sink):
    """Writes nothing until it is let go."""

    def __init__(self) -> None:
        self.hangs = Event()
        self.let_go = Event()

    def write(self, records: Sequence[Record]) -> None:
        self.hangs.set()
        assert self.let_go.wait(LIMIT)


def monitored(
    *sinks: Sink, buffer: int = 100_000, stop_within: float = LIMIT, capture: bool = False
) -> Monitor:
    """Make a monitor that leaves the standard logging alone."""
    return Monitor("orders", sinks, LogSettings(capture=capture), buffer=buffer, stop_within=stop_within)
