"""Those who wait for a connection, served in their order."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING

from cordio_pg._exceptions import PgError
from cordio_pg._pool_errors import PoolBusy

if TYPE_CHECKING:
    from cordio_pg._deadline import Deadline
    from cordio_pg._lent import Lent
    from cordio_pg._observer import Counters
    from cordio_pg._settings import PgSettings
    from cordio_pg._stock import Stock

__all__ = ["Waiters"]


class Waiters:
    """A queue with a limit on its length and on the time that one stands in it."""

    def __init__(self, settings: PgSettings, counters: Counters) -> None:
        self._settings = settings
        self._counters = counters
        self._queue: OrderedDict[asyncio.Future[Lent], bool] = OrderedDict()

    def __len__(self) -> int:
        return len(self._queue)

    async def wait(self, stock: Stock, deadline: Deadline, patient: bool) -> Lent:
        """Wait for a connection; raise what stands against it when the time is over."""
        stock.check()
        if len(self._queue) >= self._settings.max_waiters:
            raise PoolBusy(deadline.where, len(self._queue))
        loop = asyncio.get_running_loop()
        begun = loop.time()
        future: asyncio.Future[Lent] = loop.create_future()
        self._queue[future] = patient
        stock.grow()
        most = begun + self._settings.waiting
        timer = asyncio.timeout_at(min(deadline.at, most))
        try:
            async with timer:
                return await future
        except BaseException as error:
            if future.done() and not future.cancelled() and future.exception() is None:
                stock.put(future.result())
            if timer.expired() and isinstance(error, TimeoutError):
                raise stock.late(deadline, longest=most < deadline.at) from error
            raise
        finally:
            self._queue.pop(future, None)
            self._counters.waits += 1
            waited = loop.time() - begun
            self._counters.waited += waited
            self._counters.add("pg.wait", waited)

    def serve(self, raw: Lent) -> bool:
        """Give a connection to the first who waits, if there is one."""
        while self._queue:
            future, _ = self._queue.popitem(last=False)
            if not future.done():
                future.set_result(raw)
                return True
        return False

    def refuse(self, error: Callable[[], PgError], *, impatient_only: bool = False) -> None:
        """Tell all who wait, or those who wait for no outage, that there will be no connection."""
        for future, patient in list(self._queue.items()):
            if not (impatient_only and patient):
                del self._queue[future]
                if not future.done():
                    future.set_exception(error())
