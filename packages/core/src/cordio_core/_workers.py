"""Several processes that serve one application: sockets are opened once, and all end as one."""

from __future__ import annotations

import math
import os
import select
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from types import FrameType

from cordio_core._endings import WorkerError
from cordio_core._exits import Exit
from cordio_core._signals import ENDS
from cordio_core._worker import Lifeline, Worker, become, exit_code

__all__ = ["Lifeline", "Workers"]

_TICK = 1.0
_AGAIN = (0.1, 30.0)  # how long to wait before a worker is replaced, at first and at most, in seconds
_STEADY = 60.0  # a worker that lived so long, in seconds, is replaced as if it were the first
_MOST = 5


class Workers:
    """Forks workers, replaces those that die, and stops all of them when it is told to.

    A worker that dies before it is up ends the application: the next one would fare no better. One that dies
    later is replaced, after a wait that doubles; too many deaths in a row end the application.

    Parameters
    ----------
    count : int
        How many workers there are.
    work : callable
        What a worker does; it returns its exit code.
    ready : callable
        Called in the supervisor once all workers are up.
    stopping : callable
        Called in the supervisor when it is told to stop, before the workers are.
    beat : callable
        Called in the supervisor again and again.
    period : float or None
        How often at least, in seconds, and then only while all workers are alive; None for once a second.
    told : callable
        Takes a line for people.
    within : float
        How long workers that are told to stop may run on, in seconds; then they are killed.

    Raises
    ------
    WorkerError
        If this system has no ``fork``, or `count` is not positive.
    """

    def __init__(
        self,
        count: int,
        work: Callable[[Lifeline], int],
        *,
        ready: Callable[[], None] = lambda: None,
        stopping: Callable[[], None] = lambda: None,
        beat: Callable[[], None] = lambda: None,
        period: float | None = None,
        told: Callable[[str], None] = lambda line: print(line, file=sys.stderr),
        within: float = 35.0,
    ) -> None:
        if not hasattr(os, "fork"):
            raise WorkerError("workers need a system with fork", "run one process, or several of them")
        if count < 1:
            raise WorkerError(f"there cannot be {count} workers", "take one or more")
        self._count, self._work = count, work
        self._ready, self._stopping, self._beat, self._tell = ready, stopping, beat, told
        self._tick, self._period = _TICK if period is None else min(period, _TICK), period
        self._workers: dict[int, Worker] = {}
        self._due: list[float] = []
        self._deaths = 0
        self._signals: list[int] = []
        self._code: int = Exit.OK
        self._within, self._deadline = within, math.inf
        self._is_stopping = self._was_ready = False
        self._alive = self._hold = -1

    def run(self) -> int:
        """Supervise until the last worker has ended.

        Returns
        -------
        int
            The exit code: 0 if all workers stopped in order, else the first other one.
        """
        self._alive, self._hold = os.pipe()
        wakeup = os.pipe()
        for end in wakeup:
            os.set_blocking(end, False)
        before = {number: signal.signal(number, self._heard) for number in (*ENDS, signal.SIGCHLD)}
        woken = signal.set_wakeup_fd(wakeup[1], warn_on_full_buffer=False)
        try:
            for _ in range(self._count):
                self._fork()
            while self._workers or self._due:
                self._wait(wakeup[0])
        finally:
            signal.set_wakeup_fd(woken)
            for number, handler in before.items():
                signal.signal(number, handler)
            for descriptor in (*wakeup, self._alive, self._hold):
                os.close(descriptor)
        return self._code

    def _heard(self, number: int, frame: FrameType | None) -> None:
        if number != signal.SIGCHLD:
            self._signals.append(number)

    def _wait(self, wakeup: int) -> None:
        due = min(self._due, default=None)
        within = min(self._tick, min(self._deadline, math.inf if due is None else due) - time.monotonic())
        told = [worker.told for worker in self._workers.values() if self._hears(worker)]
        found, _, _ = select.select([wakeup, *told], [], [], max(within, 0))
        if wakeup in found:
            with suppress(BlockingIOError):
                os.read(wakeup, 4096)
        for worker in list(self._workers.values()):
            if worker.told in found:
                self._answered(worker)
        while self._signals:
            self._signals.pop(0)
            self._stop()
        self._reap()
        self._kill()
        self._replace()
        if self._is_well():
            self._beat()

    def _answered(self, worker: Worker) -> None:
        if os.read(worker.told, 64):
            worker.is_ready, worker.heard = True, time.monotonic()
        else:
            worker.is_mute = True
        if not self._was_ready and all(each.is_ready for each in self._workers.values()):
            self._was_ready = len(self._workers) == self._count
            if self._was_ready:
                self._ready()

    def _hears(self, worker: Worker) -> bool:
        """Tell whether to listen to a worker: until it is up, or for its life where somebody watches."""
        return not worker.is_mute and (self._period is not None or not worker.is_ready)

    def _is_well(self) -> bool:
        """Tell whether each worker that is up has been heard of in time; one that stops need not tell."""
        if self._period is None or self._is_stopping:
            return True
        since = time.monotonic() - 2 * self._period
        return all(worker.heard > since for worker in self._workers.values() if worker.is_ready)

    def _stop(self) -> None:
        """Stop all; told so again, hurry them."""
        if not self._is_stopping:
            self._is_stopping = True
            self._deadline = time.monotonic() + self._within
            self._due.clear()
            self._stopping()
        for pid in self._workers:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)

    def _kill(self) -> None:
        """Kill what runs on after the time of the stop, such as a worker whose event loop is blocked."""
        if time.monotonic() < self._deadline:
            return
        self._deadline, self._code = math.inf, self._code or Exit.CUT
        for pid in self._workers:
            self._tell(
                f"worker {pid} runs on, though it was told to stop {self._within:g} s ago: it is killed"
            )
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def _reap(self) -> None:
        for pid in list(self._workers):
            found, status = os.waitpid(pid, os.WNOHANG)
            if found:
                self._died(self._workers.pop(pid), os.waitstatus_to_exitcode(status))

    def _died(self, worker: Worker, code: int) -> None:
        if not worker.is_ready:
            worker.is_ready = bool(os.read(worker.told, 1))
        os.close(worker.told)
        if self._is_stopping:
            self._code = self._code or exit_code(code)
            return
        lived = time.monotonic() - worker.began
        self._deaths = 1 if lived > _STEADY else self._deaths + 1
        if not worker.is_ready or self._deaths > _MOST:
            why = "died again and again" if worker.is_ready else "did not start"
            self._tell(f"worker {worker.pid} {why} (exit code {code}): all workers are stopped")
            self._code = exit_code(code) or Exit.SOFTWARE
            self._stop()
            return
        wait = min(_AGAIN[0] * 2 ** (self._deaths - 1), _AGAIN[1])
        self._tell(f"worker {worker.pid} died (exit code {code}): it is replaced in {wait:g} s")
        self._due.append(time.monotonic() + wait)

    def _replace(self) -> None:
        now = time.monotonic()
        for due in [due for due in self._due if due <= now]:
            self._due.remove(due)
            self._fork()

    def _fork(self) -> None:
        ours, theirs = os.pipe()
        signal.pthread_sigmask(signal.SIG_BLOCK, ENDS)  # until the worker can hear them itself
        pid = os.fork()
        if pid:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDS)
            os.close(theirs)
            self._workers[pid] = Worker(pid, ours)
            return
        code: int = Exit.SOFTWARE
        try:
            become([ours, self._hold, *(worker.told for worker in self._workers.values())])
            os.set_blocking(theirs, False)
            code = self._work(Lifeline(theirs, self._alive, self._period))
        except SystemExit as error:
            code = error.code if isinstance(error.code, int) else Exit.SOFTWARE
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
