"""A run in memory: what fails is noted, and nobody is waited for that could notice the stop."""

from __future__ import annotations

import dataclasses

from cordio_core._assembly import Assembly
from cordio_core._duration import Duration
from cordio_core._internal import Internal
from cordio_core._running import Running
from cordio_core._schedule import Schedule
from cordio_core.protocols import AsgiEntrypoint, Clock, Entrypoint
from cordio_core.testing._sources import Bound, Calls

__all__ = ["InMemory", "in_memory"]


class InMemory(Running):
    """As `Running`, without a drain; what parts fail of is noted besides."""

    _errors: list[BaseException]

    def rehearse(self, errors: list[BaseException]) -> None:
        """Drain for no time, whatever the settings say, and note failures.

        Parameters
        ----------
        errors : list of BaseException
            Takes what parts of the application fail of.
        """
        self._errors = errors
        self._settings = dataclasses.replace(self._settings, drain=Duration(0))
        self._drain_patience.lose()  # so that a second signal hurries what comes after it

    def fail(self, error: BaseException, /) -> None:
        """Note the failure, and stop the application in order.

        Parameters
        ----------
        error : BaseException
            What the part died of.
        """
        self._errors.append(error)
        super().fail(error)


def in_memory(assembly: Assembly, calls: Calls, clock: Clock) -> Assembly:
    """Leave of an application what needs no other process.

    Parameters
    ----------
    assembly : Assembly
        The application.
    calls : Calls
        What the test has under way.
    clock : Clock
        The time of its tasks and schedules.

    Returns
    -------
    Assembly
        The same, but HTTP opens no listener, and sources that consume from elsewhere are not started.
    """
    sources: list[Entrypoint] = [calls]
    for source in assembly.entrypoints:
        if isinstance(source, AsgiEntrypoint):
            sources.append(Bound(source))
        elif isinstance(source, Schedule):
            sources.append(_moments(assembly, clock))
        elif isinstance(source, Internal):
            sources.append(source)
    return dataclasses.replace(assembly, entrypoints=tuple(sources), clock=clock)


def _moments(assembly: Assembly, clock: Clock) -> Schedule:
    schedule = Schedule(clock)
    schedule.attach([plan for plan in assembly.plans if plan.event.kind == schedule.kind])
    return schedule
