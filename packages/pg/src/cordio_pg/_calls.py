"""One call on one connection: its limit, and its failure told in our own errors."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

from cordio_pg._deadline import Deadline
from cordio_pg._exceptions import DeadlineExceeded, OutcomeUnknown, PgError, Unavailable
from cordio_pg._failures import querying
from cordio_pg._refusals import ReadOnly
from cordio_pg._statement import READ_ONLY, SESSION, WRITES

if TYPE_CHECKING:
    from cordio_pg._lent import Lent
    from cordio_pg._raw import Raw

__all__ = ["called", "repeatable"]

T = TypeVar("T")


async def called(raw: Raw, call: Callable[[Raw], Awaitable[T]], deadline: Deadline) -> T:
    """Make a call on a connection within the deadline, with its failure told in our own errors."""
    if TYPE_CHECKING:
        assert isinstance(raw, Lent)
    if raw.is_closed():
        raise Unavailable(deadline.where, "the connection was lost before the statement was sent")
    before = raw.statements
    try:
        async with deadline.during("waiting for the answer", sent=True):
            return await call(raw)
    except (DeadlineExceeded, asyncio.CancelledError):
        # The server may still be at work: before the next one gets the connection, it must have answered.
        raw.traits |= SESSION
        raise
    except Exception as error:  # asyncpg has many kinds; one that is none of the database's goes on as it is
        told = querying(error, deadline.where, closed=raw.is_closed(), alone=raw.statements - before == 1)
        if told is None:
            raise
        if isinstance(told, ReadOnly):
            raw.traits |= READ_ONLY
        raise told from error


def repeatable(raw: Lent, error: PgError) -> bool:
    """Tell whether what failed may be done again on another connection: it was never sent, or only reads."""
    if isinstance(error, OutcomeUnknown):
        return not raw.traits & WRITES
    return isinstance(error, Unavailable)
