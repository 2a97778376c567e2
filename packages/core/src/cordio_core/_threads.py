"""Threads for functions that would hold up the event loop."""

from __future__ import annotations

import asyncio
import contextvars
import functools
import os
import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue

__all__ = ["THREADS", "Threads"]

_Call = tuple["Future[object]", Callable[[], object]]


class Threads:
    """Runs functions in threads that the end of the process does not wait for.

    The pools of the standard library are joined at the end: one call that hangs would keep a process that was
    told to stop from ever ending.

    Parameters
    ----------
    most : int
        How many threads there are at most; further calls wait for a free one.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._count = 0
        self._calls: SimpleQueue[_Call] = SimpleQueue()
        self._idle = threading.Semaphore(0)
        self._growing = threading.Lock()
        self._left: dict[Future[object], Callable[..., object]] = {}

    async def run(self, function: Callable[..., object], *args: object, **kwargs: object) -> object:
        """Call a function in a thread, with the context variables of the caller.

        Parameters
        ----------
        function : callable
            The function.
        *args : object
            What it is called with.
        **kwargs : object
            What it is called with, by name.

        Returns
        -------
        object
            What it returns. If the caller is cancelled, the function runs on and its result is dropped.

        Raises
        ------
        CancelledError
            If the caller is cancelled.
        """
        future: Future[object] = Future()
        self._calls.put((future, functools.partial(contextvars.copy_context().run, function, *args, **kwargs)))
        self._grow()
        try:
            return await asyncio.wrap_future(future)
        except asyncio.CancelledError:
            if future.running():
                self._left[future] = function
                future.add_done_callback(lambda done: self._left.pop(done, None))
            raise

    def left(self) -> list[Callable[..., object]]:
        """Return the functions that run on though their callers were cancelled; each once.

        Returns
        -------
        list of callable
            They, as far as they are not over.
        """
        left, self._left = self._left, {}
        return [function for future, function in left.items() if not future.done()]

    def _grow(self) -> None:
        with self._growing:
            if self._idle.acquire(blocking=False) or self._count == self._most:
                return
            self._count += 1
            threading.Thread(target=self._work, name=f"cordio {self._count}", daemon=True).start()

    def _work(self) -> None:
        while True:
            future, call = self._calls.get()
            tell = _outcome(future, call) if future.set_running_or_notify_cancel() else None
            self._idle.release()  # before the caller goes on, so that its next call finds this thread
            if tell is not None:
                tell()
            del future, call, tell  # a waiting thread holds on to nothing of the last call


def _outcome(future: Future[object], call: Callable[[], object]) -> Callable[[], None]:
    try:
        return functools.partial(future.set_result, call())
    except StopIteration as error:  # no future takes it: it would end the coroutine that awaits
        return functools.partial(future.set_exception, RuntimeError(f"the function raised {error!r}"))
    except BaseException as error:  # noqa: B036  # it is raised where the call is awaited
        return functools.partial(future.set_exception, error)


THREADS = Threads(min(32, (os.cpu_count() or 1) + 4))
