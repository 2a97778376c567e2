"""Where a record was made: in which event and span, as the sinks are told it."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from cordio_monitor._content import text
from cordio_monitor._json import place
from cordio_monitor._masked import masked

if TYPE_CHECKING:
    from cordio_monitor._scope import Scope

__all__ = ["Where", "where"]

# The name of the event, masked; the ids of trace, span and parent; whether the trace is sampled; the same as
# JSON, what stands before the message and what behind the fields.
Where: TypeAlias = "tuple[str, str, str, str, bool, str, str]"
_OUTSIDE: Where = ("", "", "", "", True, "", "")


def where(scope: Scope | None) -> Where:
    """Return where a record was made; it is worked out once a span, while its event is not renamed.

    Parameters
    ----------
    scope : Scope | None
        The span in which it was made.

    Returns
    -------
    Where
        The name of the event, the ids, whether the trace is sampled, and these as JSON; empty outside of an
        event.

    Examples
    --------
    >>> where(None)
    ('', '', '', '', True, '', '')
    """
    if scope is None:
        return _OUTSIDE
    event, known = scope.event, scope.where
    if known is None or known[0] is not event.name:
        known = scope.where = (event.name, _found(scope))
    return known[1]


def _found(scope: Scope) -> Where:
    event, outer, name = scope.event, scope.outer, scope.event.name
    if outer is not None and outer.where is not None and outer.where[0] is name:
        return _below(outer.where[1], event.span_id(scope.number))
    parent = event.span_id(outer.number) if outer is not None else event.parent_id
    shown, trace, span = (
        masked(name if type(name) is str else text(name)),
        event.trace_id,
        event.span_id(scope.number),
    )
    return shown, trace, span, parent, event.sampled, *place(shown, trace, span, parent)


def _below(outer: Where, span: str) -> Where:
    """Return where a span is that is known to be inside of another one."""
    event, trace, parent, _, sampled, begins, _ = outer
    ends = f', "trace_id": "{trace}", "span_id": "{span}", "parent_id": "{parent}"'
    return event, trace, span, parent, sampled, begins, ends
