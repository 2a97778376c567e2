"""A clock that a test moves, and sets."""

from __future__ import annotations

import asyncio

from cordio_core import testing

__all__ = ["MovableClock", "settle"]


async def settle() -> None:
    """Let everything run that can run now."""
    for _ in range(40):
        await asyncio.sleep(0)


class MovableClock(testing.MovableClock):
    """Stands still unless it is moved; it can be set too, as the clock on the wall can."""

    is_steady = False

    def __init__(self, now: float = 1_780_000_000.0) -> None:
        super().__init__()
        self._began = now

    def set(self, now: float) -> None:
        """Set the time of day, as an administrator does."""
        self._began = now - self.monotonic()

    async def move(self, seconds: float) -> None:
        """Let time pass."""
        await self.advance(seconds)

    def jump(self, seconds: float) -> None:
        """Let time pass without anybody noticing, as if the process had been stopped."""
        self._passed += seconds
