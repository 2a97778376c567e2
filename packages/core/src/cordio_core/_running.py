"""The started application: what was started, in order, and its way down."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Literal, Self

from cordio_core._assembly import Assembly
from cordio_core._exceptions import EntrypointError, Stopped
from cordio_core._health import Health
from cordio_core._patience import Patience
from cordio_core._settings import AppSettings
from cordio_core._tasks import Tasks
from cordio_core.protocols import AsgiEntrypoint, Configuration, Container, Entrypoint, Monitor

__all__ = ["Running"]

_LAST = 5.0  # what a source may take beyond the grace time, to cancel what is left
_LEAST = 1.0  # what a task may take for its cleanup, however late it is


class Running:
    """An application from its start to its end; an async context manager.

    Start: monitor, services in use, root component, sources of events. Stop: the other way round. A start
    that fails stops what had started. The first failure of a part is raised when the context is left.

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
    listening : bool
        Whether entrypoints open their own listeners; False behind a foreign ASGI server.

    Attributes
    ----------
    ended : asyncio.Event
        Set when the application was told to stop, or a part of it has failed.
    failure : BaseException or None
        What is raised when the context is left.
    phase : str
        How far it is: ``new``, ``starting``, ``up``, ``stopping``, ``over``.
    """

    def __init__(
        self,
        name: str,
        assembly: Assembly,
        configuration: Configuration,
        monitor: Monitor,
        container: Container,
        claim: Callable[[Running], None],
        *,
        listening: bool = True,
    ) -> None:
        self.name, self.configuration, self.monitor = name, configuration, monitor
        self.ended = asyncio.Event()
        self.failure: BaseException | None = None
        self.phase: Literal["new", "starting", "up", "stopping", "over"] = "new"
        self._assembly, self._container = assembly, container
        self._claim, self._listening = claim, listening
        self._grace = float(configuration.slice("app", AppSettings).grace)
        self._deadline = 0.0
        self._begun: list[Entrypoint] = []
        self._tasks = Tasks(self.fail)
        self._stack = AsyncExitStack()
        self._start_patience, self._stop_patience = Patience(), Patience()
        self._was_told = self._is_watched = False

    async def health(self) -> Mapping[str, Health]:
        """Ask the services in use how they are."""
        return await self._container.health()

    def fail(self, error: BaseException, /) -> None:
        """Stop the application in order, since a part of it died.

        The first failure is raised in the end, others are only recorded. So is each one behind a foreign
        server: it cannot be stopped from here.

        Parameters
        ----------
        error : BaseException
            What the part died of.
        """
        if isinstance(error, SystemExit | KeyboardInterrupt):
            pass  # these leave the event loop by themselves
        elif self.failure is None and (self._listening or self.phase != "up"):
            self.failure = error
        else:
            self.monitor.log.error("a part failed", error=error)
        self._end()

    def stop(self) -> None:
        """Ask for the end; asked again, wait for nothing any more."""
        if self._was_told:
            self._stop_patience.lose()
        self._was_told = True
        self._end()

    async def __aenter__(self) -> Self:
        """Start everything; undo what had started if something fails, or the end is asked for."""
        began = time.perf_counter()
        self._claim(self)
        self.phase = "starting"
        try:
            await self._started()
            took = round((time.perf_counter() - began) * 1000, 1)
            self.monitor.log.info("ready", at=" ".join(self.addresses), took_ms=took)
        except BaseException as error:
            self.failure = error
            await self._stopped()
            raise
        self.phase = "up"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        """Stop everything, the sources of events first."""
        self.phase = "stopping"
        if error is not None:
            earlier, self.failure = self.failure, error
            if earlier is not None and earlier is not error:
                self.fail(earlier)
        self._end()
        await self._stopped()
        if self.failure is not None and self.failure is not error:
            raise self.failure

    @property
    def addresses(self) -> list[str]:
        """Where the application can be reached."""
        return [address for source in self._assembly.entrypoints for address in source.addresses]

    def _end(self) -> None:
        self.ended.set()
        self._start_patience.lose()

    async def _started(self) -> None:
        """Start everything, unless the end is asked for."""
        self._refuse_end()
        try:
            async with self._start_patience.limit(None):
                await self._start()
        except TimeoutError:
            if not self.ended.is_set():
                raise
        self._refuse_end()

    def _refuse_end(self) -> None:
        if self.ended.is_set():
            raise Stopped(self.name) if self.failure is None else self.failure

    async def _start(self) -> None:
        await self._stack.enter_async_context(self.monitor)
        self._is_watched = True
        self._offer()
        await self._stack.enter_async_context(self._container)
        await self._container.prepare(self._assembly.reached)
        self._stack.push_async_callback(self._end_tasks)
        if self._assembly.main is not None:
            self._tasks.spawn(self._assembly.main, "main")
        self._stack.push_async_callback(self._close)
        for source in self._assembly.entrypoints:
            self._begun.append(source)
            await self._open(source)

    def _offer(self) -> None:
        """Offer to the services what is known once the configuration is."""
        self._container.value("config", self.configuration)
        self._container.value("log", self.monitor.log)
        for section, model in self._assembly.blocks.items():
            self._container.value(section, self.configuration.slice(section, model))

    async def _open(self, source: Entrypoint) -> None:
        if not self._listening and isinstance(source, AsgiEntrypoint):
            source.bind(self)
        else:
            await source.start(self)

    async def _stopped(self) -> None:
        """Stop what has started; what goes wrong on the way becomes the failure, or is recorded besides it."""
        self.phase = "stopping"
        self._deadline = asyncio.get_running_loop().time() + self._grace
        try:
            if self._is_watched:
                self.monitor.log.info("stopping", grace_s=self._grace)
        finally:
            await self._unwound(self.failure)

    async def _unwound(self, cause: BaseException | None) -> None:
        try:
            trace = None if cause is None else cause.__traceback__
            await self._stack.__aexit__(None if cause is None else type(cause), cause, trace)
        except Exception as error:
            if not isinstance(self.failure, Exception):
                raise
            if error is not self.failure:
                self.failure.add_note(f"besides: {error}")
        finally:
            self.phase = "over"

    async def _close(self) -> None:
        """Stop all sources at the same time."""
        stops = {asyncio.create_task(self._closed(source)): source.kind for source in self._begun}
        await self._stop_patience.ended(stops, self._grace + _LAST)
        for stop, kind in stops.items():
            if not stop.done():
                self.fail(EntrypointError(kind, "runs on though it was cancelled", "let it end"))
            elif stop.cancelled() and not self._stop_patience.is_lost:
                what = f"did not stop within {self._grace:g} s"
                self.fail(EntrypointError(kind, what, "let stop() keep to the time it is given"))

    async def _closed(self, source: Entrypoint) -> None:
        try:
            await source.stop(self._grace)
        except Exception as error:
            self.fail(error)

    async def _end_tasks(self) -> None:
        left = self._deadline - asyncio.get_running_loop().time()
        await self._tasks.end(self._stop_patience, max(left, _LEAST))
