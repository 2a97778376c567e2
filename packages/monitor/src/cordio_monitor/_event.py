"""An incoming event: its span, and the memory of what happened in it."""

from __future__ import annotations

import sys
from collections import deque
from contextvars import Token
from itertools import count
from os import urandom
from time import perf_counter_ns, time_ns
from types import CodeType, TracebackType
from typing import TYPE_CHECKING, Self

from cordio_monitor._raw import ERROR, INFO, WARNING
from cordio_monitor._scope import Scope, current, leave

if TYPE_CHECKING:
    from cordio_monitor._outlet import Outlet
    from cordio_monitor._raw import Raw
    from cordio_monitor._trace import Trace

__all__ = ["Event"]

_UNANSWERED = object()
_RELEASE_AT = 10_000


class Event:
    """The open span of an incoming event; what happens in it is remembered and delivered at its end.

    Only an event that remembers ten thousand records hands them over before.

    Parameters
    ----------
    name : str
        What the event is called until `rename`.
    trace : Trace
        The trace that it continues.
    outlet : Outlet
        Where its records go.

    Attributes
    ----------
    trace_id : str
        The trace, 32 hexadecimal digits.

    Examples
    --------
    >>> from cordio_monitor import Monitor
    >>> with Monitor("orders", sinks=[]).incoming("POST /orders") as event:
    ...     event.answered(201)
    >>> len(event.trace_id)
    32
    """

    __slots__ = (
        "_began",
        "_entered",
        "_first",
        "_token",
        "name",
        "numbers",
        "open",
        "outlet",
        "parent_id",
        "place",
        "records",
        "sampled",
        "status",
        "trace_id",
    )

    def __init__(self, name: str, trace: Trace, outlet: Outlet) -> None:
        self.name = name
        self.trace_id, self.parent_id, self.sampled = trace
        self.outlet = outlet
        self.records: deque[Raw] = deque()
        self.numbers = count(1)
        self.open = False
        self.status: object = _UNANSWERED
        self.place: tuple[CodeType, int] | None = None
        # 63 random bits: adding the number of a span neither overflows nor gives the forbidden zero.
        self._first = int.from_bytes(urandom(8), "big") >> 1 | 1
        self._began = 0
        self._entered: Scope | None = None
        self._token: Token[Scope | None] | None = None

    def rename(self, name: str, /) -> None:
        """Give the event its name, once it is known.

        Parameters
        ----------
        name : str
            The name, such as the template of a route.
        """
        self.name = name

    def answered(self, status: object, /, at: CodeType | None = None) -> None:
        """Remember what was answered, and where.

        Parameters
        ----------
        status : object
            The answer in a word or a number.
        at : CodeType | None
            The code of the function that formed the answer; else it was formed where this is called.
        """
        if at is None:
            frame = sys._getframe(1)
            self.place = (frame.f_code, frame.f_lasti)
        else:
            self.place = (at, 0)
        self.status = status

    @property
    def is_answered(self) -> bool:
        """Whether `answered` was called."""
        return self.status is not _UNANSWERED

    def add(self, raw: Raw) -> None:
        """Remember a record until the event ends; afterwards hand it over at once.

        Parameters
        ----------
        raw : Raw
            The record.
        """
        self.records.append(raw)
        # The order matters: a thread that appends while the event ends must see that it has ended.
        if not self.open or len(self.records) >= _RELEASE_AT:
            self.outlet.drain(self.records)

    def span_id(self, number: int) -> str:
        """Return the id of a span of this event.

        Parameters
        ----------
        number : int
            Which of its spans.

        Returns
        -------
        str
            16 hexadecimal digits.
        """
        return f"{self._first + number:016x}"

    def __enter__(self) -> Self:
        self.open = True
        self.outlet.events.add(self)
        self._entered = Scope(self, 0)
        self._began = perf_counter_ns()
        self._token = current.set(self._entered)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        took = perf_counter_ns() - self._began
        entered, token = self._entered, self._token
        self._entered = self._token = None
        if entered is None or token is None:
            return
        leave(token, entered, token.old_value if isinstance(token.old_value, Scope) else None)
        self.records.append(("event", _level(error), time_ns(), self, (took, error), entered))
        self.end()

    def end(self) -> None:
        """Hand over what is remembered; what still comes is handed over as it comes."""
        self.open = False
        self.outlet.events.discard(self)
        self.outlet.drain(self.records)


def _level(error: BaseException | None) -> int:
    if error is None:
        return INFO
    return ERROR if isinstance(error, Exception) else WARNING
