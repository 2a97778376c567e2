"""Waits that end at their limit, or at once when somebody hurries."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager, suppress
from typing import Any

__all__ = ["Patience"]

_LAST = 1.0


class Patience:
    """Waits for as long as it lasts; once lost it does not come back.

    Attributes
    ----------
    is_lost : bool
        Whether nothing is waited for any more.
    """

    def __init__(self) -> None:
        self.is_lost = False
        self._waits: list[asyncio.Timeout] = []

    def lose(self) -> None:
        """End every wait now, and let no other begin."""
        self.is_lost = True
        for wait in self._waits:
            if not wait.expired():
                wait.reschedule(0)

    @asynccontextmanager
    async def limit(self, within: float | None) -> AsyncIterator[asyncio.Timeout]:
        """Interrupt a block when its time is over, or the patience is lost.

        Parameters
        ----------
        within : float or None
            The time, in seconds; None for no limit.

        Yields
        ------
        asyncio.Timeout
            Tells whether it was the limit that interrupted the block.

        Raises
        ------
        TimeoutError
            If the block was interrupted.
        """
        async with asyncio.timeout(0 if self.is_lost else within) as wait:
            self._waits.append(wait)
            try:
                yield wait
            finally:
                self._waits.remove(wait)

    async def ended(self, tasks: Collection[asyncio.Task[Any]], within: float) -> list[asyncio.Task[Any]]:
        """Wait for tasks, then cancel those that are left; so too if the wait itself is cancelled.

        Parameters
        ----------
        tasks : collection of asyncio.Task
            The tasks.
        within : float
            How long they may take, in seconds.

        Returns
        -------
        list of asyncio.Task
            Those that run on though they were cancelled a second ago.
        """
        try:
            if tasks:
                with suppress(TimeoutError):
                    async with self.limit(within):
                        await asyncio.wait(tasks)
        finally:
            left = [task for task in tasks if not task.done()]
            for task in left:
                task.cancel()
            if left:
                await asyncio.wait(left, timeout=_LAST)
        return [task for task in left if not task.done()]
