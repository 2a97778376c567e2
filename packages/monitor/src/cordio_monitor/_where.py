"""Where a record was made: in which event and span, as the sinks are told it."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from cordio_monitor._content import text
from cordio_monitor._masked import masked

if TYPE_CHECKING:
    from cordio_monitor._scope import Scope

__all__ = ["Where", "where"]

# The name of the event, masked; the ids of trace, span and parent; whether the trace is sampled.
Where: TypeAlias = "tuple[str, str, str, str, bool]"
_OUTSIDE: Where = ("", "", "", "", True)


def where(scope: Scope | None) -> Where:
    """Return where a record was made; it is worked out once a span, while its event is not renamed.

    Parameters
    ----------
    scope : Scope | None
        The span in which it was made.

    Returns
    -------
    Where
        The name of the event, the ids and whether the trace is sampled; empty outside of an event.

    Examples
    --------
    >>> where(None)
    ('', '', '', '', True)
    """
    if scope is None:
        return _OUTSIDE
    event, known = scope.event, scope.where
    if known is None or known[0] is not event.name:
        known = scope.where = (event.name, _found(scope))
    return known[1]


def _found(scope: Scope) -> Where:
    event, outer, name = scope.event, scope.outer, scope.event.name
    parent = event.span_id(outer.number) if outer is not None else event.parent_id
    shown = masked(name if type(name) is str else text(name))
    return shown, event.trace_id, event.span_id(scope.number), parent, event.sampled
