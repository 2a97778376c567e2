"""The entrypoint of moments: runs plans when their time comes."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from cordio_core._clock import MachineClock
from cordio_core._exceptions import StartError
from cordio_core._plan import Plan
from cordio_core._schedule_state import ScheduleState
from cordio_core._timer import Timer
from cordio_core.events import ScheduleEvent
from cordio_core.protocols import Clock, Runtime

__all__ = ["Schedule"]


class Schedule:
    """Runs the handlers of ``every(...)``, ``cron(...)`` and ``at(...)``.

    Parameters
    ----------
    clock : Clock or None
        The time; the machine's unless given.

    Examples
    --------
    >>> Schedule().kind
    'schedule'
    """

    kind = "schedule"
    sections: Mapping[str, type] = MappingProxyType({})
    addresses: Sequence[str] = ()

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock: Clock = MachineClock() if clock is None else clock
        self._plans: list[tuple[Plan, ScheduleEvent]] = []
        self._timers: list[Timer] = []

    @property
    def states(self) -> tuple[ScheduleState, ...]:
        """How each schedule is, while the application runs."""
        return tuple(timer.state for timer in self._timers)

    def attach(self, plans: Sequence[Plan], /) -> None:
        """Take the plans to run.

        Parameters
        ----------
        plans : sequence of Plan
            Plans for schedule events.

        Raises
        ------
        StartError
            If handlers want data: a moment brings none.
        """
        problems = [problem for plan in plans if (problem := _problem(plan)) is not None]
        if problems:
            raise StartError(self.kind, problems)
        self._plans += [(plan, plan.event) for plan in plans if isinstance(plan.event, ScheduleEvent)]

    async def start(self, runtime: Runtime, /) -> None:
        """Begin to count.

        Parameters
        ----------
        runtime : Runtime
            The started application.
        """
        self._timers = [Timer(plan, event, self._clock, runtime) for plan, event in self._plans]

    async def stop(self, within: float, /) -> None:
        """Stop counting; let the runs that have begun finish, and give up what locks are held.

        Parameters
        ----------
        within : float
            How long to wait for the runs, in seconds; then they are cancelled.
        """
        timers, self._timers = self._timers, []
        for timer in timers:
            timer.close()
        runs = [run for timer in timers for run in timer.runs]
        try:
            if runs:
                await asyncio.wait(runs, timeout=within)
        finally:
            for run in runs:
                run.cancel()
            await asyncio.gather(*runs, return_exceptions=True)
            await asyncio.gather(*(timer.lease.release() for timer in timers if timer.lease is not None))


def _problem(plan: Plan) -> str | None:
    wanted = [parameter.name for parameter in plan.data if parameter.default is parameter.empty]
    if not wanted:
        return None
    return (
        f"{plan.place} wants {', '.join(map(repr, wanted))}, but {plan.event.name!r} brings no data: "
        "give it a default, or register a service of that name"
    )
