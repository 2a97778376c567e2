"""What the delivered records say of the service: the last errors, and how each handler fares."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

from cordio_monitor._histogram import Histogram

if TYPE_CHECKING:
    from cordio_monitor._record import Record

__all__ = ["Diary", "HandlerState", "LastError"]

_ERRORS, _HANDLERS = 20, 500
_OTHERS = "(others)"


@dataclass(frozen=True, slots=True)
class LastError:
    """One of the last errors, masked.

    Parameters
    ----------
    time : int
        When it was, in nanoseconds since 1970.
    event : str
        The event in which it was; empty outside of one.
    message : str
        The message.
    error : str
        What went wrong, in a line; empty if there was no exception.
    trace_id : str
        The trace; empty outside of one.

    Examples
    --------
    >>> LastError(0, "POST /orders", "no stock", "", "").message
    'no stock'
    """

    time: int
    event: str
    message: str
    error: str
    trace_id: str


@dataclass(frozen=True, slots=True)
class HandlerState:
    """How the events of one name fared.

    Parameters
    ----------
    count : int
        How many there were.
    failed : int
        How many were left by an exception.
    p50 : float
        The milliseconds that half of them did not exceed.
    p95 : float
        The milliseconds that 95 of 100 did not exceed.
    p99 : float
        The milliseconds that 99 of 100 did not exceed.
    largest : float
        The milliseconds of the slowest.

    Examples
    --------
    >>> HandlerState(2, 0, 1.0, 1.5, 1.5, 1.5).failed
    0
    """

    count: int
    failed: int
    p50: float
    p95: float
    p99: float
    largest: float


class Diary:
    """Notes delivered records; bounded, whatever comes."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._errors: deque[LastError] = deque(maxlen=_ERRORS)
        self._handlers: dict[str, tuple[Histogram, list[int]]] = {}

    def note(self, records: Sequence[Record]) -> None:
        """Note what the records say; called on the delivering thread.

        Parameters
        ----------
        records : Sequence[Record]
            The records, masked.
        """
        with self._lock:
            for record in records:
                if record.level == "error":
                    self._errors.append(
                        LastError(record.time, record.event, record.message, record.error, record.trace_id)
                    )
                if record.kind == "event":
                    self._event(record)

    def errors(self) -> tuple[LastError, ...]:
        """Return the last errors.

        Returns
        -------
        tuple[LastError, ...]
            The newest last.
        """
        with self._lock:
            return tuple(self._errors)

    def handlers(self) -> dict[str, HandlerState]:
        """Return how the events fared, by their names.

        Returns
        -------
        dict[str, HandlerState]
            The names beyond five hundred are taken together.
        """
        with self._lock:
            return {name: _state(*found) for name, found in self._handlers.items()}

    def _event(self, record: Record) -> None:
        name = record.message
        if name not in self._handlers and len(self._handlers) >= _HANDLERS:
            name = _OTHERS
        histogram, failed = self._handlers.setdefault(name, (Histogram(), [0]))
        took = record.fields.get("took_ms")
        histogram.add(took if isinstance(took, float) else 0.0)
        failed[0] += bool(record.error)


def _state(histogram: Histogram, failed: list[int]) -> HandlerState:
    p50, p95, p99 = (histogram.quantile(share) for share in (0.5, 0.95, 0.99))
    return HandlerState(histogram.count, failed[0], p50, p95, p99, histogram.largest)
