"""A million failures: whether memory stays flat, with the garbage collector at rest."""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable

from cordio_errors import Errors, Folding, Incident, Retry, answer, to
from tools.bench.clock import Run
from tools.bench.comparison import Comparison, Over

FAILURES = 1_000_000
FLAT = 2_000


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


class Sold(Exception):
    """Stand for an error of the application; its text differs each time."""


def failing() -> list[Callable[[int], Awaitable[object]]]:
    """
    Make calls that fail, each in another way.

    Returns
    -------
    list of callable
        Each takes a number and ends without an exception.
    """
    errors = Errors(recorder=Folding(Silent(), within="100ms"))
    errors.on(Sold, answer=answer("sold"), commit=[to.log("error"), to.exceptions(), to.metric("sold")])
    errors.on(ConnectionError, retry=Retry(attempts=2, wait=0), answer=answer("unavailable"))
    errors.on(PermissionError, goto="place")
    page = {"status": 409, "title": {"en": "Sold", "de": "Weg"}, "detail": "{args}"}
    errors.catalogue({"sold": {"http": page}})

    async def sold(number: int) -> None:
        raise Sold(number)

    async def unexpected(number: int) -> None:
        raise RuntimeError(number)

    async def grouped(number: int) -> None:
        raise ExceptionGroup(str(number), [Sold(number), ValueError(number)])

    @errors.service
    async def connect(number: int) -> None:
        raise ConnectionError(number)

    @errors.service
    async def refused(number: int) -> None:
        raise PermissionError(number)

    @errors.layer("place", landing=lambda error, number: number)
    async def place(number: int) -> None:
        await refused(number)

    async def answered(number: int) -> None:
        for handler in (sold, unexpected, grouped, connect, place):
            outcome = await errors.run(handler, number)
            if outcome.answer is not None:
                outcome.answer.render("http", f"x-{number % 1_000}, de;q=0.5")

    return [answered]


def ours() -> Run:
    """
    Fail, render, and watch the memory.

    Returns
    -------
    callable
        Runs it and returns the CPU seconds; raises where memory grows.
    """
    [answered] = failing()

    async def turns(number: int) -> float:
        for warming in range(2_000):
            await answered(warming)
        before, begun = sys.getallocatedblocks(), time.process_time()
        for one in range(number // 5):
            await answered(one)
        grown = sys.getallocatedblocks() - before
        if grown > FLAT:
            raise MemoryError(f"{grown} blocks more are allocated after {number} failures")
        return time.process_time() - begun

    return lambda number: asyncio.run(turns(number))


COMPARISONS = (
    Comparison("a million failures, memory flat: each in all", ours, None, Over(100e-6), FAILURES, turns=1),
)
