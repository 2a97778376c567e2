"""What a sink gets: a record with everything worked out and masked."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from cordio_monitor._content import Content, content, summary, trace
from cordio_monitor._masking import HIDDEN, mask, mask_fields
from cordio_monitor._raw import ERROR, INFO, WARNING

if TYPE_CHECKING:
    from cordio_monitor._raw import Raw
    from cordio_monitor._scope import Scope

__all__ = ["Record", "develop"]

_SHORT = 128


class Record(NamedTuple):
    """One thing that happened, masked and ready to be written.

    Parameters
    ----------
    kind : str
        ``log``, ``event`` (the closing record of an event), ``span``, ``count`` or ``timing``.
    level : str
        ``debug``, ``info``, ``warning`` or ``error``.
    time : int
        When it happened, in nanoseconds since 1970; the end of events and spans.
    service : str
        The service that the monitor watches.
    event : str
        The name of the event in which it happened; empty outside of one.
    message : str
        The message, or the name of what is timed or counted.
    fields : Mapping[str, object]
        The particulars.
    trace_id : str
        The trace, 32 hexadecimal digits; empty outside of one.
    span_id : str
        The span itself or the one in which it happened, 16 hexadecimal digits; empty outside of one.
    parent_id : str
        The span around that one; empty if there is none.
    error : str
        What went wrong, in a line; empty if nothing did.
    traceback : str
        The traceback of what went wrong; empty if there is none.

    Examples
    --------
    >>> Record("log", "info", 0, "orders", "", "placing", {"card": "***"}).fields
    {'card': '***'}
    """

    kind: str
    level: str
    time: int
    service: str
    event: str
    message: str
    fields: Mapping[str, object]
    trace_id: str = ""
    span_id: str = ""
    parent_id: str = ""
    error: str = ""
    traceback: str = ""


def develop(raw: Raw, service: str) -> Record:
    """Work out and mask what was remembered; what cannot be worked out is hidden, not passed.

    Parameters
    ----------
    raw : Raw
        What was remembered.
    service : str
        The service that the monitor watches.

    Returns
    -------
    Record
        The record for the sinks.

    Examples
    --------
    >>> develop(("count", 10, 0, "reserved", 2, None), "orders").fields
    {'n': 2}
    """
    scope = raw[5]
    event = _name(scope.event.name) if scope is not None else ""
    kind = "log" if raw[0] == "logging" else raw[0]
    blank = Record(kind, _level(raw[1]), raw[2], service, event, HIDDEN, {}, *_ids(scope))
    try:
        return _filled(blank, content(raw))
    except Exception:
        return blank


def _filled(blank: Record, found: Content) -> Record:
    error = found.error
    return blank._replace(
        message=mask(str(found.message)),
        fields=mask_fields(found.fields),
        error=mask(summary(error)) if error is not None else "",
        traceback=mask(trace(error)) if error is not None and found.with_traceback else "",
    )


def _ids(scope: Scope | None) -> tuple[str, str, str]:
    if scope is None:
        return "", "", ""
    event, outer = scope.event, scope.outer
    parent = event.span_id(outer.number) if outer is not None else event.parent_id
    return event.trace_id, event.span_id(scope.number), parent


def _level(level: int) -> str:
    if level >= ERROR:
        return "error"
    if level >= WARNING:
        return "warning"
    return "info" if level >= INFO else "debug"


def _name(name: object) -> str:
    text = str(name)
    return _short_name(text) if len(text) <= _SHORT else mask(text)


@lru_cache(maxsize=1024)
def _short_name(name: str) -> str:
    return mask(name)
