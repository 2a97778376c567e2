"""The life of an application in memory: its start with fakes, and its stop."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Self

from cordio_core._exceptions import CoreError
from cordio_core._insight import Insight
from cordio_core._report import Report
from cordio_core.protocols import Configuration
from cordio_core.testing._clock import MovableClock
from cordio_core.testing._emitting import noted
from cordio_core.testing._exchange import Emitted, RecordingExchange
from cordio_core.testing._fakes import replaced
from cordio_core.testing._noting import Noting
from cordio_core.testing._running import InMemory, in_memory
from cordio_core.testing._sources import Calls

__all__ = ["Life"]


class Life:
    """Starts an application in memory and stops it; see `Testing`.

    Parameters
    ----------
    app : Insight
        The application.
    configuration : Configuration or None
        The values in force; composed by the application's scenario unless given.
    fakes : mapping of str to object
        Objects in the place of services, by their names.
    """

    def __init__(self, app: Insight, configuration: Configuration | None, fakes: Mapping[str, object]) -> None:
        self.app = app
        self.exchange = RecordingExchange()
        self.emitted: list[Emitted] = []
        self.decisions: list[object] = []
        self.lifespan: dict[str, object] = {}
        self.report: Report | None = None
        self._configuration, self._fakes = configuration, dict(fakes)
        self._noting, self._calls = Noting(), Calls()
        self.clock = MovableClock(lambda: self._noting.inside("schedule") > 0)
        self._stack = AsyncExitStack()
        self._running: InMemory | None = None
        self._running_down = False
        self._over = asyncio.Event()

    async def sigterm(self) -> Report:
        """Stop the application as SIGTERM does; again, while it stops, hurry it.

        Returns
        -------
        Report
            What was finished, cancelled and lost.

        Raises
        ------
        Exception
            What a part of the application has failed of.
        """
        running, is_first = self._started(), not self._running_down
        running.stop()
        if is_first:
            await self._down(None)
        else:
            await self._over.wait()
        assert self.report is not None  # the stop is over
        return self.report

    async def __aenter__(self) -> Self:
        """Start the application, with the fakes in their places."""
        if self._running is not None:
            raise CoreError(f"this test of {self.app.name} was run already: ask for another app.testing()")
        try:
            await self._begin()
        except BaseException as error:
            await self._stack.__aexit__(type(error), error, error.__traceback__)
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        """Stop the application, unless the test has, and put everything back."""
        try:
            if not self._running_down:
                await self._down(error)
        finally:
            await self._stack.__aexit__(kind, error, trace)

    async def _begin(self) -> None:
        app, stack = self.app, self._stack
        assembly = app._assembled()
        app._refuse_second()
        stack.enter_context(replaced(app.container, assembly, self._fakes, self.exchange))
        judged = getattr(app.errors, "testing", None)
        if callable(judged):
            self.decisions = stack.enter_context(judged())
        stack.enter_context(self._noting.around(assembly.plans))
        stack.enter_context(noted(app, self.emitted))
        reduced = in_memory(assembly, self._calls, self.clock)
        values = app._values(self._configuration)
        monitor = app._monitoring.monitor(app.name, values)
        running = InMemory(app.name, reduced, values, monitor, app.container, app._claim, app._told_state)
        running.rehearse(self._noting.errors)
        self._running = await running.__aenter__()

    async def _down(self, error: BaseException | None) -> None:
        running, self._running_down = self._started(), True
        try:
            await running.__aexit__(
                type(error) if error else None, error, error.__traceback__ if error else None
            )
        finally:
            self.report = running.report
            self._over.set()

    def _started(self) -> InMemory:
        if self._running is None:
            raise CoreError(f"{self.app.name} is not started: async with app.testing() as t")
        return self._running
