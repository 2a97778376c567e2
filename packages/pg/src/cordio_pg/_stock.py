"""The connections that are open, those of them at rest, and how there come to be more."""

from __future__ import annotations

import asyncio
import logging
from random import uniform
from typing import TYPE_CHECKING

from cordio_pg._exceptions import DeadlineExceeded, NotOpen, PgError, Unavailable
from cordio_pg._outage import Probe
from cordio_pg._shelf import Shelf
from cordio_pg._statement import CUT

if TYPE_CHECKING:
    from cordio_pg._backoff import Scheme
    from cordio_pg._borrowings import Borrowings
    from cordio_pg._deadline import Deadline
    from cordio_pg._lent import Lent
    from cordio_pg._observer import Counters
    from cordio_pg._raw import Raw
    from cordio_pg._settings import PgSettings
    from cordio_pg._target import Target
    from cordio_pg._waiters import Waiters

__all__ = ["Stock"]

_log = logging.getLogger("cordio_pg")


class Stock:
    """All connections: at rest, lent, and being made."""

    def __init__(
        self, target: Target, settings: PgSettings, scheme: Scheme, counters: Counters, waiters: Waiters
    ) -> None:
        self._target = target
        self._settings = settings
        self._where = settings.where
        self._counters = counters
        self._waiters = waiters
        self._loop = asyncio.get_running_loop()
        self._open: set[Lent] = set()
        self._shelf = Shelf(settings, self.part)
        self._connecting: set[asyncio.Task[None]] = set()
        self._probing = 0
        self._probe = Probe(
            self._where, settings.outage, scheme, counters, self._made, self._failed, self.grow
        )
        self._partings: set[asyncio.Task[None]] = set()
        self.closing = False
        self._returned = asyncio.Event()
        self.generation = 0

    @property
    def size(self) -> int:
        """How many connections are open."""
        return len(self._open)

    @property
    def idle(self) -> int:
        """How many are at rest."""
        return len(self._shelf)

    @property
    def reachable(self) -> bool | None:
        """Whether the server is there; None where that is not known."""
        if self._probe.error is not None:
            return False
        return True if self._proven else None

    @property
    def _proven(self) -> bool:
        # Without a connection that lives one goes ahead: an outage must not cost one attempt a caller.
        return self._probe.proven and bool(self._open)

    def ours(self, raw: Raw) -> Lent:
        """Return the connection as what all of the stock are."""
        return raw  # type: ignore[return-value]  # the target makes no others

    def pop(self) -> Lent | None:
        """Take one that is at rest and lives."""
        if self.closing:
            raise NotOpen("this Postgres")
        while (raw := self._shelf.pop()) is not None:
            if not raw.is_closed():
                raw.traits = raw.statements = 0
                return raw
            self.lose(raw)
        return None

    def put(self, raw: Lent) -> None:
        """Hand a connection to the first who waits, or lay it aside; part with one that has had its time."""
        if raw.is_closed():
            self.lose(raw)
        elif raw.traits & CUT or raw.generation != self.generation or self._loop.time() > raw.expires:
            self.part(raw)
        else:
            raw.traits = raw.statements = 0
            if self.closing or not self._waiters.serve(raw):
                self._shelf.put(raw)
            self._returned.set()

    def lose(self, raw: Lent) -> None:
        """Strike out a connection that is lost or useless."""
        raw.terminate()
        if raw in self._open:
            self._open.discard(raw)
            self._counters.lost += 1
            self._counters.count("pg.lost")
            self._probe.suspect()
        self._returned.set()
        self.grow()

    def part(self, raw: Lent) -> None:
        """Close a connection in good order, with nobody waiting for that."""
        self._open.discard(raw)
        task = asyncio.create_task(_closed(raw))
        self._partings.add(task)
        task.add_done_callback(self._partings.discard)
        self._returned.set()
        self.grow()

    def failed_over(self, raw: Lent) -> None:
        """Drop all connections of this generation: the server of one of them takes no writes any more."""
        if raw.generation != self.generation or not self._target.writes:
            return
        _log.warning(
            "PostgreSQL at %s takes no writes any more: connecting anew, to one that does", self._where
        )
        self._counters.count("pg.failover")
        self.generation += 1
        self._target.need_writes()
        self._probe.suspect()
        while (idle := self._shelf.pop()) is not None:
            self.part(idle)

    def check(self) -> None:
        """Raise what is known to stand against a connection."""
        if self.closing:
            raise NotOpen("this Postgres")
        self._probe.asked = self._loop.time()
        if self._probe.failing_fast and not self._open:
            raise self._probe.told()

    def late(self, deadline: Deadline, *, longest: bool) -> PgError:
        """Tell why there was no connection in time."""
        if self._probe.error is not None:
            return self._probe.told()
        doing = "connecting"
        if len(self._open) >= self._settings.max_size:
            doing = f"waiting for one of the {self._settings.max_size} connections"
        limit = self._settings.waiting if longest else deadline.limit
        return DeadlineExceeded(self._where, limit, f"{doing} (setting waiting)" if longest else doing)

    def grow(self) -> None:
        """Make connections for those who wait; only one where the server is not known to be there."""
        missing = min(
            len(self._waiters) - len(self._connecting),
            self._settings.max_size - len(self._open) - len(self._connecting) - self._probing,
        )
        if self.closing or missing <= 0:
            return
        if not self._proven:
            self._probe.start()
            return
        for _ in range(missing):
            task = asyncio.create_task(self._connect())
            self._connecting.add(task)
            task.add_done_callback(self._connecting.discard)

    async def drain(self, limit: float, borrowings: Borrowings) -> None:
        """Wait until all that is lent came back, but not longer than the limit; name who holds the rest."""
        self.closing = True
        await self._probe.stop()
        try:
            async with asyncio.timeout(limit):
                while len(self._open) > len(self._shelf):
                    self._returned.clear()
                    await self._returned.wait()
                while (raw := self._shelf.pop()) is not None:
                    self.part(raw)
                await asyncio.gather(*self._partings)
        except TimeoutError:
            held = "".join(f"; one is held by {borrowing}" for borrowing in borrowings)
            told = "%s: cut %d connections that did not end within %g s%s"
            _log.warning(told, self._where, self.size, limit, held)

    async def cut(self) -> None:
        """End whatever is left."""
        tasks = [*self._connecting, *self._partings]
        for task in tasks:
            task.cancel()
        self._shelf.close()
        for raw in list(self._open):
            self._open.discard(raw)
            raw.terminate()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _connect(self) -> None:
        error = await self._opened()
        if error is not None and not self.closing:
            self._probe.suspect()
            self._probe.start(error)

    async def _made(self) -> Unavailable | None:
        """Make one connection for the probe."""
        self._probing = 1
        try:
            return await self._opened()
        finally:
            self._probing = 0

    async def _opened(self) -> Unavailable | None:
        begun = self._loop.time()
        generation = self.generation
        try:
            raw = await self._target()
        except Unavailable as error:
            self._counters.failed_connects += 1
            self._counters.count("pg.error.connect")
            return error
        self._counters.connects += 1
        self._counters.timing("pg.connect", self._loop.time() - begun)
        raw.generation = generation
        raw.expires = self._loop.time() + self._settings.age * uniform(0.9, 1.1)
        raw.add_termination_listener(self._gone)  # type: ignore[arg-type]  # ours is no proxy
        self._open.add(raw)
        self.put(raw)
        return None

    def _failed(self, given_up: bool) -> None:
        # As long as there are connections, those who wait may still get one of them.
        if not self._open:
            self._waiters.refuse(self._probe.told, impatient_only=not given_up)

    def _gone(self, raw: Raw) -> None:
        """Take a connection that broke at rest from the shelf."""
        if self._shelf.remove(self.ours(raw)):
            self.lose(self.ours(raw))


async def _closed(raw: Lent) -> None:
    try:
        await raw.close(timeout=1)
    except Exception:  # however it failed to close in good order: it is not to stay open
        raw.terminate()
