"""The way to the broker: connects at first use, once for all who wait, and again after a loss."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from cordio_amqp._backoff import Backoff
from cordio_amqp._ending import ended
from cordio_amqp._exceptions import AccessDenied, Unavailable

if TYPE_CHECKING:
    from cordio_amqp._settings import AmqpSettings

__all__ = ["Dialer"]

_CLOSED = "the service was closed"


class Line(Protocol):
    """A connection that is never repaired."""

    @property
    def usable(self) -> bool: ...

    async def landed(self) -> None: ...

    async def close(self, within: float) -> None: ...

    def cut(self) -> None: ...


L = TypeVar("L", bound=Line)


class Dialer(Generic[L]):
    """Owns the connections: the one in use, the attempt at the next, and those that are being left.

    `opening` makes one attempt to connect, and raises Unavailable. A connection that nobody asked for in
    `idle` seconds is closed, if that is not 0, and made again when it is asked for.
    """

    def __init__(
        self, settings: AmqpSettings, opening: Callable[[AmqpSettings], Awaitable[L]], *, idle: float = 0.0
    ) -> None:
        self._settings = settings
        self._opening = opening
        self._idle, self._used = idle, 0.0
        self._rest: asyncio.TimerHandle | None = None
        self.is_resting = False
        self._link: L | None = None
        self._attempt: asyncio.Task[L | Unavailable] | None = None
        self._leaving: dict[L, asyncio.Task[None]] = {}
        self._backoff = Backoff.of(settings)
        self._not_before = 0.0
        self._closed = False

    @property
    def connected(self) -> bool:
        """Whether there is a connection that is not known to be lost."""
        return self._link is not None and self._link.usable

    async def link(self, until: float, *, patient: bool = True) -> L:
        """Return the connection in use, or make one.

        Who is patient waits over an outage until the loop's time `until`; others learn how the next
        attempt ended. Raises Unavailable.
        """
        loop = asyncio.get_running_loop()
        while True:
            if patient and self._in_use() is None:
                await asyncio.sleep(min(self._not_before, until) - loop.time())
            try:
                found = await self._connected(until - loop.time())
                self._used = loop.time() if patient else self._used  # to be asked for health is no use
                return found
            except Unavailable as failure:
                hopeless = self._closed or isinstance(failure, AccessDenied)
                if hopeless or not patient or max(loop.time(), self._not_before) >= until:
                    raise

    async def close(self, within: float) -> None:
        """Give up the attempt, and close all connections within so many seconds; the end of this dialer."""
        self._closed = True
        if self._rest is not None:
            self._rest.cancel()
        self._part()
        links, tasks = [*self._leaving], [*self._leaving.values(), *self._abandoned()]
        try:
            if tasks:
                await asyncio.wait(tasks, timeout=within)
        finally:
            for link in links:
                link.cut()
            await ended(tasks)

    def _abandoned(self) -> list[asyncio.Task[Any]]:
        if self._attempt is None:
            return []
        self._attempt.cancel()
        return [self._attempt]

    def _in_use(self) -> L | None:
        if self._link is not None and not self._link.usable:
            self._part()
        return self._link

    def _part(self) -> None:
        if self._link is not None:
            self._leave(self._link)
            self._link = None

    def _look(self) -> None:
        """Close what nobody uses; look again when that may be so."""
        loop = asyncio.get_running_loop()
        due = self._used + self._idle
        if self._link is not None and loop.time() < due:
            self._rest = loop.call_at(due, self._look)
            return
        self.is_resting, self._rest = self._link is not None, None
        self._part()

    def _leave(self, link: L) -> None:
        task = self._leaving[link] = asyncio.create_task(self._left(link))
        task.add_done_callback(lambda _: self._leaving.pop(link, None))

    async def _left(self, link: L) -> None:
        await link.landed()
        await link.close(self._settings.close_timeout)

    async def _connected(self, within: float) -> L:
        """Wait for the attempt that is under way, or for a new one; it goes on when our time is over.

        Asks again for the connection in use: an attempt may have ended since its caller asked, and the
        connection of a second one would take the place of its own, which nobody would close any more.
        """
        if self._closed:
            raise Unavailable(self._settings.where, _CLOSED)
        if (link := self._in_use()) is not None:
            return link
        attempt = self._attempt = self._attempt or asyncio.create_task(self._dial())
        await asyncio.wait({attempt}, timeout=max(0.0, within))
        if not attempt.done():
            raise Unavailable(self._settings.where, "no connection in time")
        if attempt.cancelled():
            raise Unavailable(self._settings.where, _CLOSED)
        outcome = attempt.result()
        if isinstance(outcome, Unavailable):
            raise type(outcome)(outcome.where, outcome.reason) from outcome.__cause__
        return outcome

    async def _dial(self) -> L | Unavailable:
        try:
            self._link = await self._opening(self._settings)
        except Unavailable as failure:
            self._not_before = asyncio.get_running_loop().time() + self._backoff.next()
            return failure
        finally:
            self._attempt = None
        self._backoff.reset()
        self._not_before = 0.0
        self._begin()
        return self._link

    def _begin(self) -> None:
        loop = asyncio.get_running_loop()
        self._used, self.is_resting = loop.time(), False
        if self._idle and self._rest is None:
            self._rest = loop.call_later(self._idle, self._look)
