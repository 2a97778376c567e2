"""Moments of a schedule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from cordio_core._duration import Duration
from cordio_core.events._event import Event

__all__ = ["ScheduleEvent", "every"]


@dataclass(frozen=True, slots=True)
class ScheduleEvent(Event):
    """A moment of a schedule.

    Parameters
    ----------
    period : float
        The time between two moments, in seconds.
    """

    exclusive: ClassVar[bool] = False
    period: float = 0.0


def every(period: str | float) -> ScheduleEvent:
    """Describe a moment that comes again and again.

    Parameters
    ----------
    period : str or float
        The time between two moments: ``"5m"``, ``"100ms"``, or seconds; more than nothing.

    Returns
    -------
    ScheduleEvent
        The event, for ``App.on``.

    Raises
    ------
    ValueError
        If the period is no duration, or nothing.

    Examples
    --------
    >>> every("5m").period
    300.0
    """
    seconds = Duration(period)
    if seconds <= 0:
        raise ValueError(f"a schedule needs a period of more than nothing, not {period!r}")
    return ScheduleEvent("schedule", f"every {period}", (), float(seconds))
