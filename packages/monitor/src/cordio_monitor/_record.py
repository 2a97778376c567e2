"""What a sink gets: a record with everything worked out and masked."""

from __future__ import annotations

from collections.abc import Mapping
from threading import get_ident, main_thread
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from cordio_monitor._content import content, exception, summary, text, trace
from cordio_monitor._json import as_json
from cordio_monitor._masking import HIDDEN, mask, mask_fields
from cordio_monitor._raised import Raised
from cordio_monitor._raw import ERROR, INFO, LEVELS, WARNING
from cordio_monitor._secret_rules import Rules, rules

if TYPE_CHECKING:
    from cordio_monitor._raw import Raw
    from cordio_monitor._scope import Scope
    from cordio_monitor._stage import Group

__all__ = ["Record", "develop", "masked"]

_SHORT, _MOST = 128, 4096
_NAMES = {level: name for name, level in LEVELS.items()}
_Where: TypeAlias = tuple[str, str, str, str, bool]
_Failure: TypeAlias = "tuple[str, str, Raised | None]"
_NOTHING: _Failure = ("", "", None)
_UNGROUPED: tuple[str, tuple[Group, ...]] = ("", ())
_OUTSIDE: _Where = ("", "", "", "", True)
_last: tuple[Scope | None, object, _Where] = (None, "", _OUTSIDE)
# Texts as they are shown, while the rules are the same.
_memory: tuple[Rules, dict[str, str]] = (rules.now, {})


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

    _line: str | None = None

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
        if self._line is None:
            self._line = as_json(self)
        return self._line


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
    where = _where(raw[5])
    kind = "log" if raw[0] == "logging" else raw[0]
    level = _NAMES.get(raw[1]) or _level(raw[1])
    service = masked(service)
    try:
        if raw[0] == "log":
            message, fields, error, with_traceback = raw[3], raw[4], exception(raw[4]), True
            group_id, groups = _UNGROUPED
        else:
            message, fields, error, with_traceback, group_id, groups = content(raw)
        told = masked(message if type(message) is str else text(message))
        shown = mask_fields(fields)
        failed = _NOTHING if error is None else _failure(error, with_traceback)
    except BaseException as error:
        # An interruption of the program is raised in its main thread alone; all else came out of the values.
        if isinstance(error, KeyboardInterrupt) and get_ident() == main_thread().ident:
            raise
        told, shown, failed, group_id, groups = HIDDEN, {}, _NOTHING, *_UNGROUPED
    event, trace_id, span_id, parent_id, sampled = where
    line, traceback, raised = failed
    return tuple.__new__(  # the constructor of a named tuple takes as long as all the rest
        Record,
        (
            *(kind, level, raw[2], service, event, told, shown, trace_id, span_id, parent_id),
            *(line, traceback, sampled, raised, (), group_id, groups),
        ),
    )


def masked(text: str) -> str:
    """Mask a text that comes again and again, such as a name or a message; short ones are remembered.

    Parameters
    ----------
    text : str
        The text.

    Returns
    -------
    str
        The text without the secrets in it.

    Examples
    --------
    >>> masked("login with password=hunter2")
    'login with password=***'
    """
    global _memory
    memory = _memory
    if memory[0] is not rules.now:
        memory = _memory = (rules.now, {})
    shown = memory[1].get(text)
    if shown is None:
        shown = mask(text)
        if len(text) <= _SHORT:
            if len(memory[1]) >= _MOST:
                memory[1].clear()
            memory[1][text] = shown
    return shown


def _failure(error: BaseException, with_traceback: bool) -> _Failure:
    return mask(summary(error)), mask(trace(error)) if with_traceback else "", Raised(error)


def _where(scope: Scope | None) -> _Where:
    """Return the name of the event, the ids and whether the trace is sampled; scopes come again and again."""
    global _last
    if scope is None:
        return _OUTSIDE
    name, last = scope.event.name, _last
    if last[0] is not scope or last[1] is not name:
        known = masked(name if type(name) is str else text(name))
        last = _last = (scope, name, (known, *_ids(scope), scope.event.sampled))
    return last[2]


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
