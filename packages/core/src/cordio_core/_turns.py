"""How many tasks of one name run at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from cordio_core._exceptions import CoreError

__all__ = ["Turns"]


class Turns:
    """Lets so many of a name in, the others in their order after them; forgets a name that nobody uses."""

    def __init__(self) -> None:
        self._doors: dict[str, tuple[int, asyncio.Semaphore]] = {}
        self._users: dict[str, int] = {}

    def enlist(self, name: str, most: int) -> None:
        """Announce a task that will take its turn.

        Parameters
        ----------
        name : str
            The name of the task.
        most : int
            How many of that name run at a time.

        Raises
        ------
        CoreError
            If that is none, or others of the name have another number.
        """
        if not isinstance(most, int):
            raise CoreError(f"the task {name!r} has most={most!r}: it is a number, write most=1 or more")
        if most < 1:
            raise CoreError(f"the task {name!r} could never run with most={most}: give 1 or more")
        known, _ = self._doors.setdefault(name, (most, asyncio.Semaphore(most)))
        if known != most:
            raise CoreError(
                f"tasks {name!r} wait with most={known} already, not {most}: "
                "give all of a name the same number"
            )
        self._users[name] = self._users.get(name, 0) + 1

    @asynccontextmanager
    async def turn(self, name: str) -> AsyncIterator[None]:
        """Wait for the turn of a task that is enlisted.

        Parameters
        ----------
        name : str
            The name of the task.

        Yields
        ------
        None
            Nothing.
        """
        async with self._doors[name][1]:
            yield

    def leave(self, name: str) -> None:
        """Strike out a task that is over.

        Parameters
        ----------
        name : str
            The name of the task.
        """
        self._users[name] -= 1
        if not self._users[name]:
            del self._users[name], self._doors[name]
