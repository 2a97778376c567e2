"""What is known of a schedule, as data."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["ScheduleState"]


@dataclass(frozen=True, slots=True)
class ScheduleState:
    """One schedule.

    Parameters
    ----------
    name : str
        The event: ``every 5m``.
    handler : str
        The handler and its place in the code.
    next : float or None
        When the next moment comes, in seconds since 1970 in UTC; None if none does.
    last : float or None
        When the last run began; None if there was none.
    runs : int
        How many runs have begun.
    running : int
        How many of them go on.
    queued : int
        How many wait for the one before them.
    failed : int
        How many came to an error.
    missed : int
        Moments that passed while nobody could heed them: the process did not run, or its clock jumped.
    skipped : int
        Moments without a run: the one before went on, or another replica holds the lock.
    leads : bool or None
        Whether this replica held the lock at the last moment; None if there is no lock.
    """

    name: str
    handler: str
    next: float | None
    last: float | None
    runs: int
    running: int
    queued: int
    failed: int
    missed: int
    skipped: int
    leads: bool | None
