"""The lock of a schedule, as one replica sees it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from cordio_core.protocols import Lock, Log

__all__ = ["Lease"]

_ASK = 10.0  # how long the holder of locks may take for an answer, in seconds
_GIVE_UP = 2.0  # and at the stop, which others wait for


class Lease:
    """Asks for a lock, in time, whatever goes wrong.

    It is kept from run to run: if it were given up after each, replicas whose clocks differ would run one
    after the other.

    Parameters
    ----------
    found : Lock or callable
        The lock, or what returns it.
    name : str
        Its name, the same for all replicas.
    log : Log
        Where it is told that it cannot be asked.

    Attributes
    ----------
    is_held : bool
        Whether it was ours when it was asked for last.
    is_free : bool
        Whether it is known that there is nothing to give up.
    """

    def __init__(self, found: Lock | Callable[[], Awaitable[object]], name: str, log: Log) -> None:
        self._found, self._name, self._log = found, name, log
        self.is_held, self.is_free = False, True

    async def take(self) -> bool:
        """Ask for the lock.

        Returns
        -------
        bool
            Whether it is ours; not if it cannot be asked, since two replicas are worse than none.
        """
        self.is_free = False  # nobody knows, if this is cut off
        try:
            async with asyncio.timeout(_ASK):
                self.is_held = await (await self._lock()).take(self._name)
                self.is_free = not self.is_held
        except Exception as error:  # a lock may be anybody's; without it nobody runs, and that is told
            self.is_held = False
            self._log.error("a run was skipped: its lock cannot be asked for", lock=self._name, error=error)
        return self.is_held

    async def release(self) -> None:
        """Give the lock up, so that another replica need not wait until it is missed."""
        if self.is_free:
            return
        self.is_held = False
        try:
            async with asyncio.timeout(_GIVE_UP):
                await (await self._lock()).release(self._name)
        except Exception as error:  # as above; the lock ends with its connection
            self._log.error("a lock cannot be given up", lock=self._name, error=error)

    async def _lock(self) -> Lock:
        if isinstance(self._found, Lock):
            return self._found
        found = await self._found()
        if not isinstance(found, Lock):
            raise TypeError(f"{found!r} is no lock: return an object with take and release")
        self._found = found
        return found
