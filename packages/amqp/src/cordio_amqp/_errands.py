"""Round trips that several callers may wait for, and that nobody has to wait for to the end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine

__all__ = ["Errands"]


class Errands:
    """Runs each errand once at a time, as a task of its own.

    A caller whose time is over leaves the task behind instead of cancelling it: aiormq's cancellation
    may itself wait for a frozen broker. Whoever closes the connection calls the tasks off.
    """

    def __init__(self) -> None:
        self._running: dict[str, asyncio.Task[None]] = {}

    async def run(
        self, name: str, errand: Callable[[], Coroutine[object, object, None]], until: float
    ) -> None:
        """Do the errand or wait for the one that is under way.

        Its own exception is raised, TimeoutError at the loop's time `until`, and ConnectionError if it
        was called off.
        """
        task = self._running.get(name)
        if task is None:
            task = self._running[name] = asyncio.create_task(errand())
            task.add_done_callback(lambda done: self._ended(name, done))
        await asyncio.wait({task}, timeout=max(0.0, until - asyncio.get_running_loop().time()))
        if not task.done():
            raise TimeoutError
        if task.cancelled():
            raise ConnectionError("the connection was lost")
        task.result()

    def _ended(self, name: str, task: asyncio.Task[None]) -> None:
        del self._running[name]
        if not task.cancelled():
            task.exception()  # seen, even if nobody waited for it to the end

    def call_off(self) -> Awaitable[object]:
        """Cancel all; what is returned may be awaited for their end."""
        tasks = list(self._running.values())
        for task in tasks:
            task.cancel()
        return asyncio.gather(*tasks, return_exceptions=True)
