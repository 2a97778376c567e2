"""A queue of a broker as a sink."""

from __future__ import annotations

from collections.abc import Sequence
from os import urandom
from typing import TYPE_CHECKING, Protocol

from cordio_monitor._given import able
from cordio_monitor.sinks._asynchronous import Own
from cordio_monitor.sinks._sink import Sink

if TYPE_CHECKING:
    from cordio_monitor._record import Record
    from cordio_monitor._settings import LogSettings
    from cordio_monitor.sinks._choice import Choice
    from cordio_monitor.sinks._spill import Spill

__all__ = ["Publisher", "Queue"]


class Publisher(Protocol):
    """What a queue is written through: ``cordio_amqp.Amqp`` fits.

    A publisher that is a context manager of asyncio is entered on the sink's thread, so it is given
    unentered and is nobody else's.
    """

    def publish(self, exchange: str, key: str, message: object, /, *, message_id: str | None = None) -> object:
        """Publish a message; what it returns may be awaited until the broker keeps it."""
        ...


class Queue(Sink):
    """Publishes each record as a message of one JSON object.

    A message that has to be sent again has the same id, by which its receiver knows it.

    Parameters
    ----------
    publisher : Publisher
        The connection.
    key : str
        The routing key; with the default exchange, the name of the queue.
    exchange : str
        The exchange; empty for the default one.
    again : tuple[type[Exception], ...]
        What the connection raises when the broker cannot be reached, beside ``OSError``.
    choice : Choice | None
        What it takes.
    spill : Spill | None
        The file in which records wait while it cannot be reached; by default they wait in memory.

    Examples
    --------
    >>> from cordio_monitor import LogSettings
    >>> from cordio_monitor.sinks import Record
    >>> class Printed:
    ...     def publish(self, exchange, key, message, *, message_id=None):
    ...         print(key, message.decode())
    >>> queue = Queue(Printed(), "log")
    >>> queue.open(LogSettings())
    >>> queue.write([Record("log", "info", 0, "orders", "", "placing", {})])
    log {"time": "1970-01-01T00:00:00.000000Z", ... "message": "placing"}
    """

    batch = 100
    linger = 0.2

    def __init__(
        self,
        publisher: Publisher,
        key: str = "log",
        *,
        exchange: str = "",
        again: tuple[type[Exception], ...] = (),
        choice: Choice | None = None,
        spill: Spill | None = None,
    ) -> None:
        able("queue", "publisher", publisher, ("publish",), "something with a method `publish`")
        self._own = Own(publisher, again)
        self._key = key
        self._exchange = exchange
        self._sent: set[int] = set()
        self.choice = choice
        self.spill = spill

    def open(self, settings: LogSettings) -> None:
        """Connect.

        Parameters
        ----------
        settings : LogSettings
            Not used.
        """
        self._own.open()

    def write(self, records: Sequence[Record]) -> None:
        """Publish the records; those that were confirmed are not sent again.

        Parameters
        ----------
        records : Sequence[Record]
            The records.
        """
        for record in records:
            if id(record) not in self._sent:
                self._publish(record)
                self._sent.add(id(record))
        self._sent.difference_update(map(id, records))

    def unwritten(self, records: Sequence[Record]) -> Sequence[Record]:
        """Tell which records the broker has not confirmed.

        Parameters
        ----------
        records : Sequence[Record]
            The records that were to be published.

        Returns
        -------
        Sequence[Record]
            Those.
        """
        left = [record for record in records if id(record) not in self._sent]
        self._sent.difference_update(map(id, records))
        return left

    def close(self) -> None:
        """Leave the connection."""
        self._own.close()

    def forked(self) -> None:
        """Leave the parent's connection alone."""
        self._own.forget()

    def rehearse(self, records: Sequence[Record]) -> str:
        """Tell what would be published.

        Parameters
        ----------
        records : Sequence[Record]
            The records.

        Returns
        -------
        str
            The messages.
        """
        return "".join(record.line() for record in records)

    def _publish(self, record: Record) -> None:
        body = record.line().rstrip("\n").encode("utf-8", "backslashreplace")
        # It stays with the record, in a spill too.
        name = record.__dict__.get("message_id") or urandom(16).hex()
        record.__dict__["message_id"] = name
        self._own.call(self._own.service.publish(self._exchange, self._key, body, message_id=name))
