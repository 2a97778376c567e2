"""A timed piece of an event."""

from __future__ import annotations

from contextvars import Token
from time import perf_counter_ns, time_ns
from types import TracebackType
from typing import Self

from cordio_monitor._event import Event
from cordio_monitor._outlet import outlet
from cordio_monitor._raw import DEBUG
from cordio_monitor._scope import Scope, current, leave
from cordio_monitor._trace import new

__all__ = ["span"]


class span(Scope):
    """Time a piece of work as a child of the span around it, across tasks and threads.

    A span is for one ``with``. Outside of an event it begins a trace of its own.

    Parameters
    ----------
    name : str
        What is done.
    stage : str | None
        The stage of the business process that it belongs to.

    Examples
    --------
    >>> with span("reserve", stage="stock"):
    ...     reserved = True
    """

    __slots__ = ("_began", "_token", "name", "stage")

    def __init__(self, name: str, stage: str | None = None) -> None:
        self.name = name
        self.stage = stage

    def __enter__(self) -> Self:
        self.outer = outer = current.get()
        self.event = Event("", new(), outlet()) if outer is None else outer.event
        self.number = next(self.event.numbers)
        self._token: Token[Scope | None] = current.set(self)
        self._began = perf_counter_ns()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        took = perf_counter_ns() - self._began
        leave(self._token, self, self.outer)
        self.event.add(("span", DEBUG, time_ns(), self, (took, error), self))
