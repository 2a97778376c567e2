"""One limit over all the stages of a call."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from cordio_pg._exceptions import DeadlineExceeded

__all__ = ["Deadline"]


@dataclass(frozen=True, slots=True)
class Deadline:
    """The moment at which a call is over, whatever it is doing then."""

    where: str
    limit: float
    at: float

    @classmethod
    def after(cls, limit: float, where: str) -> Deadline:
        """Begin to count."""
        return cls(where, limit, asyncio.get_running_loop().time() + limit)

    @asynccontextmanager
    async def during(self, doing: str) -> AsyncIterator[None]:
        """Do one stage; raise DeadlineExceeded, which names it, when the time is over."""
        timer = asyncio.timeout_at(self.at)
        try:
            async with timer:
                yield
        except TimeoutError as error:
            # A TimeoutError may also be the system's, about a connection.
            if not timer.expired():
                raise
            raise DeadlineExceeded(self.where, self.limit, doing) from error
