"""The way down: who is told, what goes on, what is waited for, and the account of it."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress

from cordio_core._exceptions import PartError
from cordio_core._signature import place
from cordio_core._standing import Standing
from cordio_core._threads import THREADS

__all__ = ["Descent"]


class Descent(Standing):
    """The room of a run where it comes to its end."""

    async def drain(self) -> None:
        """Tell who wants to know of the stop, and go on accepting for the drain time; once."""
        if self._is_drained:
            return
        self._is_drained = True
        window = self._window()
        self.monitor.log.info("draining", for_s=window)
        told = asyncio.create_task(self._tell(), name="stop hooks")
        try:
            with suppress(TimeoutError):
                async with self._drain_patience.limit(window):
                    await asyncio.Event().wait()
        finally:
            within = self._account.left(self._settings.grace)
            await self._stop_patience.ended([told], within)
            if told.cancelled() or not told.done():
                when = (
                    "before the stop was hurried" if self._stop_patience.is_lost else f"within {within:.3g} s"
                )
                self.fail(PartError("the stop hooks", f"did not end {when}", "let them end"))

    def _window(self) -> float:
        """Return how long to go on accepting: not at all if nobody is to notice, or something is broken."""
        is_asked = self.was_told and self.failure is None
        is_reachable = bool(self.addresses) or not self._listening
        return (
            min(self._settings.window, self._account.left(self._settings.whole))
            if is_asked and is_reachable
            else 0.0
        )

    async def _tell(self) -> None:
        for hook in self.on_stopping:
            try:
                await hook()
            except Exception as error:  # it is code of the user's; it fails the run, and all others are told
                self.fail(error)

    async def _stopped(self) -> None:
        """Stop what has started; what goes wrong on the way becomes the failure, or is recorded besides it."""
        self.phase = "stopping"
        self._account.begin()
        self.stopping.set()
        try:
            if self._is_watched:
                self.monitor.log.info("stopping", grace_s=float(self._settings.grace))
        finally:
            await self._unwound(self.failure)

    async def _unwound(self, cause: BaseException | None) -> None:
        try:
            trace = None if cause is None else cause.__traceback__
            await self._stack.__aexit__(None if cause is None else type(cause), cause, trace)
        except Exception as error:  # what stops may raise anything; the first failure is raised by the run
            if not isinstance(self.failure, Exception):
                raise
            if error is not self.failure:
                self.failure.add_note(f"besides: {error}")
        finally:
            self.phase, self._down = "over", time.monotonic()
            self.report = self._account.report()

    async def _close(self) -> None:
        began = self._account.took
        await self._sources.close(self._stop_patience, self._account.left(self._settings.grace))
        self._graced = self._account.took - began

    async def _end_tasks(self) -> None:
        await self.tasks.end(self._stop_patience, self._account.last(self._settings.grace - self._graced))

    def _closing(self) -> float:
        return self._account.last(0 if self._stop_patience.is_lost else self._settings.close)

    def _tell_account(self) -> None:
        for function in THREADS.left():
            self.monitor.log.error("a sync function is left behind in its thread", at=place(function))
        found = self._account.report()
        tell = self.monitor.log.warning if found.text else self.monitor.log.info
        counts = {"finished": found.finished, "cancelled": found.cancelled, "lost": found.lost}
        parts = {"parts": found.text} if found.text else {}
        tell("stopped", **counts, **parts, took_ms=round(found.took * 1000, 1))
