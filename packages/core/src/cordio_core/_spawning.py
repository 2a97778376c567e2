"""How code of the application starts tasks."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from functools import lru_cache, partial
from itertools import count
from typing import Any, TypeAlias

from cordio_core._exceptions import CoreError
from cordio_core._policy import Drop, Policy
from cordio_core._report import Tally
from cordio_core._spawned import Spawned, spawned
from cordio_core._supervisor import Supervisor
from cordio_core._task_body import Wanted, closed, coroutine, repeatable, traced
from cordio_core._task_ground import Task, TaskGround
from cordio_core._task_owned import OwnedTask
from cordio_core._task_work import Work
from cordio_core._turns import Turns
from cordio_core.protocols import Clock, Guard, Monitor, Outcome

__all__ = ["Spawning"]

_Call: TypeAlias = Callable[[Awaitable[object]], Awaitable[object]]

_running_loop = asyncio._get_running_loop


class Spawning(TaskGround):
    """The room of the tasks where they are spawned."""

    def __init__(
        self,
        guard: Guard,
        monitor: Monitor,
        clock: Clock,
        failed: Callable[[BaseException], None],
        over: Callable[[], None],
        tally: Tally,
        most: int,
    ) -> None:
        super().__init__(guard, monitor, clock, failed, over, tally, most)
        self._turns, self._keys = Turns(), count()
        # Bound once: they are called for each task.
        self._guarded, self._now, self._done = guard.run, clock.monotonic, self._ended

    def spawn(
        self,
        wanted: Wanted,
        name: str,
        policy: Policy | None = None,
        *,
        limit: float | None = None,
        most: int | None = None,
        is_traced: bool = False,
    ) -> Spawned:
        """Start a task.

        Parameters
        ----------
        wanted : coroutine or callable
            What it does: an async function's coroutine, or a function without arguments.
        name : str
            How the task is called where it is told of.
        policy : Policy or None
            What happens when it fails; None for nothing.
        limit : float or None
            How long it may run, in seconds.
        most : int or None
            How many of its name run at a time; further ones wait.
        is_traced : bool
            Whether it has a span of its own, in the trace of the event that spawns it.

        Returns
        -------
        Spawned
            The hold on it.

        Raises
        ------
        CoreError
            If it cannot be.
        """
        try:
            if policy is None and limit is None and most is None and not is_traced:
                return self.quick(coroutine(wanted, name), name)
            loop = self._loop
            if (
                self._is_shut
                or len(self._spawned) >= self._most
                or loop is None
                or _running_loop() is not loop
            ):
                raise self._refusal(name)
            chosen = Drop() if policy is None else policy
            work = Work(name, repeatable(wanted, name, chosen), chosen, limit)
            return self._watched(loop, wanted, work, most, is_traced)
        except CoreError:
            closed(wanted)
            raise

    def quick(self, work: Coroutine[Any, Any, object], name: str) -> Spawned:
        """Start a task in its layer and nothing more: most tasks are short, and there are many.

        Parameters
        ----------
        work : coroutine
            What it does.
        name : str
            How the task is called where it is told of.

        Returns
        -------
        Spawned
            The hold on it.

        Raises
        ------
        CoreError
            If it cannot be.
        """
        loop = self._loop
        if self._is_shut or len(self._spawned) >= self._most or loop is None or _running_loop() is not loop:
            closed(work)
            raise self._refusal(name)

        if not self._is_plain:
            return self._called_back(loop, work, name)
        key = next(self._keys)
        body = self._body(key, _named(name), work)
        task = OwnedTask(body, loop=loop, name=name, context=self._context.copy())
        task.owner, task.key = self._done, key
        self._spawned[key] = found = spawned((task, self._now(), work))
        self._tally.accepted += 1
        return found

    async def _body(self, key: int, call: _Call, work: Coroutine[Any, Any, object]) -> Outcome:
        """Run a task, and count it if it goes well; what else comes of it is looked at when it has ended."""
        outcome: Outcome | None = None
        try:
            outcome = await self._guarded(call, work)
            return outcome
        finally:
            if outcome is not None and outcome.answer is None and outcome.ended is None:
                del self._spawned[key]
                self._tally.finished += 1
            else:
                self._spawned[key].task.add_done_callback(partial(self._done, key))

    def _called_back(
        self, loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, object], name: str
    ) -> Spawned:
        """Start a task of another kind than asyncio's own: it may run before anybody knows it."""
        body = self._guarded(_named(name), work)
        return self._kept(
            loop.create_task(body, name=name, context=self._context.copy()), next(self._keys), work
        )

    def _kept(self, task: Task, key: object, wanted: object) -> Spawned:
        self._spawned[key] = found = spawned((task, self._now(), wanted))
        self._tally.accepted += 1
        task.add_done_callback(partial(self._done, key))
        return found

    def _watched(
        self, loop: asyncio.AbstractEventLoop, wanted: Wanted, work: Work, most: int | None, is_traced: bool
    ) -> Spawned:
        if most is not None:
            self._turns.enlist(work.name, most)
        turn = None if most is None else self._turns.turn(work.name)
        supervisor = Supervisor(work, self._guard, self._clock, self._monitor.log, self._failed, turn)
        body = supervisor.run()
        whole = traced(self._monitor.incoming(f"task {work.name}"), body) if is_traced else body
        task: Task = loop.create_task(whole, name=work.name, context=self._context.copy())
        self._supervisor(supervisor, task)
        found = self._kept(task, task, (wanted, body))
        if most is not None:
            task.add_done_callback(lambda _: self._turns.leave(work.name))
        return found

    def _ended(self, key: object, task: asyncio.Task[Outcome]) -> None:
        found = self._spawned.pop(key, None)
        if found is None:  # its coroutine has counted it, or it was cancelled twice
            return
        if task.cancelled():
            self._tally.cancelled += 1
            self._tell(task)
            closed(found.wanted)  # it may never have begun
            return
        self._tally.finished += 1
        if task.exception() is None and not ((outcome := task.result()).answer or outcome.ended):
            return
        self._failures += not self._tell(task)


@lru_cache(maxsize=256)
def _named(name: str) -> _Call:
    """Return the function that the layer of a task calls; by its name, records know the task."""

    def call(work: Awaitable[object]) -> Awaitable[object]:
        return work

    call.__qualname__ = f"task {name}"
    return call
