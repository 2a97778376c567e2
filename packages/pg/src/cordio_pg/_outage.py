"""Whether the server is there; while it is not known to be, one probe asks for all who wait."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from cordio_pg._exceptions import Unavailable
from cordio_pg._failures import lasting

if TYPE_CHECKING:
    from cordio_pg._backoff import Scheme
    from cordio_pg._observer import Counters

__all__ = ["Probe"]

_log = logging.getLogger("cordio_pg")
# A server that nobody has asked for during so many seconds, and as long as one waits, is probed no longer.
_INTEREST = 10.0


class Probe:
    """One attempt to connect after the other, by the scheme, until one succeeds or nobody asks any more.

    Parameters
    ----------
    where : str
        The server as messages name it.
    patience : float
        How many seconds an outage is waited over.
    scheme : Scheme
        How long to wait between attempts.
    counters : Counters
        Is told of the outages.
    attempt : callable
        Makes one connection and hands it to whoever waits; returns the error of an attempt that failed.
    failed : callable
        Is told each failed attempt, with whether to wait on has no sense any more.
    proved : callable
        Is told that the server is there.
    """

    def __init__(
        self,
        where: str,
        patience: float,
        scheme: Scheme,
        counters: Counters,
        attempt: Callable[[], Awaitable[Unavailable | None]],
        failed: Callable[[bool], None],
        proved: Callable[[], None],
    ) -> None:
        self._where = where
        self._patience = patience
        self._scheme = scheme
        self._counters = counters
        self._attempt = attempt
        self._failed = failed
        self._proved = proved
        self._task: asyncio.Task[None] | None = None
        self._loop = asyncio.get_running_loop()
        self._began: float | None = None
        self._counted = 0
        self._given_up = False
        self._told = False
        self.asked = 0.0
        self.proven = False
        self.error: Unavailable | None = None

    @property
    def failing_fast(self) -> bool:
        """Whether the outage has lasted longer than it is waited over, and somebody goes on asking."""
        return self._given_up and self._task is not None

    def suspect(self) -> None:
        """A connection broke: the server must prove that it is there."""
        self.proven = False

    def told(self) -> Unavailable:
        """Return a new error for one of those who waited."""
        error = self.error or Unavailable(self._where, "connecting was given up")
        reason = error.reason
        if self._began is not None and self._counted > 1:
            lasted = self._loop.time() - self._began
            reason = f"{reason} (for {lasted:.1f} s now, {self._counted} attempts)"
        again = Unavailable(error.where, reason, error.sqlstate)
        again.__cause__ = error
        return again

    def start(self, error: Unavailable | None = None) -> None:
        """Begin to ask, unless that goes on already; `error` is of an attempt that was just made."""
        if self._task is None:
            self.proven = False
            self._task = asyncio.create_task(self._run(error))
            self._task.add_done_callback(self._done)

    async def stop(self) -> None:
        """End it."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def _done(self, task: asyncio.Task[None]) -> None:
        if self._task is task:
            self._task = None
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("%s: connecting failed in a way that nobody thought of", self._where, exc_info=error)
            self._failed(True)

    async def _run(self, error: Unavailable | None) -> None:
        self._given_up, self._counted, self._began = False, 0, self._loop.time()
        while True:
            failed = error or await self._attempt()
            error = None
            self._counted += 1
            if failed is None:
                return self._back()
            pause = self._scheme.wait(self._counted)
            self._down(failed, pause is None)
            if pause is None or not self._wanted():
                return
            await asyncio.sleep(pause)

    def _wanted(self) -> bool:
        return self._loop.time() - self.asked < max(_INTEREST, self._patience)

    def _down(self, error: Unavailable, over: bool) -> None:
        self.error = error
        lasted = self._loop.time() - (self._began or 0.0)
        self._given_up = self._given_up or over or lasting(error) or lasted >= self._patience
        if not self._told:
            self._told = True
            what = "fail until it is back" if self._given_up else f"wait for it up to {self._patience:g} s"
            _log.warning("%s; calls %s", error, what)
        self._failed(self._given_up)

    def _back(self) -> None:
        lasted = self._loop.time() - (self._began or 0.0)
        self.proven, self.error, self._given_up = True, None, False
        self._task = None
        self._proved()
        if self._told:
            self._told = False
            self._counters.reconnects += 1
            self._counters.timing("pg.outage", lasted)
            _log.warning(
                "PostgreSQL at %s is back after %.1f s, attempt %d", self._where, lasted, self._counted
            )
