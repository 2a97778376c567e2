"""The entrypoint of moments: runs a plan again and again."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from cordio_core._exceptions import StartError
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
        self._tasks: set[asyncio.Task[None]] = set()
        self._ending = asyncio.Event()

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
        self._plans += [(p, p.event.period) for p in plans if isinstance(p.event, ScheduleEvent)]

    async def start(self, runtime: Runtime, /) -> None:
        """Begin to count.

        Parameters
        ----------
        runtime : Runtime
            The started application.
        """
        self._ending = asyncio.Event()
        for plan, period in self._plans:
            task = asyncio.create_task(_repeat(plan, period, runtime, self._ending), name=plan.event.name)
            task.add_done_callback(lambda done: _told(done, runtime))
            self._tasks.add(task)

    async def stop(self, within: float, /) -> None:
        """Stop counting; let the runs that have begun finish.

        Parameters
        ----------
        within : float
            How long to wait for them, in seconds; then they are cancelled.
        """
        tasks, self._tasks = self._tasks, set()
        self._ending.set()
        try:
            if tasks:
                await asyncio.wait(tasks, timeout=within)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


def _problem(plan: Plan) -> str | None:
    wanted = [parameter.name for parameter in plan.data if parameter.default is parameter.empty]
    if not wanted:
        return None
    return (
        f"{plan.place} wants {', '.join(map(repr, wanted))}, but {plan.event.name!r} brings no data: "
        "give it a default, or register a service of that name"
    )


async def _repeat(plan: Plan, period: float, runtime: Runtime, ending: asyncio.Event) -> None:
    task = asyncio.current_task()
    while not await _is_set(ending, period):
        try:
            await _run(plan, runtime)
        except asyncio.CancelledError as error:
            if task is None or task.cancelling():
                raise
            # Nobody cancelled this task: the handler awaited something that was cancelled.
            runtime.monitor.log.error("a handler was cancelled by what it awaits", at=plan.place, error=error)


async def _is_set(event: asyncio.Event, within: float) -> bool:
    try:
        async with asyncio.timeout(within):
            return await event.wait()
    except TimeoutError:
        return False


async def _run(plan: Plan, runtime: Runtime) -> None:
    with runtime.monitor.incoming(plan.event.name) as span:
        response = await plan.run(Request(plan.event), _NO_DATA)
        span.answered(response.status or "done", at=plan.code)


def _told(task: asyncio.Task[None], runtime: Runtime) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        runtime.fail(error)
