"""The time, as the machine has it."""

from __future__ import annotations

import time

__all__ = ["MachineClock"]


class MachineClock:
    """The clocks of the machine.

    Attributes
    ----------
    monotonic : callable
        Returns the time of a clock that only goes forward, in seconds.
    """

    def now(self) -> float:
        """Return the time of day: seconds since 1970 in UTC; it can be set, and jump.

        Returns
        -------
        float
            The seconds.
        """
        return time.time()

    monotonic = staticmethod(time.monotonic)

    async def sleep_until(self, moment: float, /) -> None:
        """Wait until `monotonic` has reached a moment.

        Parameters
        ----------
        moment : float
            The moment, in seconds.
        """
        from asyncio import sleep

        await sleep(max(0.0, moment - time.monotonic()))
