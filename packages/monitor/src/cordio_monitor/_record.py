"""What a sink gets: a record with everything worked out and masked."""

from __future__ import annotations

from collections.abc import Mapping
from threading import get_ident, main_thread
from typing import TYPE_CHECKING, Any, NamedTuple, Self, TypeAlias

from cordio_monitor._content import content, summary, text, trace
from cordio_monitor._fields import told
from cordio_monitor._json import as_json, line
from cordio_monitor._masked import masked, masked_place
from cordio_monitor._masking import HIDDEN, mask
from cordio_monitor._raised import Raised
from cordio_monitor._raw import ERROR, INFO, LEVELS, WARNING
from cordio_monitor._secret_types import mask_typed
from cordio_monitor._usual import usual
from cordio_monitor._where import where

if TYPE_CHECKING:
    from cordio_monitor._raw import Raw
    from cordio_monitor._stage import Group

__all__ = ["Record", "develop"]

_NAMES = {level: name for name, level in LEVELS.items()}
_Failure: TypeAlias = "tuple[str, str, Raised | None]"


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
    json: str = ""


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
    json : str
        What `line` returns, where it is worked out already.

    Examples
    --------
    >>> Record("log", "info", 0, "orders", "", "placing", {"card": "***"}).fields
    {'card': '***'}
    """

    def line(self) -> str:
        """Return the record as one JSON object on a line.

        Returns
        -------
        str
            The line, with its end.

        Examples
        --------
        >>> print(Record("log", "info", 0, "orders", "", "placing", {}).line(), end="")
        {"time": "1970-01-01T00:00:00.000000Z", "level": "info", ... "message": "placing"}
        """
        return self.json or as_json(self)

    def _replace(self, **changes: Any) -> Self:
        """Return a copy with other values, and so with another line."""
        return super()._replace(**{"json": "", **changes})


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
    event, trace_id, span_id, parent_id, sampled, begins, ends = where(raw[5])
    kind, level = raw[0], _NAMES.get(raw[1]) or _level(raw[1])
    kind = "log" if kind == "logging" else kind
    service, failure, traceback, raised, group_id, json = masked(service), "", "", None, "", ""
    groups: tuple[Group, ...] = ()
    try:
        place = None
        if raw[0] == "log":
            message, with_traceback = raw[3], True
            shown, body, error = told(raw[4])
        elif (known := usual(raw)) is not None:
            message, shown, body, error, with_traceback, group_id, groups = known
        else:
            message, fields, error, with_traceback, group_id, groups, place = content(raw)
            shown, body, _ = told(fields)
        said = masked(message if type(message) is str else text(message))
        if place is not None:
            placed, more = masked_place(*place)
            body = body + more if body is not None and placed.keys().isdisjoint(shown) else None
            shown |= placed
        if error is not None:
            failure, traceback, raised = _failure(error, with_traceback)
        if body is not None:
            hidden = failure if "error" not in shown else ""
            json = line((raw[2], level, kind, service, begins, said, body, hidden, ends, traceback))
    except BaseException as error:
        # An interruption of the program is raised in its main thread alone; all else came out of the values.
        if isinstance(error, KeyboardInterrupt) and get_ident() == main_thread().ident:
            raise
        said, shown, group_id, groups = HIDDEN, {}, "", ()
        failure, traceback, raised, json = "", "", None, ""
    # The constructor of a named tuple takes as long as all the rest.
    # fmt: off
    return tuple.__new__(Record, (
        kind, level, raw[2], service, event, said, shown, trace_id, span_id, parent_id, failure, traceback,
        sampled, raised, (), group_id, groups, json,
    ))
    # fmt: on


def _failure(error: BaseException, with_traceback: bool) -> _Failure:
    line, traceback = summary(error), trace(error) if with_traceback else ""
    if not all(type(part) is str for part in error.args) or error.__context__ or error.__cause__:
        line, traceback = mask_typed(line, error, HIDDEN), mask_typed(traceback, error, HIDDEN)
    return mask(line), mask(traceback), Raised(error)


def _level(level: int) -> str:
    if level >= ERROR:
        return "error"
    if level >= WARNING:
        return "warning"
    return "info" if level >= INFO else "debug"
