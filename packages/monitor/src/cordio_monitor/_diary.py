"""What the delivered records say of the service: the last errors, and how each handler fares."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

from cordio_monitor._histogram import Histogram

if TYPE_CHECKING:
    from cordio_monitor._record import Record

__all__ = ["Diary", "HandlerState", "LastError"]

_ERRORS, _HANDLERS = 20, 500
_OTHERS = "(others)"
_FAILURE = 500


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
        How many were left by an exception, or answered with a status of 500 and above.
    p50 : float
        The milliseconds that half of them did not exceed.
    p95 : float
        The milliseconds that 95 of 100 did not exceed.
    p99 : float
        The milliseconds that 99 of 100 did not exceed.
    largest : float
        The milliseconds of the slowest.
    total : float
        The milliseconds of all together.

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
    total: float = 0.0


class Diary:
    """Notes delivered records; bounded, whatever comes."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._errors: deque[LastError] = deque(maxlen=_ERRORS)
        self._handlers: dict[str, tuple[Histogram, list[int]]] = {}
        self._timings: dict[str, tuple[Histogram, list[int]]] = {}
        self._counts: dict[str, int] = {}

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
                elif record.kind == "count":
                    self._count(record)
                elif record.kind == "timing":
                    _add(self._timings, record.message, record.fields.get("ms"))

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

    def timings(self) -> dict[str, HandlerState]:
        """Return what was timed, by its names.

        Returns
        -------
        dict[str, HandlerState]
            The names beyond five hundred are taken together; none has failed.
        """
        with self._lock:
            return {name: _state(*found) for name, found in self._timings.items()}

    def counts(self) -> dict[str, int]:
        """Return what was counted, by its names.

        Returns
        -------
        dict[str, int]
            The names beyond five hundred are taken together.
        """
        with self._lock:
            return dict(self._counts)

    def _count(self, record: Record) -> None:
        number = record.fields.get("n")
        if isinstance(number, int):
            name = _kept(self._counts, record.message)
            self._counts[name] = self._counts.get(name, 0) + number

    def _event(self, record: Record) -> None:
        fields = record.fields
        failed = _add(self._handlers, record.message, fields.get("took_ms"))
        status = fields.get("status")
        failed[0] += bool(record.error) or (isinstance(status, int) and status >= _FAILURE)


def _kept(known: Mapping[str, object], name: str) -> str:
    return name if name in known or len(known) < _HANDLERS else _OTHERS


def _add(known: dict[str, tuple[Histogram, list[int]]], name: str, ms: object) -> list[int]:
    """Add a time to those of its name; return the number of its failures."""
    found = known.get(name)
    if found is None:
        name = _kept(known, name)
        found = known.setdefault(name, (Histogram(), [0]))
    histogram, failed = found
    histogram.add(float(ms) if isinstance(ms, (int, float)) and ms >= 0 else 0.0)
    return failed


def _state(histogram: Histogram, failed: list[int]) -> HandlerState:
    p50, p95, p99 = (histogram.quantile(share) for share in (0.5, 0.95, 0.99))
    return HandlerState(histogram.count, failed[0], p50, p95, p99, histogram.largest, histogram.total)
