"""Transactions that lost against another one are done once more."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Protocol, TypeVar

from cordio_pg._exceptions import QueryError

__all__ = ["Repeating", "Replays", "replayed"]

T = TypeVar("T")

# PostgreSQL, "Serialization Failure Handling": the whole transaction is to be retried, and had no effect.
_CONFLICTS = ("40001", "40P01")


class Repeating(Protocol):
    """A retry scheme: wraps an async function that takes nothing, as a decorator does.

    Decorators that repeat satisfy it as they are: ``errors.service`` of cordio-errors, ``tenacity.retry(…)``.
    Nothing but conflicts between transactions (`QueryError` with SQLSTATE 40001 or 40P01) comes to it.

    Examples
    --------
    >>> def twice(attempt):
    ...     async def repeated():
    ...         try:
    ...             return await attempt()
    ...         except QueryError:
    ...             return await attempt()
    ...     return repeated
    >>> from cordio_pg import PgSettings, Postgres
    >>> Postgres(PgSettings(), retry=twice)
    Postgres(127.0.0.1:5432)
    """

    def __call__(
        self, attempt: Callable[[], Coroutine[object, object, object]], /
    ) -> Callable[[], Awaitable[object]]:
        """Return a function that calls `attempt` until it succeeds, or raises what it failed with at last.

        Parameters
        ----------
        attempt : callable
            The whole transaction.

        Returns
        -------
        callable
            An async function.
        """
        ...


@dataclass(frozen=True, slots=True)
class Replays:
    """The scheme that serves unless another one is given: pauses of random length that grow, up to a limit.

    Parameters
    ----------
    attempts : int
        How many there are in all.
    first : float
        The most seconds before the second attempt; doubled for each after it.
    most : float
        The most seconds before any.

    Examples
    --------
    >>> from cordio_pg import PgSettings, Postgres
    >>> Postgres(PgSettings(), retry=Replays(attempts=10))
    Postgres(127.0.0.1:5432)
    """

    attempts: int = 5
    first: float = 0.01
    most: float = 1.0

    def __call__(
        self, attempt: Callable[[], Coroutine[object, object, object]], /
    ) -> Callable[[], Awaitable[object]]:
        """Return a function that repeats the attempt."""

        async def repeated() -> object:
            for number in range(self.attempts - 1):
                try:
                    return await attempt()
                except QueryError:
                    # Full jitter: those that met once are not to meet again.
                    await asyncio.sleep(random.uniform(0, min(self.most, self.first * 2**number)))
            return await attempt()

        return repeated


async def replayed(attempt: Callable[[], Awaitable[T]], scheme: Repeating) -> T:
    """Do an attempt by the scheme, which sees conflicts only: whatever else is raised ends it at once."""
    results: list[T] = []
    failure: Exception | None = None

    async def shielded() -> None:
        nonlocal failure
        try:
            results.append(await attempt())
        except Exception as error:  # raised again below; only a conflict is for the scheme to see
            failure = error
            if isinstance(error, QueryError) and error.sqlstate in _CONFLICTS:
                raise

    await scheme(shielded)()
    if results:
        return results[0]
    # A scheme may have passed over a conflict; that the transaction did not happen is to be told all the same.
    assert failure is not None
    raise failure
