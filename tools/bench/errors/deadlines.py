"""By how much a call that hangs overshoots its limit, by the wall clock."""

import asyncio
import time

from cordio_errors import DeadlineExceeded, Errors, Incident, Retry
from tools.bench.clock import Run
from tools.bench.comparison import Comparison, Over

LIMIT = 0.02


class Silent:
    """Records nothing."""

    def record(self, incident: Incident, /) -> None:
        """
        Take a fact.

        Parameters
        ----------
        incident : Incident
            The fact.
        """


def ours() -> Run:
    """
    Cut a call that hangs.

    Returns
    -------
    callable
        Runs it, and returns the seconds beyond the limit.
    """
    errors = Errors(recorder=Silent())
    errors.on(ConnectionError, retry=Retry(attempts=3, wait=0, within=LIMIT))

    @errors.service
    async def hang() -> None:
        await asyncio.Event().wait()

    async def turns(number: int) -> float:
        over = 0.0
        for _ in range(number):
            begun = time.monotonic()
            try:
                await hang()
            except DeadlineExceeded:
                over += time.monotonic() - begun - LIMIT
        return over

    return lambda number: asyncio.run(turns(number))


COMPARISONS = (Comparison("overshoot of a limit of 20 ms", ours, None, Over(10e-3), number=10, turns=9),)
