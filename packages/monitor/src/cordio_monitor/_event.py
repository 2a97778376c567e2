"""An incoming event: its span, and the memory of what happened in it."""

from __future__ import annotations

from collections import deque
from contextvars import Token
from itertools import count
from time import perf_counter_ns, time_ns
from types import TracebackType
from typing import TYPE_CHECKING, Self

from cordio_monitor._answer import UNANSWERED, Answer
from cordio_monitor._control import Control, controls, restore
from cordio_monitor._exceptions import AlreadyEntered
from cordio_monitor._flight import Flight
from cordio_monitor._random import number
from cordio_monitor._raw import ERROR, INFO, WARNING
from cordio_monitor._scope import Scope, current, stray
from cordio_monitor._weight import weight_of

if TYPE_CHECKING:
    from cordio_monitor._identity import Trace
    from cordio_monitor._outlet import Outlet
    from cordio_monitor._raw import Raw
    from cordio_monitor._stage import Stages

__all__ = ["Event"]

_SERVER_ERROR = 500


class Event(Answer):
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
    level : int | None
        The lowest level of its messages, instead of the outlet's.

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
        "_control",
        "_entered",
        "_first",
        "_level",
        "_silent",
        "_token",
        "_wanted",
        "baggage",
        "debug",
        "flight",
        "link",
        "name",
        "numbers",
        "open",
        "outlet",
        "over",
        "parent_id",
        "records",
        "sampled",
        "stages",
        "state",
        "trace_id",
        "weight",
    )

    def __init__(self, name: str, trace: Trace, outlet: Outlet, level: int | None = None) -> None:
        self.name = name
        self.trace_id, self.parent_id, self.sampled, self.state, self.baggage, self.debug = trace
        self.outlet = outlet
        self.records: deque[Raw] = deque()
        self.weight = 0
        self.numbers = count(1)
        self.open = self.over = self._silent = False
        self.link = ""
        self._level = level
        self._control: Token[Control | None] | None = None
        self.flight: Flight | None = Flight(outlet.release_size) if outlet.recorder else None
        self._wanted = self.debug
        self.stages: Stages | None = None
        self.answered_by = "answered"
        self.status = UNANSWERED
        self.place = None
        self._first = number()
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

    def keep(self) -> None:
        """Ask the flight recorder for all that it has of this event, as if it had failed."""
        self._wanted = True

    def sent(self) -> None:
        """Tell that the answer has left: the span ends here, whatever still runs in its ``with``."""
        if self.open:
            self._close(None)

    def add(self, raw: Raw, weight: int = 0) -> None:
        """Remember a record until the event ends; afterwards hand it over at once.

        Parameters
        ----------
        raw : Raw
            The record.
        weight : int
            About how many bytes it holds, if it is large.
        """
        self.records.append(raw)
        self.weight += weight
        outlet = self.outlet
        # The order matters: a thread that appends while the event ends must see that it has ended.
        if not self.open or len(self.records) >= outlet.release_at or self.weight >= outlet.release_size:
            outlet.drain(self)

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
        if self._began:
            raise AlreadyEntered(self.name)
        control = controls.get()
        if self._level is not None:
            control = (control or Control())._replace(level=self._level)
            self._control = controls.set(control)
        self._silent = "incoming" in self.outlet.off or (control is not None and "events" in control.off)
        self.open = True
        self.outlet.opened(self)
        self._entered = Scope(self, 0)
        if control is not None and control.fields:
            self._entered.fields = control.fields
        self._began = perf_counter_ns()
        self._token = current.set(self._entered)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        entered, token = self._entered, self._token
        self._token = None
        if entered is None or token is None:
            return
        try:
            current.reset(token)
        except ValueError:
            stray(entered, token.old_value)
        if self._control is not None:
            restore(self._control)
        if not self.over:
            self._close(error)
        # Else the event and its scope would hold each other until the garbage collector runs.
        self._entered = None

    def leave_to_parent(self) -> None:
        """Forget what is remembered, in a child process: the parent writes that, and closes the event."""
        self.records.clear()
        self.flight = None
        self.open, self.over = False, True

    def end(self) -> None:
        """Hand over what is remembered; what still comes is handed over as it comes."""
        self.open = False
        self.outlet.closed(self)
        self.outlet.drain(self)

    def _close(self, error: BaseException | None) -> None:
        took = perf_counter_ns() - self._began
        entered = self._entered
        if entered is None:
            return
        if self.flight is not None:
            self._decide(self.flight, took, error)
        self.over = entered.ended = True
        if not self._silent:
            self.records.append(("event", _level(error), time_ns(), self, (took, error), entered))
        self.end()

    def _decide(self, flight: Flight, took: int, error: BaseException | None) -> None:
        """Write what the flight recorder has, if the event failed or was slow, or if it was asked for."""
        slow = self.outlet.slow
        failed = error is not None or (isinstance(self.status, int) and self.status >= _SERVER_ERROR)
        if failed or self._wanted or 0 < slow <= took / 1e9:
            kept = flight.among(self.records)
            self.records.clear()
            self.records.extend(kept)
            self.weight = sum(map(weight_of, kept))
        self.flight = None


def _level(error: BaseException | None) -> int:
    if error is None:
        return INFO
    return ERROR if isinstance(error, Exception) else WARNING
