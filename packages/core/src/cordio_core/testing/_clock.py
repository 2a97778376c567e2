"""A clock that stands still until a test moves it."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import time
from collections.abc import Callable

from cordio_core._duration import Duration
from cordio_core._exceptions import PartError

__all__ = ["MovableClock"]

_TURNS = 30  # of the event loop, until who was woken sleeps again or waits for something else
_PATIENCE = 10.0  # how long a run may take in real time, in seconds


class MovableClock:
    """The time of an application under test: it goes on only by `advance`, and nobody waits for it.

    Parameters
    ----------
    is_busy : callable
        Whether what the clock has woken is at work still.

    Examples
    --------
    >>> async def main() -> float:
    ...     clock = MovableClock()
    ...     sleeping = asyncio.create_task(clock.sleep_until(clock.monotonic() + 300))
    ...     before = clock.now()
    ...     await clock.advance("5m")
    ...     await sleeping
    ...     return clock.now() - before
    >>> asyncio.run(main())
    300.0
    """

    is_steady = True  # the time of day goes with `monotonic`, and is never set

    def __init__(self, is_busy: Callable[[], bool] = lambda: False) -> None:
        self._is_busy = is_busy
        self._began, self._passed = float(int(time.time())), 0.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._numbers = itertools.count()

    def now(self) -> float:
        """Return the time of day.

        Returns
        -------
        float
            Seconds since 1970 in UTC.
        """
        return self._began + self._passed

    def monotonic(self) -> float:
        """Return how far the clock was moved.

        Returns
        -------
        float
            Seconds.
        """
        return self._passed

    async def sleep_until(self, moment: float, /) -> None:
        """Wait until the clock was moved to a moment.

        Parameters
        ----------
        moment : float
            The moment, by `monotonic`.
        """
        if moment <= self._passed:
            return await asyncio.sleep(0)
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (moment, next(self._numbers), future))
        await future

    async def advance(self, span: str | float, /, *, wait: bool = True) -> None:
        """Move the clock, from one moment that somebody waits for to the next.

        Parameters
        ----------
        span : str or float
            How far: ``"5m"``, or seconds.
        wait : bool
            Whether to wait, at each of these moments, for the runs of schedules that it begins; where a run is
            to go on meanwhile, say no.

        Raises
        ------
        PartError
            If such a run has not ended within ten seconds of real time.
        """
        target = self._passed + Duration(span)
        await self._settle(wait)
        while (moment := self._next()) is not None and moment <= target:
            self._passed = max(self._passed, moment)
            self._wake()
            await self._settle(wait)
        self._passed = target
        await self._settle(wait)

    def _next(self) -> float | None:
        while self._sleepers and self._sleepers[0][2].done():  # it was cancelled
            heapq.heappop(self._sleepers)
        return self._sleepers[0][0] if self._sleepers else None

    def _wake(self) -> None:
        while (moment := self._next()) is not None and moment <= self._passed:
            heapq.heappop(self._sleepers)[2].set_result(None)

    async def _settle(self, wait: bool) -> None:
        limit = time.monotonic() + _PATIENCE
        for _ in range(_TURNS):
            await asyncio.sleep(0)
        while wait and self._is_busy():
            if time.monotonic() > limit:
                what = f"did not end within {_PATIENCE:g} s"
                raise PartError(
                    "a run of a schedule", what, "move the clock with wait=False, and end it later"
                )
            await asyncio.sleep(0.001)
            for _ in range(_TURNS):
                await asyncio.sleep(0)
