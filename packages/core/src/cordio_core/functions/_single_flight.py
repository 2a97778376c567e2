"""One call for all who ask for the same at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

from cordio_core._exceptions import TaskError

__all__ = ["SingleFlight"]

T = TypeVar("T")


class _Flight(Generic[T]):
    __slots__ = ("task", "waiters")

    def __init__(self, task: asyncio.Task[T]) -> None:
        self.task, self.waiters = task, 0


class SingleFlight(Generic[T]):
    """Makes one call for all who ask under a key while it goes on; all get its result, or what it raised.

    Nothing is remembered once the call is over. Who is cancelled while waiting leaves the call to the others;
    when the last one is, the call is cancelled too, and awaited.

    Examples
    --------
    >>> flights = SingleFlight[str]()
    >>> async def fetch() -> str:
    ...     print("fetching")
    ...     return "page"
    >>> async def main() -> list[str]:
    ...     return await asyncio.gather(*(flights.run("/", fetch) for _ in range(3)))
    >>> asyncio.run(main())
    fetching
    ['page', 'page', 'page']
    """

    __slots__ = ("_flights",)

    def __init__(self) -> None:
        self._flights: dict[Hashable, _Flight[T]] = {}

    async def run(self, key: Hashable, function: Callable[[], Awaitable[T]], /) -> T:
        """Return what the call under way comes to; begin it if there is none.

        Parameters
        ----------
        key : hashable
            What is asked for.
        function : callable
            Makes the call, in a task with the context of the first who asks.

        Returns
        -------
        object
            What it returns.

        Raises
        ------
        TaskError
            If the call was cancelled by somebody else.
        BaseException
            What the call raises.
        """
        flight = self._flights.get(key) or self._begun(key, function)
        flight.waiters += 1
        try:
            await asyncio.wait([flight.task])
        finally:
            flight.waiters -= 1
            if not flight.waiters and not flight.task.done():
                await self._given_up(key, flight)
        return _result(key, flight.task)

    def _begun(self, key: Hashable, function: Callable[[], Awaitable[T]]) -> _Flight[T]:
        async def call() -> T:
            return await function()

        flight = _Flight(asyncio.create_task(call(), name=f"single flight {key!r}"))
        self._flights[key] = flight
        flight.task.add_done_callback(lambda _: self._over(key, flight))
        return flight

    def _over(self, key: Hashable, flight: _Flight[T]) -> None:
        if self._flights.get(key) is flight:
            del self._flights[key]
        if not flight.task.cancelled():
            flight.task.exception()  # it counts as seen: whoever waits raises it, and maybe nobody does

    async def _given_up(self, key: Hashable, flight: _Flight[T]) -> None:
        del self._flights[key]
        flight.task.cancel()
        await asyncio.wait([flight.task])


def _result(key: Hashable, task: asyncio.Task[T]) -> T:
    if task.cancelled():
        what = "was cancelled by what it awaits"
        cure = "catch CancelledError where it awaits a task that may be cancelled"
        raise TaskError(f"single flight {key!r}", what, cure)
    return task.result()
