"""The connections: lent to one call at a time, tidied when they come back, dropped when they are lost."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from cordio_pg._deadline import Deadline
from cordio_pg._exceptions import NotOpen, Unavailable
from cordio_pg._failures import connecting

if TYPE_CHECKING:
    from cordio_pg._queries import Raw
    from cordio_pg._settings import PgSettings

__all__ = ["Pool"]

_log = logging.getLogger("cordio_pg")

# How long a connection may take to become clean again after a call on it was given up.
_RECOVERY = 1.0


class Pool:
    """Connections made by `connect` when they are needed, at most ``max_size``."""

    def __init__(self, connect: Callable[[], Awaitable[Raw]], settings: PgSettings) -> None:
        self._connect = connect
        self._settings = settings
        self._where = settings.where
        self._free = settings.max_size
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._idle: list[tuple[Raw, asyncio.TimerHandle]] = []
        self._open: set[Raw] = set()
        self._recovering: set[asyncio.Task[None]] = set()
        self._attempt: asyncio.Task[Unavailable | None] | None = None
        self._reachable = False
        self._closing = False
        self._returned = asyncio.Event()

    async def take(self, deadline: Deadline) -> Raw:
        """Lend a connection: an idle one that still lives, or a new one."""
        async with deadline.during(f"waiting for one of the {self._settings.max_size} connections"):
            await self._slot()
        try:
            return await self._connected(deadline)
        except BaseException:
            self._release_slot()
            raise

    async def give(self, raw: Raw, deadline: Deadline) -> None:
        """Take a connection back, tidied; where that fails it is retired, and the call keeps its answer."""
        try:
            async with asyncio.timeout_at(deadline.at):
                await _tidied(raw)
        except BaseException as error:
            self.retire(raw)
            if not isinstance(error, Exception):
                raise
        else:
            self._keep(raw)
            self._release_slot()

    def retire(self, raw: Raw) -> None:
        """Take back a connection on which a call was given up; nobody waits until it is clean or cut."""
        if raw.is_closed():
            self.drop(raw)
            return
        task = asyncio.create_task(self._recover(raw))
        self._recovering.add(task)
        task.add_done_callback(self._recovering.discard)

    def drop(self, raw: Raw) -> None:
        """Take back a connection that is lost."""
        self._cut(raw)
        self._release_slot()

    async def close(self, limit: float) -> None:
        """Wait for the calls in progress, then cut what is left."""
        self._closing = True
        for waiter in self._waiting:
            if not waiter.done():
                waiter.set_exception(NotOpen("this Postgres"))
        try:
            async with asyncio.timeout(limit):
                await self._drained()
        except TimeoutError:
            _log.warning(
                "%s: cut %d connections that did not end within %g s", self._where, len(self._open), limit
            )
        finally:
            await self._cut_all()

    async def _drained(self) -> None:
        while self._free < self._settings.max_size:
            self._returned.clear()
            await self._returned.wait()
        while self._idle:
            raw, expiry = self._idle.pop()
            expiry.cancel()
            await raw.close()
            self._open.discard(raw)

    async def _cut_all(self) -> None:
        tasks = [*self._recovering, *((self._attempt,) if self._attempt else ())]
        for task in tasks:
            task.cancel()
        for _, expiry in self._idle:
            expiry.cancel()
        for raw in list(self._open):
            self._cut(raw)
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _slot(self) -> None:
        if self._closing:
            raise NotOpen("this Postgres")
        if self._free > 0:
            self._free -= 1
            return
        waiter = asyncio.get_running_loop().create_future()
        self._waiting.append(waiter)
        try:
            await waiter
        except BaseException:
            if waiter.done() and not waiter.cancelled() and waiter.exception() is None:
                self._release_slot()
            raise

    def _release_slot(self) -> None:
        while self._waiting:
            waiter = self._waiting.popleft()
            if not waiter.done():
                waiter.set_result(None)
                return
        self._free += 1
        self._returned.set()

    async def _connected(self, deadline: Deadline) -> Raw:
        while True:
            if (raw := self._usable()) is not None:
                return raw
            if self._reachable:
                async with deadline.during("connecting"):
                    return await self._opened()
            await self._attempted(deadline)

    def _usable(self) -> Raw | None:
        while self._idle:
            raw, expiry = self._idle.pop()
            expiry.cancel()
            if not raw.is_closed():
                return raw
            self._cut(raw)
        return None

    async def _attempted(self, deadline: Deadline) -> None:
        """Wait for the one attempt that all callers share as long as the server is not known to be there."""
        if self._attempt is None:
            self._attempt = asyncio.create_task(self._try())
        attempt = self._attempt
        async with deadline.during("connecting"):
            await asyncio.wait([attempt])
        if attempt.cancelled():
            raise NotOpen("this Postgres")
        if (error := attempt.result()) is not None:
            raise Unavailable(error.where, error.reason, error.sqlstate) from error

    async def _try(self) -> Unavailable | None:
        try:
            self._keep(await self._opened())
        except Unavailable as error:
            return error
        finally:
            self._attempt = None
        return None

    async def _opened(self) -> Raw:
        limit = self._settings.connect_timeout
        timer = asyncio.timeout(limit)
        try:
            async with timer:
                raw = await self._connect()
        except Exception as error:
            self._reachable = False
            if timer.expired():
                raise Unavailable(self._where, f"no answer to connecting within {limit:g} s") from error
            raise connecting(error, self._where) from error
        self._reachable = True
        self._open.add(raw)
        return raw

    async def _recover(self, raw: Raw) -> None:
        try:
            async with asyncio.timeout(_RECOVERY):
                await _tidied(raw)
        except BaseException as error:
            self._cut(raw)
            if not isinstance(error, Exception):
                raise
        else:
            self._keep(raw)
        finally:
            self._release_slot()

    def _keep(self, raw: Raw) -> None:
        expiry = asyncio.get_running_loop().call_later(self._settings.idle, self._expire, raw)
        self._idle.append((raw, expiry))

    def _expire(self, raw: Raw) -> None:
        expired = next(entry for entry in self._idle if entry[0] is raw)
        if len(self._idle) > self._settings.min_size:
            self._idle.remove(expired)
            self._cut(raw)

    def _cut(self, raw: Raw) -> None:
        raw.terminate()
        self._open.discard(raw)


async def _tidied(raw: Raw) -> None:
    """Undo what is open and forget what a session remembers, so that nothing leaks to the next call."""
    if raw.is_in_transaction():
        await raw.execute("rollback")
    await raw.reset()
