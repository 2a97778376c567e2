"""Moments of a schedule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Literal, TypeAlias, get_args

from cordio_core._duration import Duration
from cordio_core.events._event import Event
from cordio_core.protocols import Lock

__all__ = ["Overlap", "ScheduleEvent", "at", "cron", "every"]

_LEAST = 0.001  # seconds

Overlap: TypeAlias = Literal["skip", "queue", "together"]
Locking: TypeAlias = Lock | Callable[..., object] | None


@dataclass(frozen=True, slots=True)
class ScheduleEvent(Event):
    """A moment of a schedule.

    Parameters
    ----------
    period : float
        The time between two moments, in seconds; 0 for those that a clock shows.
    jitter : float
        By how much a run may come later, in seconds.
    at_start : bool
        Whether the first moment is the start of the application.
    expression : str
        The cron expression; empty if there is none.
    zone : str
        The time zone of the expression.
    moment : float
        The only moment, in seconds since 1970 in UTC; 0 if there is none.
    overlap : str
        What a moment does that comes while a run goes on: ``skip``, ``queue``, ``together``.
    lock : Lock or callable or None
        Held by the one replica that runs it, or a function that returns the lock; None if all run.
    """

    exclusive: ClassVar[bool] = False
    period: float = 0.0
    jitter: float = 0.0
    at_start: bool = False
    expression: str = ""
    zone: str = "UTC"
    moment: float = 0.0
    overlap: Overlap = "skip"
    lock: Locking = None

    @property
    def uses(self) -> tuple[Callable[..., object], ...]:
        """The function that returns its lock, if there is one."""
        return () if self.lock is None or isinstance(self.lock, Lock) else (self.lock,)


def every(
    period: str | float,
    *,
    jitter: str | float = 0,
    at_start: bool = False,
    overlap: Overlap = "skip",
    lock: Locking = None,
) -> ScheduleEvent:
    """Describe a moment that comes again and again, counted from the start of the application.

    Parameters
    ----------
    period : str or float
        The time between two moments: ``"5m"``, ``"100ms"``, or seconds; a millisecond or more.
    jitter : str or float
        Each run comes later by a time of chance up to this, so that replicas do not run all at once; less than
        the period.
    at_start : bool
        Whether the first moment is the start of the application, and not one period after it.
    overlap : str
        What a moment does that comes while a run goes on: ``skip`` it, ``queue`` a run, run ``together``.
    lock : Lock or callable or None
        Held by the one replica that runs it: a lock, or a function that returns one, its parameters filled
        with services. Without one each replica runs.

    Returns
    -------
    ScheduleEvent
        The event, for ``App.on``.

    Raises
    ------
    ValueError
        If the period is no duration or too short, or another option means nothing.

    Examples
    --------
    >>> every("5m", jitter="10s").period
    300.0
    """
    seconds, late = Duration(period), Duration(jitter)
    if seconds < _LEAST:
        raise ValueError(f"a schedule needs a period of 1ms or more, not {period!r}")
    if late >= seconds:
        raise ValueError(f"a jitter of {jitter!r} is not less than the period, {period!r}: take a shorter one")
    if not isinstance(at_start, bool):
        raise ValueError(f"at_start={at_start!r} is neither True nor False: write at_start=True")
    _refuse(overlap, lock)
    return ScheduleEvent(
        "schedule",
        f"every {period}",
        (),
        float(seconds),
        float(late),
        at_start,
        overlap=overlap,
        lock=lock,
    )


def cron(
    expression: str,
    zone: str = "UTC",
    *,
    jitter: str | float = 0,
    overlap: Overlap = "skip",
    lock: Locking = None,
) -> ScheduleEvent:
    """Describe the moments of a cron expression; needs ``cordio-core[cron]``.

    On the days on which the clocks are changed the rule of cron(8) holds: a run at a fixed time that is
    skipped comes right after the change, and one whose time comes twice comes once; where the minute or the
    hour begins with ``*``, the expression goes by what the clocks show.

    Parameters
    ----------
    expression : str
        Minute, hour, day of the month, month, day of the week, as in crontab(5); or ``@daily`` and the like.
    zone : str
        The time zone whose clocks count, by its name in the IANA database.
    jitter : str or float
        Each run comes later by a time of chance up to this; less than the time between two moments.
    overlap : str
        What a moment does that comes while a run goes on: ``skip`` it, ``queue`` a run, run ``together``.
    lock : Lock or callable or None
        Held by the one replica that runs it: a lock, or a function that returns one, its parameters filled
        with services. Without one each replica runs.

    Returns
    -------
    ScheduleEvent
        The event, for ``App.on``.

    Raises
    ------
    ValueError
        If the expression or the zone is none, the jitter is too long, or another option means nothing.
    CoreError
        If croniter is not installed.

    Examples
    --------
    >>> import pytest; _ = pytest.importorskip("croniter")
    >>> cron("*/5 8-18 * * mon-fri", zone="Europe/Berlin").name
    'cron */5 8-18 * * mon-fri Europe/Berlin'
    """
    from cordio_core._cron import Cron

    moments, late = Cron(expression, zone), Duration(jitter)
    if late and late >= (least := moments.least()):
        raise ValueError(
            f"a jitter of {jitter!r} is not less than the time between two moments of {expression!r}, "
            f"{least:g} s: take a shorter one"
        )
    _refuse(overlap, lock)
    return ScheduleEvent(
        "schedule",
        f"cron {expression} {zone}",
        (),
        jitter=float(late),
        expression=expression,
        zone=zone,
        overlap=overlap,
        lock=lock,
    )


def at(time: str, zone: str = "UTC", *, lock: Locking = None) -> ScheduleEvent:
    """Describe one moment; if it is over when the application starts, it is counted as missed.

    Parameters
    ----------
    time : str
        The time (ISO 8601): ``2026-12-01T03:00``; the first one if the clocks show it twice.
    zone : str
        The time zone whose clocks show it, unless the time has an offset of its own.
    lock : Lock or callable or None
        Held by the one replica that runs it: a lock, or a function that returns one, its parameters filled
        with services. Without one each replica runs.

    Returns
    -------
    ScheduleEvent
        The event, for ``App.on``.

    Raises
    ------
    ValueError
        If it is no time, the clocks of the zone never show it, or the zone is none.

    Examples
    --------
    >>> at("2026-12-01T03:00", zone="Europe/Berlin").name
    'at 2026-12-01T03:00 Europe/Berlin'
    """
    from cordio_core._zone import local

    _refuse("skip", lock)
    return ScheduleEvent("schedule", f"at {time} {zone}", (), zone=zone, moment=local(time, zone), lock=lock)


def _refuse(overlap: str, lock: object) -> None:
    if overlap not in get_args(Overlap):
        raise ValueError(f"overlap={overlap!r} says nothing: write 'skip', 'queue' or 'together'")
    if lock is not None and not isinstance(lock, Lock) and not callable(lock):
        raise ValueError(f"lock={lock!r} is no lock: give an object with take and release, or a function")
