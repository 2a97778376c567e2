"""The connections: lent to one call at a time, tidied when they come back, dropped when they are lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, TypeVar

from cordio_pg._backoff import Backoff, Scheme
from cordio_pg._borrowings import Borrowings
from cordio_pg._calls import called, repeatable
from cordio_pg._deadline import Deadline
from cordio_pg._exceptions import NotOpen, PgError, QueryError, Unavailable
from cordio_pg._observer import Counters, Observer, PoolState
from cordio_pg._refusals import ReadOnly
from cordio_pg._stock import Stock
from cordio_pg._tidy import Tidier
from cordio_pg._waiters import Waiters

if TYPE_CHECKING:
    from cordio_pg._lent import Lent
    from cordio_pg._raw import Raw
    from cordio_pg._settings import PgSettings
    from cordio_pg._target import Target

__all__ = ["Pool"]

T = TypeVar("T")
# How long a connection may take to become clean again after a call on it was given up.
_RECOVERY = 1.0


class Pool:
    """Connections made by `target` when they are needed, at most ``max_size``.

    Parameters
    ----------
    target : Target
        Makes one.
    settings : PgSettings
        Sizes and limits.
    scheme : Scheme or None
        How long to wait between attempts to connect; a `Backoff` by default.
    observer : Observer or None
        Is told what happens.
    """

    def __init__(
        self,
        target: Target,
        settings: PgSettings,
        scheme: Scheme | None = None,
        observer: Observer | None = None,
    ) -> None:
        self._settings = settings
        self._loop = asyncio.get_running_loop()
        self._counters = Counters(observer)
        self._tidier = Tidier(settings, self._counters)
        self._borrowings = Borrowings(settings, self._counters)
        self._waiters = Waiters(settings, self._counters)
        self._stock = Stock(target, settings, scheme or Backoff(), self._counters, self._waiters)
        self._recovering: set[asyncio.Task[None]] = set()

    def state(self) -> PoolState:
        """Return the numbers of this moment."""
        stock, told = self._stock, self._counters
        return PoolState(
            reachable=stock.reachable,
            size=stock.size,
            idle=stock.idle,
            lent=stock.size - stock.idle,
            waiting=len(self._waiters),
            **{name: getattr(told, name) for name in Counters.NUMBERS},
        )

    async def run(self, call: Callable[[Raw], Awaitable[T]], deadline: Deadline, *, patient: bool = True) -> T:
        """Make one call on a connection of its own; what is safe to repeat is repeated on another one."""
        begun = self._loop.time() if self._counters.observed else 0.0
        again = False
        while True:
            raw = self._stock.pop() if not self._borrowings else None
            if raw is None:
                raw = await self.take(deadline, patient=patient)
            try:
                result = await called(raw, call, deadline)
            except PgError as error:
                # What was sent is repeated once: a statement that ends the server must not end it for ever.
                if not await self._failed(raw, error, deadline) or (again and error.outcome != "not sent"):
                    self._tell(error)
                    raise
                again = again or error.outcome != "not sent"
                self._counters.repeats += 1
                self._counters.count("pg.repeat")
            except BaseException:
                self.retire(raw)
                raise
            else:
                if self._tidier.needed(raw):
                    await self.give(raw, deadline)
                else:
                    self._stock.put(raw)
                if begun:
                    self._counters.add("pg.call", self._loop.time() - begun)
                return result

    @asynccontextmanager
    async def lent(self, deadline: Deadline) -> AsyncIterator[Raw]:
        """Lend a connection for the time of a block, and note who holds it."""
        raw = await self.take(deadline)
        borrowing = self._borrowings.enter()
        try:
            yield raw
        except Exception:  # the block's own: the connection is as it was, and the error goes on
            self._borrowings.leave(borrowing)
            await self.give(raw, Deadline.after(self._settings.timeout, deadline.where))
            raise
        except BaseException:
            self._borrowings.leave(borrowing)
            self.retire(raw)
            raise
        self._borrowings.leave(borrowing)
        await self.give(raw, Deadline.after(self._settings.timeout, deadline.where))

    async def take(self, deadline: Deadline, *, patient: bool = True) -> Lent:
        """Lend a connection: an idle one that still lives, or one that comes back, or a new one."""
        if self._borrowings:
            self._borrowings.check()
        try:
            return self._stock.pop() or await self._waiters.wait(self._stock, deadline, patient)
        except PgError as error:
            self._tell(error)
            raise

    async def give(self, raw: Raw, deadline: Deadline) -> None:
        """Take a connection back, tidied; where that fails it is retired, and the call keeps its answer."""
        lent = self._stock.ours(raw)
        if raw.is_closed() or not self._tidier.needed(lent):
            self._stock.put(lent)
            return
        try:
            async with asyncio.timeout_at(deadline.at):
                await self._tidy(lent)
        except BaseException as error:
            self.retire(raw)
            if not isinstance(error, Exception):
                raise
        else:
            self._stock.put(lent)

    def retire(self, raw: Raw) -> None:
        """Take back a connection on which a call was given up; nobody waits until it is clean or cut."""
        if raw.is_closed():
            self.drop(raw)
            return
        task = asyncio.create_task(self._recover(self._stock.ours(raw)))
        self._recovering.add(task)
        task.add_done_callback(self._recovering.discard)

    def drop(self, raw: Raw) -> None:
        """Take back a connection that is lost."""
        self._stock.lose(self._stock.ours(raw))

    async def close(self, limit: float) -> None:
        """Wait for the calls in progress, then cut what is left."""
        self._waiters.refuse(lambda: NotOpen("this Postgres"))
        try:
            await self._stock.drain(limit, self._borrowings)
        finally:
            for task in self._recovering:
                task.cancel()
            await asyncio.gather(*self._recovering, return_exceptions=True)
            await self._stock.cut()
            self._counters.flush()

    async def _failed(self, raw: Lent, error: PgError, deadline: Deadline) -> bool:
        """Take back a connection on which a call failed; tell whether the call may be made again."""
        if isinstance(error, Unavailable):
            self.drop(raw)
            return repeatable(raw, error) and not self._stock.closing
        if isinstance(error, ReadOnly):
            generation = raw.generation
            await self.give(raw, deadline)
            return generation != self._stock.generation
        if isinstance(error, QueryError):
            await self.give(raw, deadline)
        else:
            self.retire(raw)
        return False

    def _tell(self, error: PgError) -> None:
        if not isinstance(error, QueryError):
            self._counters.errors += 1
        self._counters.count(f"pg.error.{type(error).__name__}")

    async def _tidy(self, raw: Lent, *, wholly: bool = False) -> None:
        if await self._tidier.tidied(raw, wholly=wholly):
            self._stock.failed_over(raw)

    async def _recover(self, raw: Lent) -> None:
        try:
            async with asyncio.timeout(_RECOVERY):
                await self._tidy(raw, wholly=True)
        except BaseException as error:
            self._stock.lose(raw)
            if not isinstance(error, Exception):
                raise
        else:
            self._stock.put(raw)
