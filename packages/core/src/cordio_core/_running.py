"""The started application: what was started, in order, and its way down."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Self

from cordio_core._ascent import Ascent
from cordio_core._exceptions import CoreError

__all__ = ["Running"]


class Running(Ascent):
    """An application from its start to its end; an async context manager.

    Start: monitor, services in use, start hooks, root component, sources of events. Stop: who wants to know
    is told, the sources go on accepting for the drain time if it was asked for from outside, then they stop;
    tasks, services and the monitor follow. A start that fails stops what had started. The first failure of a
    part is raised when the context is left.

    Parameters
    ----------
    name : str
        The application.
    assembly : Assembly
        What is started.
    configuration : Configuration
        The values in force.
    monitor : Monitor
        Where records go.
    container : Container
        Where services come from.
    claim : callable
        Told of this run before it starts anything; raises if another one is in its way.
    state : callable
        Tells the state of the application.
    listening : bool
        Whether entrypoints open their own listeners; False behind a foreign ASGI server.

    Attributes
    ----------
    ended : asyncio.Event
        Set when the application was told to stop, or a part of it has failed.
    stopping : asyncio.Event
        Set when the drain is over and the sources stop: what streams without end should end then.
    failure : BaseException or None
        What is raised when the context is left.
    phase : str
        How far it is: ``new``, ``starting``, ``up``, ``draining``, ``stopping``, ``over``. It is ready for
        events from outside as long as it is ``up``.
    was_told : bool
        Whether the end was asked for from outside.
    tasks : Tasks
        The tasks of the application.
    report : Report or None
        The account of the stop, once it is over.
    on_started : list of callable
        Awaited one after the other once the services have started; the context variables that they set are
        seen by handlers, tasks and schedules.
    on_stopping : list of callable
        Awaited one after the other when the stop is asked for, before any source stops.
    """

    async def __aenter__(self) -> Self:
        """Start everything; undo what had started if something fails, or the end is asked for."""
        if self._up is not None:
            raise CoreError(f"this run of {self.name} was begun already: ask for another app.running()")
        self._claim(self)
        self.phase = "starting"
        try:
            await self._started()
            took = round(self._steps.took * 1000, 1)
            self.monitor.log.info("ready", at=" ".join(self.addresses), took_ms=took)
        except BaseException as error:
            self.failure = error
            await self._stopped()
            raise
        self.phase, self._up = "up", time.monotonic()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        """Stop everything, the sources of events first."""
        if error is not None:
            earlier, self.failure = self.failure, error
            if earlier is not None and earlier is not error:
                self.fail(earlier)
        self._end()
        try:
            await self.drain()
        finally:
            await self._stopped()
        if self.failure is not None and self.failure is not error:
            raise self.failure
