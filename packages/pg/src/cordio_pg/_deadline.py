"""One limit over all the stages of a call."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from types import TracebackType

from cordio_pg._exceptions import DeadlineExceeded

__all__ = ["Deadline", "Stage"]


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

    def during(self, doing: str, *, sent: bool = False) -> Stage:
        """Do one stage; raise DeadlineExceeded, which names it, when the time is over."""
        return Stage(self, doing, sent)


class Stage:
    """One stage of a call, as an async context manager."""

    __slots__ = ("_deadline", "_doing", "_sent", "_timer")

    def __init__(self, deadline: Deadline, doing: str, sent: bool) -> None:
        self._deadline = deadline
        self._doing = doing
        self._sent = sent
        self._timer = asyncio.timeout_at(deadline.at)

    async def __aenter__(self) -> None:
        await self._timer.__aenter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            await self._timer.__aexit__(kind, error, trace)
        except TimeoutError as over:
            deadline = self._deadline
            raise DeadlineExceeded(deadline.where, deadline.limit, self._doing, self._sent) from over
