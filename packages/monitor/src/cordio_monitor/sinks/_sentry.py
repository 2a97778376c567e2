"""Sentry as a sink: what failed, with its trace, its frames and what was logged before."""

from __future__ import annotations

from collections import deque
from datetime import datetime, timezone
from hashlib import md5
from typing import TYPE_CHECKING, Any

from cordio_monitor._address import url
from cordio_monitor._checked import number, text
from cordio_monitor.sinks._sentry_masking import masked_event
from cordio_monitor.sinks._sink import Sink

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sentry_sdk import Client

    from cordio_monitor._record import Record
    from cordio_monitor._settings import LogSettings
    from cordio_monitor.sinks._choice import Choice
    from cordio_monitor.sinks._spill import Spill

__all__ = ["Sentry"]

_LEVELS = {"debug": "debug", "info": "info", "warning": "warning", "error": "error"}
_REMEMBERED = 500
_CRUMBS = 50


class Sentry(Sink):
    """Sends errors as events of the real ``sentry-sdk``, with none of its integrations.

    What was logged in the same event before stands in it as breadcrumbs. Everything is masked once more,
    the local variables of the frames too. An exception that is logged and then leaves the event is sent once.

    Parameters
    ----------
    dsn : str
        The address with the key of the project.
    environment : str
        Where the service runs, such as ``production``.
    release : str
        Which version of it runs.
    timeout : float
        For how many seconds the server may be silent.
    choice : Choice | None
        What it takes.
    spill : Spill | None
        The file in which records wait while it cannot be reached; by default they wait in memory.

    Examples
    --------
    >>> from cordio_monitor.sinks import Record
    >>> Sentry("http://public@127.0.0.1:9/1").takes(Record("log", "error", 0, "orders", "", "no stock", {}))
    True
    """

    needs = ("sentry_sdk", "sentry")
    batch = 20
    wants_trail = True

    def __init__(
        self,
        dsn: str,
        *,
        environment: str = "",
        release: str = "",
        timeout: float = 5.0,
        choice: Choice | None = None,
        spill: Spill | None = None,
    ) -> None:
        self._dsn = url("sentry", "dsn", dsn, "https://key@host/42", with_key=True)
        self._environment = text("sentry", "environment", environment)
        self._release = text("sentry", "release", release)
        self._timeout = number("sentry", "timeout", timeout, "a number of seconds above 0", above=0)
        self._client: Client | None = None
        self._sent: deque[tuple[str, int, str]] = deque(maxlen=_REMEMBERED)
        self._done: set[int] = set()
        self.choice = choice
        self.spill = spill

    def open(self, settings: LogSettings) -> None:
        """Make the client.

        Parameters
        ----------
        settings : LogSettings
            Not used.
        """
        import sentry_sdk

        from cordio_monitor.sinks._sentry_transport import Delivered

        self._client = sentry_sdk.Client(
            dsn=self._dsn,
            environment=self._environment or None,
            release=self._release or None,
            transport=Delivered(self._dsn, self._timeout),
            default_integrations=False,
            auto_enabling_integrations=False,
            auto_session_tracking=False,
            before_send=lambda event, hint: masked_event(event),
            max_breadcrumbs=_CRUMBS,
        )

    def takes(self, record: Record) -> bool:
        """Take what failed.

        Parameters
        ----------
        record : Record
            The record.

        Returns
        -------
        bool
            Whether it is an error.
        """
        return record.kind in ("log", "event") and record.level == "error"

    def write(self, records: Sequence[Record]) -> None:
        """Send the errors, each when the one before has been taken.

        Parameters
        ----------
        records : Sequence[Record]
            The records.
        """
        assert self._client is not None
        for record in records:
            key = (record.trace_id, _raised(record), record.error)
            if id(record) in self._done:
                continue
            if not (key[1] and key in self._sent):
                self._client.capture_event(self._event(record))
                self._sent.append(key)
            self._done.add(id(record))
        self._done.difference_update(map(id, records))

    def rehearse(self, records: Sequence[Record]) -> str:
        """Tell what would be sent.

        Parameters
        ----------
        records : Sequence[Record]
            The records.

        Returns
        -------
        str
            The events.
        """
        return "".join(f"{masked_event(self._event(record))}" for record in records if self.takes(record))

    def unwritten(self, records: Sequence[Record]) -> Sequence[Record]:
        """Tell which records the server has not taken.

        Parameters
        ----------
        records : Sequence[Record]
            The records that were to be sent.

        Returns
        -------
        Sequence[Record]
            Those.
        """
        left = [record for record in records if id(record) not in self._done]
        self._done.difference_update(map(id, records))
        return left

    def close(self) -> None:
        """Close the client."""
        client, self._client = self._client, None
        if client is not None:
            client.close(timeout=0)

    def forked(self) -> None:
        """Leave the parent's client alone."""
        self._client = None

    def _told(self, record: Record) -> dict[str, object]:
        """Tell of the exception what a record from a spill still has."""
        told = {"error": record.error, "traceback": record.traceback}
        return {name: text for name, text in told.items() if text and record.exception is None}

    def _event(self, record: Record) -> Any:
        event: dict[str, object] = {}
        if record.exception is not None:
            from sentry_sdk.utils import event_from_exception

            handled = {"type": "cordio", "handled": record.kind == "log"}
            options = self._client.options if self._client is not None else None
            raised = record.exception.reveal()
            event |= event_from_exception(raised, client_options=options, mechanism=handled)[0]
        event |= {
            "event_id": _name(record),
            "level": _LEVELS[record.level],
            "logger": record.service,
            "timestamp": _moment(record),
            "logentry": {"message": record.message},
            "extra": dict(record.fields) | self._told(record),
            "tags": {"service": record.service, "kind": record.kind},
            "breadcrumbs": {"values": [_crumb(before) for before in record.trail]},
        }
        if record.event:
            event["transaction"] = record.event
        if record.trace_id:
            trace = {"trace_id": record.trace_id, "span_id": record.span_id, "op": record.kind}
            if record.parent_id:
                trace["parent_span_id"] = record.parent_id
            event["contexts"] = {"trace": trace}
        return event


def _raised(record: Record) -> int:
    """Return which exception it was, in a spill too; 0 if there was none."""
    if record.exception is not None:
        return id(record.exception.reveal())
    known = record.__dict__.get("raised", 0)
    return known if isinstance(known, int) else 0


def _name(record: Record) -> str:
    """Return the id by which the server knows an event that was sent before, whose answer was lost."""
    told = (record.kind, record.time, record.trace_id, record.span_id, record.message, record.error)
    return md5(repr(told).encode(errors="replace"), usedforsecurity=False).hexdigest()


def _moment(record: Record) -> datetime:
    return datetime.fromtimestamp(record.time / 1e9, timezone.utc)


def _crumb(record: Record) -> dict[str, object]:
    return {
        "type": "default",
        "category": record.kind,
        "level": _LEVELS[record.level],
        "message": record.message,
        "timestamp": record.time / 1e9,
        "data": dict(record.fields),
    }
