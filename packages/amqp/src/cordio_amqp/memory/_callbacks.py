"""Callbacks of consumers, which run in tasks where they are coroutine functions, as with aiormq."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from inspect import iscoroutine
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aiormq.abc import DeliveredMessage

__all__ = ["Callback", "Callbacks"]

Callback = Callable[["DeliveredMessage"], object]

_log = logging.getLogger("cordio_amqp")


class Callbacks:
    """Calls them, and owns their tasks; a failure of one is told and ends nothing."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[object]] = set()

    def call(self, callback: Callback, message: DeliveredMessage) -> None:
        """Call one."""
        try:
            work = callback(message)
        except Exception:  # of whoever consumes; what else waits is handed out nevertheless
            _log.exception("the callback of a consumer failed")
            return
        if iscoroutine(work):
            task = asyncio.get_running_loop().create_task(work)
            self._tasks.add(task)
            task.add_done_callback(self._done)

    def cancel(self) -> None:
        """Cancel those that run."""
        for task in self._tasks:
            task.cancel()

    def _done(self, task: asyncio.Task[object]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("the callback of a consumer failed", exc_info=error)
