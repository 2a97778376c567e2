"""The publishes that are on their way over one connection."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

__all__ = ["Flight", "Flights", "Gone"]


class Gone(Exception):
    """The connection was lost before the message was handed to it: it may be tried on another."""


@dataclass(eq=False, slots=True)
class Flight:
    """One publish that is not confirmed yet."""

    until: float
    begun: float
    alone: bool
    handed_over: bool = False
    waits_for: asyncio.Future[None] | None = None

    def call_off(self) -> None:
        """End its wait."""
        if self.waits_for is not None and not self.waits_for.done():
            self.waits_for.set_exception(TimeoutError())


class Flights:
    """Knows all flights, so that none of them waits for a connection that was lost, or for too long."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._aloft: dict[Flight, None] = {}
        self._none = asyncio.Event()
        self._none.set()
        self._alarm: asyncio.TimerHandle | None = None

    def begin(self, until: float) -> Flight:
        """Be aloft until `end`."""
        aloft = self._aloft
        flight = Flight(until, self._loop.time(), alone=not aloft)
        if not aloft:
            self._none.clear()
        elif len(aloft) == 1:  # of more, none is alone any more
            next(iter(aloft)).alone = False
        aloft[flight] = None
        if self._alarm is None or until < self._alarm.when():
            self._set_alarm(until)
        return flight

    def end(self, flight: Flight) -> None:
        """Be aloft no more."""
        del self._aloft[flight]
        if not self._aloft:
            self._none.set()

    async def wait(self, flight: Flight, done: asyncio.Future[None]) -> None:
        """Wait for a future; raise TimeoutError when the flight's time is over, or when all are called off."""
        flight.waits_for = done
        await done

    def call_off(self) -> None:
        """End the wait of all."""
        for flight in self._aloft:
            flight.call_off()

    def close(self) -> None:
        """Wait for no time any more."""
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None

    async def landed(self) -> None:
        """Wait until none is aloft."""
        await self._none.wait()

    def _set_alarm(self, until: float) -> None:
        self.close()
        self._alarm = self._loop.call_at(until, self._ring)

    def _ring(self) -> None:
        """Call off those whose time is over; one timer serves all, and is set anew only when it rings."""
        self._alarm = None
        now = self._loop.time()
        left = [flight.until for flight in self._aloft if flight.until > now]
        for flight in self._aloft:
            if flight.until <= now:
                flight.call_off()
        if left:
            self._set_alarm(min(left))
