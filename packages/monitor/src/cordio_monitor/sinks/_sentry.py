"""Sentry as a sink: what failed, with its trace, its frames and what was logged before."""

from __future__ import annotations

from collections import deque
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from cordio_monitor._masking import mask
from cordio_monitor.sinks._sink import Sink

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sentry_sdk import Client

    from cordio_monitor._record import Record
    from cordio_monitor._settings import LogSettings
    from cordio_monitor.sinks._choice import Choice

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

    Examples
    --------
    >>> from cordio_monitor.sinks import Record
    >>> Sentry("http://public@127.0.0.1:9/1").takes(Record("log", "error", 0, "orders", "", "no stock", {}))
    True
    """

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
    ) -> None:
        self._dsn = dsn
        self._environment = environment
        self._release = release
        self._timeout = timeout
        self._client: Client | None = None
        self._sent: deque[tuple[str, int, str]] = deque(maxlen=_REMEMBERED)
        self._done: set[int] = set()
        self.choice = choice

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
            before_send=lambda event, hint: _masked(event),
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
            raised = record.exception and record.exception.reveal()
            key = (record.trace_id, id(raised), record.error)
            known = raised is not None and key in self._sent
            if id(record) in self._done or known:
                continue
            self._client.capture_event(self._event(record))
            self._done.add(id(record))
            self._sent.append(key)
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
        return "".join(f"{_masked(self._event(record))}" for record in records if self.takes(record))

    def close(self) -> None:
        """Close the client."""
        client, self._client = self._client, None
        if client is not None:
            client.close(timeout=0)

    def forked(self) -> None:
        """Leave the parent's client alone."""
        self._client = None

    def _event(self, record: Record) -> Any:
        event: dict[str, object] = {}
        if record.exception is not None and self._client is not None:
            from sentry_sdk.utils import event_from_exception

            handled = {"type": "cordio", "handled": record.kind == "log"}
            options, raised = self._client.options, record.exception.reveal()
            event |= event_from_exception(raised, client_options=options, mechanism=handled)[0]
        event |= {
            "level": _LEVELS[record.level],
            "logger": record.service,
            "timestamp": _moment(record),
            "logentry": {"message": record.message},
            "extra": dict(record.fields),
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


def _masked(event: Any) -> Any:
    """Mask an event piece by piece, so that a large piece does not hide the rest."""
    masked: dict[str, object] = {}
    for name, value in event.items():
        masked |= {name: _exceptions(value)} if name == "exception" else _named(name, value)
    return masked


def _named(name: str, value: object) -> dict[str, object]:
    found = mask({name: value})
    return found if isinstance(found, dict) else {}


def _exceptions(exception: Any) -> dict[str, object]:
    return {"values": [_exception(value) for value in exception.get("values", ())]}


def _exception(value: Any) -> dict[str, object]:
    rest = {name: item for name, item in value.items() if name != "stacktrace"}
    frames = [mask(frame) for frame in (value.get("stacktrace") or {}).get("frames", ())]
    masked = mask(rest)
    known = masked if isinstance(masked, dict) else {}
    return {**known, "stacktrace": {"frames": frames}} if frames else known
