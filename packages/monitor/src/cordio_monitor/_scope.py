"""The place in the tree of spans where the running code stands."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cordio_monitor._event import Event
    from cordio_monitor._where import Where

__all__ = ["Scope", "current", "stray", "trace_id"]


class Scope:
    """One span of an event, as its children see it: its place in the tree never changes.

    Parameters
    ----------
    event : Event
        The event that the span belongs to.
    number : int
        Which span of the event it is; its id is worked out from this when it is delivered.
    outer : Scope | None
        The scope around it.
    """

    __slots__ = ("ended", "event", "fields", "number", "outer", "where")

    def __init__(self, event: Event, number: int, outer: Scope | None = None) -> None:
        self.event = event
        self.number = number
        self.outer = outer
        self.ended = False
        self.fields: Mapping[str, object] | None = None
        # As the sinks are told it, with the name of the event then; worked out at the delivery.
        self.where: tuple[str, Where] | None = None


current: ContextVar[Scope | None] = ContextVar("cordio_monitor.current", default=None)


def stray(entered: Scope, outer: object) -> None:
    """Go back to `outer` in another context than the one in which `entered` became current.

    A middleware may finish in a task of its own what was begun in another.

    Parameters
    ----------
    entered : Scope
        The scope that ends.
    outer : object
        What was current before, if anything was.
    """
    if current.get() is entered:
        current.set(outer if isinstance(outer, Scope) else None)


def trace_id() -> str | None:
    """Return the id of the trace that the running code belongs to.

    Returns
    -------
    str or None
        32 hexadecimal digits (W3C trace context, section 3.2.2.3); None outside of an event.

    Examples
    --------
    >>> trace_id() is None
    True
    """
    scope = current.get()
    return None if scope is None else scope.event.trace_id
