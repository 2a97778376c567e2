"""One schedule: waits for its moments, and runs its handler."""

from __future__ import annotations

import asyncio
import math
import random
from collections.abc import Mapping
from types import MappingProxyType

from cordio_core._lease import Lease
from cordio_core._moments import moments
from cordio_core._plan import Plan
from cordio_core._request import Request
from cordio_core._schedule_state import ScheduleState
from cordio_core.events import ScheduleEvent
from cordio_core.protocols import Clock, Lock, Runtime

__all__ = ["Timer"]

_NO_DATA: Mapping[str, object] = MappingProxyType({})
_FAILED = 500
_LOOK = 30.0  # after how long it looks again whether the clock was set, in seconds
_MOST = 100  # runs of one schedule that wait, or go on together


class Timer:
    """Runs the handler of one schedule from the start of the application to its stop.

    Parameters
    ----------
    plan : Plan
        The way of its event.
    event : ScheduleEvent
        The event.
    clock : Clock
        The time.
    runtime : Runtime
        The started application.
    """

    def __init__(self, plan: Plan, event: ScheduleEvent, clock: Clock, runtime: Runtime) -> None:
        self._plan, self._event, self._clock, self._runtime = plan, event, clock, runtime
        self._log, self._tally = runtime.monitor.log, runtime.tally(event.kind)
        self._moments = moments(event, clock)
        name = f"{runtime.name}:{event.name}:{getattr(plan.handler, '__qualname__', '')}"
        lock = event.lock if isinstance(event.lock, Lock | None) else plan.filled(event.lock)
        self.lease = None if lock is None else Lease(lock, name, self._log)
        self.runs: set[asyncio.Task[None]] = set()
        self._asking: set[asyncio.Task[None]] = set()
        self._look = math.inf if getattr(clock, "is_steady", False) else _LOOK
        self._last: float | None = None
        self._begun = self._failed = self._missed = self._skipped = self._queued = 0
        self._counting = asyncio.create_task(self._count(), name=event.name)
        self._counting.add_done_callback(self._counted)

    @property
    def state(self) -> ScheduleState:
        """What is known of the schedule."""
        left = self._moments.left()
        return ScheduleState(
            self._event.name,
            self._plan.place,
            None if left is None else self._clock.now() + left,
            self._last,
            self._begun,
            len(self.runs),
            self._queued,
            self._failed,
            self._missed,
            self._skipped,
            None if self.lease is None else self.lease.is_held,
        )

    def close(self) -> None:
        """Heed no moment any more; what waits for a run, or for its lock, is missed."""
        self._counting.cancel()
        queued, self._queued = self._queued, 0
        for run in self._asking:
            run.cancel()
        self._miss(queued + len(self._asking), "the application stops")

    async def _count(self) -> None:
        if self._moments.left() is None:
            self._miss(1, "its time was over before the start")
        while (left := self._moments.left()) is not None:
            if left > 0:
                await self._clock.sleep_until(self._clock.monotonic() + min(left, self._look))
                continue
            self._miss(self._moments.advance(), "nobody could heed them in time")
            if self._event.jitter:
                late = random.uniform(0, self._event.jitter)
                await self._clock.sleep_until(self._clock.monotonic() + late)
            self._fire()
            await asyncio.sleep(0)  # even if the next moment is over by now, others come in between

    def _fire(self) -> None:
        """Run, or do what the schedule says about a moment that comes during a run."""
        overlap = self._event.overlap
        if not self.runs or (overlap == "together" and len(self.runs) < _MOST):
            self._begin()
        elif overlap == "queue" and self._queued < _MOST:
            self._queued += 1
        else:
            self._skipped += 1
            self._log.warning(
                "a run was skipped: the one before goes on", schedule=self._event.name, at=self._plan.place
            )

    def _begin(self) -> None:
        run = asyncio.create_task(self._run(), name=self._event.name)
        self.runs.add(run)
        if self.lease is not None:
            self._asking.add(run)
        else:
            self._tally.accepted += 1
        run.add_done_callback(self._ended)

    async def _run(self) -> None:
        if self.lease is not None and not await self._is_ours(self.lease):
            return
        self._begun, self._last = self._begun + 1, self._clock.now()
        with self._runtime.monitor.incoming(self._event.name) as span:
            response = await self._plan.run(Request(self._event, trace=span.trace_id), _NO_DATA)
            span.answered(response.status or "done", at=self._plan.code)
        self._failed += (response.status or 0) >= _FAILED

    async def _is_ours(self, lease: Lease) -> bool:
        """Ask for the lock; a run is accepted once it has it, and until then no stop waits for it."""
        is_ours = await lease.take()
        if not is_ours:
            self._skipped += 1
            self._log.debug("another replica runs", schedule=self._event.name, at=self._plan.place)
        elif (run := asyncio.current_task()) is not None:
            self._asking.discard(run)
            self._tally.accepted += 1
        return is_ours

    def _ended(self, run: asyncio.Task[None]) -> None:
        self.runs.discard(run)
        was_accepted = run not in self._asking
        self._asking.discard(run)
        is_stopped = run.cancelled() and bool(run.cancelling())
        self._tally.finished += was_accepted and not is_stopped
        self._tally.cancelled += was_accepted and is_stopped
        if not is_stopped:
            self._judge(run)
            if self._queued:
                self._queued -= 1
                self._begin()

    def _judge(self, run: asyncio.Task[None]) -> None:
        """Tell of a run that has ended otherwise than by its handler."""
        if run.cancelled():
            self._failed += 1
            self._log.error("a handler was cancelled by what it awaits", at=self._plan.place)
        elif (error := run.exception()) is not None:
            self._failed += 1
            self._runtime.fail(error)

    def _counted(self, counting: asyncio.Task[None]) -> None:
        if not counting.cancelled() and (error := counting.exception()) is not None:
            self._runtime.fail(error)

    def _miss(self, count: int, why: str) -> None:
        if count:
            self._missed += count
            self._log.warning(
                "runs were missed", count=count, why=why, schedule=self._event.name, at=self._plan.place
            )
