"""The connections at rest: the one that came last goes first, and the others grow old."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cordio_pg._lent import Lent
    from cordio_pg._settings import PgSettings

__all__ = ["Shelf"]


class Shelf:
    """A stack with one timer, which parts with what has lain too long.

    Parameters
    ----------
    settings : PgSettings
        The idle time and the smallest size.
    part : callable
        Takes a connection that is not needed any more.
    """

    def __init__(self, settings: PgSettings, part: Callable[[Lent], None]) -> None:
        self._idle = settings.idle
        self._least = settings.min_size
        self._part = part
        self._loop = asyncio.get_running_loop()
        self._stack: list[Lent] = []
        self._timer: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        return len(self._stack)

    def put(self, raw: Lent) -> None:
        """Lay one on top."""
        raw.since = self._loop.time()
        self._stack.append(raw)
        if self._timer is None:
            self._timer = self._loop.call_later(self._idle, self._sweep)

    def pop(self) -> Lent | None:
        """Take the one on top."""
        return self._stack.pop() if self._stack else None

    def remove(self, raw: Lent) -> bool:
        """Take a certain one; tell whether it was there."""
        if raw in self._stack:
            self._stack.remove(raw)
            return True
        return False

    def close(self) -> None:
        """Watch no more."""
        self._stack.clear()
        if self._timer is not None:
            self._timer.cancel()

    def _sweep(self) -> None:
        self._timer = None
        now = self._loop.time()
        old = [raw for raw in self._stack if now > raw.expires]
        spare = len(self._stack) - len(old) - self._least
        old += [raw for raw in self._stack if raw not in old and now - raw.since >= self._idle][
            : max(0, spare)
        ]
        for raw in old:
            self._stack.remove(raw)
            self._part(raw)
        if self._stack:
            # What is kept for the smallest size has lain long already.
            wait = self._stack[0].since + self._idle - now
            self._timer = self._loop.call_later(wait if wait > 0 else self._idle, self._sweep)
