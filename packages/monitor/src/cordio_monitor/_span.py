"""A timed piece of an event."""

from __future__ import annotations

from contextvars import Token
from time import perf_counter_ns, time_ns
from types import TracebackType
from typing import Self

from cordio_monitor._control import controls
from cordio_monitor._event import Event
from cordio_monitor._exceptions import AlreadyEntered
from cordio_monitor._identity import Trace, new
from cordio_monitor._outlet import outlet
from cordio_monitor._raw import DEBUG
from cordio_monitor._scope import Scope, current, stray

__all__ = ["span"]


class span(Scope):
    """Time a piece of work as a child of the span around it, across tasks and threads.

    A span is for one ``with``. Outside of an event it begins a trace of its own; after the answer of its
    event has left it is a span of its own in the same trace, with a link to the event.

    Parameters
    ----------
    name : str
        What is done.
    stage : str | None
        The stage of the business process that it belongs to.
    point : str
        The standard point that it stands for, such as ``queries`` or ``calls``; it can be switched off there.

    Raises
    ------
    AlreadyEntered
        If it is entered once more.

    Examples
    --------
    >>> with span("reserve", stage="stock"):
    ...     reserved = True
    """

    __slots__ = ("_began", "_token", "name", "point", "stage")

    def __init__(self, name: str, stage: str | None = None, point: str = "") -> None:
        self.name = name
        self.stage = stage
        self.point = point
        self._began = -1

    def __enter__(self) -> Self:
        if self._began >= 0:
            raise AlreadyEntered(self.name)
        self._began = 0
        outer = current.get()
        self.ended = False
        self.fields = self.where = None
        control = controls.get()
        if control is not None:
            if "spans" in control.off:
                return self._unseen()
            self.fields = control.fields or None
        target = outlet() if outer is None else outer.event.outlet
        if self.point and self.point in target.off:
            return self._unseen()
        if outer is None:
            self.event = event = Event("", new(), target)
        elif outer.ended and outer.event.over:
            self.event = event = _after(outer.event)
            outer = None
        else:
            self.event = event = outer.event
        self.outer = outer
        self.number = next(event.numbers)
        self._token: Token[Scope | None] | None = current.set(self)
        self._began = perf_counter_ns()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        took = perf_counter_ns() - self._began
        token = self._token
        if token is not None:
            self.ended = True
            try:
                current.reset(token)
            except ValueError:
                stray(self, self.outer)
            self.event.add(("span", DEBUG, time_ns(), self, (took, error), self))

    def _unseen(self) -> Self:
        self._token = None
        return self


def _after(over: Event) -> Event:
    """Return what holds the spans of the work that goes on after an event."""
    event = Event(over.name, Trace(over.trace_id, "", over.sampled, over.state, over.baggage), over.outlet)
    event.link = f"{over.trace_id}-{over.span_id(0)}"
    return event
