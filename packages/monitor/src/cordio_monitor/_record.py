"""What a sink gets: a record with everything worked out and masked."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from threading import get_ident, main_thread
from typing import TYPE_CHECKING, NamedTuple

from cordio_monitor._content import content, summary, text, trace
from cordio_monitor._json import as_json
from cordio_monitor._masking import HIDDEN, mask, mask_fields
from cordio_monitor._raised import Raised
from cordio_monitor._raw import ERROR, INFO, WARNING

if TYPE_CHECKING:
    from cordio_monitor._raw import Raw
    from cordio_monitor._scope import Scope
    from cordio_monitor._stage import Group

__all__ = ["Record", "develop"]

_SHORT = 128


class _Fields(NamedTuple):
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
    sampled: bool = True
    exception: Raised | None = None
    trail: tuple[Record, ...] = ()
    group_id: str = ""
    groups: tuple[Group, ...] = ()


class Record(_Fields):
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
    sampled : bool
        Whether the caller records the trace.
    exception : Raised | None
        What went wrong, as it was raised and not masked, under a cover: for sinks that show frames and mask
        them themselves.
    trail : tuple[Record, ...]
        What was logged in the event before it failed, for sinks that want it.
    group_id : str
        Of a span: the span of its stage that groups it; empty if there is none.
    groups : tuple[Group, ...]
        Of the closing record of an event: the spans that stand for its stages.

    Examples
    --------
    >>> Record("log", "info", 0, "orders", "", "placing", {"card": "***"}).fields
    {'card': '***'}
    """

    def line(self) -> str:
        """Return the record as one JSON object on a line; it is worked out once.

        Returns
        -------
        str
            The line, with its end.

        Examples
        --------
        >>> print(Record("log", "info", 0, "orders", "", "placing", {}).line(), end="")
        {"time": "1970-01-01T00:00:00.000000Z", "level": "info", ... "message": "placing"}
        """
        known = self.__dict__.get("_line")
        if known is None:
            known = self.__dict__["_line"] = as_json(self)
        return str(known)


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

    Raises
    ------
    KeyboardInterrupt
        If the program is interrupted meanwhile, in its main thread.

    Examples
    --------
    >>> develop(("count", 10, 0, "reserved", 2, None), "orders").fields
    {'n': 2}
    """
    scope = raw[5]
    if scope is None:
        event, ids, sampled = "", ("", "", ""), True
    else:
        event, ids, sampled = _name(scope.event.name), _ids(scope), scope.event.sampled
    kind = "log" if raw[0] == "logging" else raw[0]
    try:
        found = content(raw)
        error = found.error
        return Record(
            kind,
            _level(raw[1]),
            raw[2],
            service,
            event,
            mask(found.message if type(found.message) is str else text(found.message)),
            mask_fields(found.fields),
            *ids,
            mask(summary(error)) if error is not None else "",
            mask(trace(error)) if error is not None and found.with_traceback else "",
            sampled,
            Raised(error) if error is not None else None,
            (),
            found.group_id,
            found.groups,
        )
    except BaseException as error:
        # An interruption of the program is raised in its main thread alone; all else came out of the values.
        if isinstance(error, KeyboardInterrupt) and get_ident() == main_thread().ident:
            raise
        return Record(kind, _level(raw[1]), raw[2], service, event, HIDDEN, {}, *ids, "", "", sampled)


def _ids(scope: Scope) -> tuple[str, str, str]:
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
    known = name if type(name) is str else text(name)
    return _short_name(known) if len(known) <= _SHORT else mask(known)


@lru_cache(maxsize=1024)
def _short_name(name: str) -> str:
    return mask(name)
