"""The line of those who wait for a connection: they go in the order in which they came."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["Place", "Queue"]


class Place:
    """A place in the line."""

    __slots__ = ("_line", "_turn")

    def __init__(self, line: OrderedDict[Place, None]) -> None:
        self._line = line
        self._turn: asyncio.Future[None] | None = None

    async def turn(self) -> None:
        """Wait until all who came before have gone."""
        if next(iter(self._line)) is not self:
            self._turn = asyncio.get_running_loop().create_future()
            await self._turn

    def call(self) -> None:
        """Tell who waits that the turn has come."""
        if self._turn is not None and not self._turn.done():
            self._turn.set_result(None)


class Queue:
    """Places in the order in which they were taken."""

    def __init__(self) -> None:
        self._line: OrderedDict[Place, None] = OrderedDict()

    def __bool__(self) -> bool:
        return bool(self._line)

    @contextmanager
    def place(self) -> Iterator[Place]:
        """Take the last place as long as the block lasts."""
        place = Place(self._line)
        self._line[place] = None
        try:
            yield place
        finally:
            del self._line[place]
            if self._line:
                next(iter(self._line)).call()
