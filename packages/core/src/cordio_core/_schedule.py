"""The entrypoint of moments: runs a plan again and again."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from types import MappingProxyType

from cordio_core._exceptions import HandlerError
from cordio_core._plan import Plan
from cordio_core._request import Request
from cordio_core.events import ScheduleEvent
from cordio_core.protocols import Runtime

__all__ = ["Schedule"]

_NO_DATA: Mapping[str, object] = MappingProxyType({})


class Schedule:
    """Runs the handlers of ``every(...)``, each one after the other, never over itself.

    The period is counted from the end of one run to the start of the next; the first run comes one
    period after the start.

    Examples
    --------
    >>> Schedule().kind
    'schedule'
    """

    kind = "schedule"
    sections: Mapping[str, type] = MappingProxyType({})
    addresses: Sequence[str] = ()

    def __init__(self) -> None:
        self._plans: list[tuple[Plan, float]] = []
        self._tasks: dict[asyncio.Task[None], asyncio.Event] = {}

    def attach(self, plans: Sequence[Plan], /) -> None:
        """Take the plans to run.

        Parameters
        ----------
        plans : sequence of Plan
            Plans for schedule events.

        Raises
        ------
        HandlerError
            If a handler wants data: a moment brings none.
        """
        for plan in plans:
            wanted = [parameter.name for parameter in plan.data if parameter.default is parameter.empty]
            if wanted:
                raise HandlerError(
                    plan.place,
                    f"wants {', '.join(map(repr, wanted))}, but {plan.event.name!r} brings no data",
                    "give it a default, or register a service of that name",
                )
            if isinstance(plan.event, ScheduleEvent):
                self._plans.append((plan, plan.event.period))

    async def start(self, runtime: Runtime, /) -> None:
        """Begin to count.

        Parameters
        ----------
        runtime : Runtime
            The started application.
        """
        for plan, period in self._plans:
            idle = asyncio.Event()
            task = asyncio.create_task(_repeat(plan, period, runtime, idle), name=f"cordio {plan.event.name}")
            task.add_done_callback(lambda done: _told(done, runtime))
            self._tasks[task] = idle

    async def stop(self, within: float, /) -> None:
        """Stop counting; let the runs that have begun finish.

        Parameters
        ----------
        within : float
            How long to wait for them, in seconds; then they are cancelled.
        """
        tasks, self._tasks = self._tasks, {}
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(within):
                    for idle in tasks.values():
                        await idle.wait()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def _repeat(plan: Plan, period: float, runtime: Runtime, idle: asyncio.Event) -> None:
    while True:
        idle.set()
        await asyncio.sleep(period)
        idle.clear()
        with runtime.monitor.incoming(plan.event.name) as span:
            response = await plan.run(Request(plan.event), _NO_DATA)
            span.answered(response.status or "done")


def _told(task: asyncio.Task[None], runtime: Runtime) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        runtime.fail(error)
