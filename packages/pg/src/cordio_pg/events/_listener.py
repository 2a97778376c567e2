"""A connection of its own that hears notifications, and says when it may have missed some."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from cordio_pg._backoff import Backoff

if TYPE_CHECKING:
    from cordio_pg._connection import Connection
    from cordio_pg._postgres import Postgres

__all__ = ["Listener"]

_log = logging.getLogger("cordio_pg")
_LOOK = 10.0  # after how long it asks whether the server is still there


class Listener:
    """Hears channels of a database until it is cancelled, through all its restarts.

    Parameters
    ----------
    pg : Postgres
        The database, of which it opens a connection of its own.
    channels : sequence of str
        What to hear.
    heard : callable
        Is called with channel and payload.
    missed : callable
        Is called when it hears again after a time in which it did not.

    Attributes
    ----------
    hears : asyncio.Event
        Set while it hears.
    gaps : int
        How often it did not for a time.
    error : str
        Why it does not hear, or did not the last time.
    """

    def __init__(
        self,
        pg: Postgres,
        channels: Sequence[str],
        heard: Callable[[str, str], None],
        missed: Callable[[], None],
    ) -> None:
        self._pg = pg.apart()
        self._channels, self._heard, self._missed = tuple(channels), heard, missed
        self._is_expected = self._is_told = False
        self.hears = asyncio.Event()
        self.gaps = 0
        self.error = ""

    def expect(self) -> None:
        """From now on somebody counts on it: where it hears for the first time later, that is a gap."""
        self._is_expected = True

    async def run(self) -> None:
        """Hear; returns only by being cancelled."""
        waits = Backoff()
        async with self._pg:
            while True:
                attempt = 1
                while not await self._session():
                    await asyncio.sleep(waits.wait(attempt) or 1.0)
                    attempt += 1

    async def _session(self) -> bool:
        """Hear until the connection is lost; return whether it ever was there."""
        self.hears.clear()
        try:
            async with self._pg.connection() as connection:
                await self._hear(connection)
        except Exception as error:  # asyncpg has many kinds for a connection that goes
            self.error = f"{type(error).__name__}: {error}"
            if not self._is_told:
                self._is_told = True
                _log.warning("notifications of %s are not heard: %s", ", ".join(self._channels), error)
        was_there = self.hears.is_set()
        self.hears.clear()
        return was_there

    async def _hear(self, connection: Connection) -> None:
        lost = asyncio.Event()
        connection.raw.add_termination_listener(lambda _: lost.set())
        try:
            for channel in self._channels:
                await connection.raw.add_listener(channel, self._come)
            self._begun()
            while not lost.is_set():
                try:
                    async with asyncio.timeout(_LOOK):
                        await lost.wait()
                except TimeoutError:
                    await connection.execute("select 1")
            self.error = "the connection was lost"
        finally:
            if not connection.raw.is_closed():
                connection.raw.terminate()  # nobody else is to hear on it

    def _begun(self) -> None:
        if self._is_expected:
            _log.warning("notifications of %s are heard again: some may be lost", ", ".join(self._channels))
            self.gaps += 1
            self._missed()
        self._is_expected, self._is_told, self.error = True, False, ""
        self.hears.set()

    def _come(self, _connection: object, _pid: int, channel: str, payload: object) -> None:
        self._heard(channel, str(payload))
