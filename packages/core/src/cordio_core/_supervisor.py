"""One task from its start to its end, through all its restarts."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext

from cordio_core._exceptions import TaskError
from cordio_core._policy import Degrade, Drop, Stop
from cordio_core._restarts import Restarts
from cordio_core._task_state import TaskHealth, TaskState
from cordio_core._task_work import Work
from cordio_core._waiting import line
from cordio_core.protocols import Clock, Guard, Log, Outcome

__all__ = ["Supervisor"]

_CATCH = "catch CancelledError where it awaits a task that may be cancelled"


class Supervisor:
    """Runs a task in handler layers, and does what its policy says when it fails.

    Parameters
    ----------
    work : Work
        The task.
    guard : Guard
        The handler layer.
    clock : Clock
        The time.
    log : Log
        Where restarts are told.
    failed : callable
        Stops the application for an exception.
    turn : asynchronous context manager
        Entered before the first run: the limit of how many run at a time.
    """

    def __init__(
        self,
        work: Work,
        guard: Guard,
        clock: Clock,
        log: Log,
        failed: Callable[[BaseException], None],
        turn: AbstractAsyncContextManager[None] | None = None,
    ) -> None:
        self.work = work
        self.is_ending = False
        self._guard, self._clock, self._log, self._failed = guard, clock, log, failed
        self._turn: AbstractAsyncContextManager[None] = nullcontext() if turn is None else turn
        policy = work.policy
        self._restarts = None if isinstance(policy, Drop | Stop) else Restarts(policy)
        self._began = self._born = clock.monotonic()
        self._is_pausing, self._is_waiting = False, turn is not None
        self._error: BaseException | None = None
        self._last = ""
        self._is_ill = False

    @property
    def restarts(self) -> int:
        """How often the task was started again."""
        return 0 if self._restarts is None else self._restarts.count

    @property
    def is_pausing(self) -> bool:
        """Whether it waits to start again."""
        return self._is_pausing

    def state(self, task: asyncio.Task[Outcome]) -> TaskState:
        """Tell how the task is.

        Parameters
        ----------
        task : asyncio.Task
            The task that runs it.

        Returns
        -------
        TaskState
            What is known of it.
        """
        return TaskState(
            self.work.name,
            "pausing" if self._is_pausing else "waiting" if self._is_waiting else "running",
            self._clock.monotonic() - self._born,
            self.restarts,
            self._last,
            line(task),
        )

    def health(self) -> TaskHealth | None:
        """Tell whether the task keeps the application from being ready.

        Returns
        -------
        TaskHealth or None
            How it is; None if its policy leaves readiness alone.
        """
        if not isinstance(self.work.policy, Degrade) or self._restarts is None:
            return None
        ran = self._clock.monotonic() - self._began
        if self._is_ill and not self._is_pausing and ran >= self._restarts.well:
            self._is_ill = False
        if not self._is_ill:
            return TaskHealth()
        return TaskHealth("down", error=f"the task has failed, {self._last}; restarts: {self.restarts}")

    async def run(self) -> Outcome:
        """Run the task until it is over.

        Returns
        -------
        Outcome
            What its last run came to.
        """
        async with self._turn:
            self._is_waiting = False
            while True:
                outcome, error = await self._attempt()
                if error is None or not await self._goes_on(error):
                    return outcome

    async def _attempt(self) -> tuple[Outcome, BaseException | None]:
        """Run once; return what it came to, and what is to be done something about."""
        self._began, self._error = self._clock.monotonic(), None
        outcome = await self._guard.run(self._named())
        if outcome.answer is None:
            return outcome, None
        error = self._error or TaskError(self.work.name, "failed", "see its record")
        self._last = _told(error)
        return outcome, error

    def _named(self) -> Callable[[], asyncio.Future[object]]:
        call = self._call
        named = lambda: call()  # noqa: E731  # a function of its own, to bear the name of the task in records
        named.__name__ = named.__qualname__ = self.work.label
        return named  # type: ignore[return-value]  # a coroutine, which the guard awaits

    async def _call(self) -> object:
        try:
            return await self._limited()
        except asyncio.CancelledError as error:
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
            self._error = TaskError(self.work.name, "was cancelled by what it awaits", _CATCH)
            raise self._error from error
        except BaseException as error:
            self._error = error
            raise

    async def _limited(self) -> object:
        if self.work.limit is None:
            return await self.work.function()
        try:
            async with asyncio.timeout(self.work.limit) as wait:
                return await self.work.function()
        except TimeoutError as error:
            if not wait.expired():
                raise
            what = f"did not end within {self.work.limit:g} s"
            raise TaskError(self.work.name, what, "let it end sooner, or raise its limit") from error

    async def _goes_on(self, error: BaseException) -> bool:
        """Do what the policy says about a failure; tell whether there is another run."""
        if isinstance(self.work.policy, Stop):
            self._failed(self._ended_by(error, self.work.policy.code))
        if self._restarts is None or self.is_ending:
            return False
        now = self._clock.monotonic()
        pause = self._restarts.pause(now, now - self._began)
        if pause is None:
            self._failed(self._too_often(error))
            return False
        await self._pause(pause)
        return not self.is_ending

    async def _pause(self, pause: float) -> None:
        self._is_pausing = self._is_ill = True
        self._log.warning(
            "a task starts again",
            task=self.work.name,
            error=self._last,
            restarts=self.restarts,
            in_s=round(pause, 3),
        )
        try:
            await self._clock.sleep_until(self._clock.monotonic() + pause)
        finally:
            self._is_pausing = False

    def _ended_by(self, error: BaseException, code: int | None) -> BaseException:
        if code is None:
            return error
        found = TaskError(self.work.name, f"failed with {self._last}", "its record says more")
        found.exit_code = code
        return found

    def _too_often(self, error: BaseException) -> TaskError:
        what = f"failed again after {self.restarts} restarts, with {self._last}"
        found = TaskError(self.work.name, what, "mend it, or give it another on_error")
        found.__cause__ = error
        return found


def _told(error: BaseException) -> str:
    """Name an exception and its place; its text may hold what is secret."""
    frames = traceback.extract_tb(error.__traceback__)
    at = f" at {frames[-1].filename}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{at}"
