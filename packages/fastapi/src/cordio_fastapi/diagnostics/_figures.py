"""What a monitor has measured, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cordio_core.protocols import Books, Measuring, Monitor, Numbers

__all__ = ["Figures", "figures"]


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured; nothing of it where the monitor measures nothing.

    Parameters
    ----------
    level : str
        The lowest level of messages that is kept now; empty if nobody knows.
    events : mapping of str to Numbers
        How the events fared, by name.
    timings : mapping of str to Numbers
        What the application timed, by name.
    counts : mapping of str to int
        What the application counted, by name.
    sinks : mapping of str to Books
        What became of the records, by sink.
    """

    level: str = ""
    events: Mapping[str, Numbers] = field(default_factory=dict)
    timings: Mapping[str, Numbers] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    sinks: Mapping[str, Books] = field(default_factory=dict)

    def data(self, uptime: float) -> Mapping[str, object]:
        """Return them as JSON has them.

        Parameters
        ----------
        uptime : float
            For how many seconds it was measured.

        Returns
        -------
        mapping of str to object
            By event, name and sink.
        """
        return {
            "level": self.level,
            "events": {name: _numbers(found, uptime) for name, found in self.events.items()},
            "timings": {name: _numbers(found, uptime) for name, found in self.timings.items()},
            "counts": dict(self.counts),
            "sinks": {name: _books(found) for name, found in self.sinks.items()},
        }


def figures(monitor: Monitor) -> Figures:
    """Ask a monitor.

    Parameters
    ----------
    monitor : Monitor
        The monitor.

    Returns
    -------
    Figures
        What it has measured.
    """
    if not isinstance(monitor, Measuring):
        return Figures()
    found = monitor.state()
    return Figures(found.level, found.handlers, found.timings, found.counts, found.sinks)


def _numbers(found: Numbers, uptime: float) -> Mapping[str, object]:
    return {
        "count": found.count,
        "failed": found.failed,
        "per_second": round(found.count / uptime, 3) if uptime > 0 else 0.0,
        "p50_ms": round(found.p50, 3),
        "p95_ms": round(found.p95, 3),
        "p99_ms": round(found.p99, 3),
        "max_ms": round(found.largest, 3),
    }


def _books(found: Books) -> Mapping[str, object]:
    return {name: getattr(found, name) for name in ("written", "dropped", "failed", "pending")}
