"""The publishes that are on their way over one connection."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

__all__ = ["Flight", "Flights", "Gone"]


class Gone(Exception):
    """The connection was lost before the message was handed to it: it may be tried on another."""


@dataclass(eq=False, slots=True)
class Flight:
    """One publish that is not confirmed yet."""

    limit: asyncio.Timeout
    begun: float
    alone: bool
    handed_over: bool = False


class Flights:
    """Knows all flights, so that none of them waits for a connection that was lost."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._aloft: set[Flight] = set()
        self._none = asyncio.Event()
        self._none.set()

    @asynccontextmanager
    async def flight(self, until: float) -> AsyncIterator[Flight]:
        """Be aloft; raise TimeoutError at the loop's time `until`, or when all are called off."""
        async with asyncio.timeout_at(until) as limit:
            flight = Flight(limit, self._loop.time(), alone=not self._aloft)
            for other in self._aloft:
                other.alone = False
            self._aloft.add(flight)
            self._none.clear()
            try:
                yield flight
            finally:
                self._aloft.discard(flight)
                if not self._aloft:
                    self._none.set()

    def call_off(self) -> None:
        """End the wait of all."""
        for flight in self._aloft:
            if not flight.limit.expired():
                flight.limit.reschedule(self._loop.time())

    async def landed(self) -> None:
        """Wait until none is aloft."""
        await self._none.wait()
