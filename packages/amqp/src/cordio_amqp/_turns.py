"""One at a time for each name."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

__all__ = ["Turns"]


class Turns:
    """Keeps things with the same name apart in time, and lets all others pass."""

    def __init__(self) -> None:
        self._taken: dict[str, asyncio.Event] = {}

    @asynccontextmanager
    async def turn(self, name: str, until: float) -> AsyncIterator[None]:
        """Wait until nobody else has `name`, and have it; raise TimeoutError at the loop's time `until`."""
        async with asyncio.timeout_at(until):
            while (other := self._taken.get(name)) is not None:
                await other.wait()
        mine = self._taken[name] = asyncio.Event()
        try:
            yield
        finally:
            del self._taken[name]
            mine.set()
