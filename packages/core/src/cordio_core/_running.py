"""The started application: what was started, in order, and its way down."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Self

from cordio_core._assembly import Assembly
from cordio_core._health import Health
from cordio_core._settings import AppSettings
from cordio_core._tasks import Tasks
from cordio_core.protocols import AsgiEntrypoint, Configuration, Container, Entrypoint, Monitor

__all__ = ["Running"]


class Running:
    """An application from its start to its end; an async context manager.

    Start: monitor, services in use, root component, sources of events. Stop: the other way round. A start
    that fails stops what had started.

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
    listening : bool
        Whether entrypoints open their own listeners; False behind a foreign ASGI server.
    """

    def __init__(
        self,
        name: str,
        assembly: Assembly,
        configuration: Configuration,
        monitor: Monitor,
        container: Container,
        *,
        listening: bool = True,
    ) -> None:
        self.name, self.configuration, self.monitor = name, configuration, monitor
        self._assembly, self._container, self._listening = assembly, container, listening
        self._grace = float(configuration.slice("app", AppSettings).grace)
        self._tasks = Tasks(self.fail)
        self._stack = AsyncExitStack()
        self._hurry = asyncio.Event()
        self.ended = asyncio.Event()
        self.failure: BaseException | None = None

    async def health(self) -> Mapping[str, Health]:
        """Ask the services in use how they are."""
        return await self._container.health()

    def fail(self, error: BaseException, /) -> None:
        """Stop the application in order, since a part of it died; the first failure counts."""
        self.failure = self.failure or error
        self.ended.set()

    def stop(self) -> None:
        """Ask for the end; asked again, wait for nothing any more."""
        if self.ended.is_set():
            self._hurry.set()
        self.ended.set()

    async def __aenter__(self) -> Self:
        """Start everything; undo what had started if something fails."""
        began = time.perf_counter()
        try:
            await self._stack.enter_async_context(self.monitor)
            await self._stack.enter_async_context(self._container)
            await self._container.prepare(self._assembly.reached)
            await self._stack.enter_async_context(self._tasks)
            if self._assembly.main is not None:
                self._tasks.spawn(self._container.inject(self._assembly.main), "main")
            await self._open()
        except BaseException:
            await self._stack.aclose()
            raise
        took = round((time.perf_counter() - began) * 1000, 1)
        self.monitor.log.info("ready", at=" ".join(self.addresses), took_ms=took)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        """Stop everything, the sources of events first."""
        self.monitor.log.info("stopping", grace_s=self._grace)
        await self._stack.aclose()

    @property
    def addresses(self) -> list[str]:
        """Where the application can be reached."""
        return [address for source in self._assembly.entrypoints for address in source.addresses]

    async def _open(self) -> None:
        self._stack.push_async_callback(self._close)
        for source in self._assembly.entrypoints:
            if not self._listening and isinstance(source, AsgiEntrypoint):
                source.bind(self)
            else:
                await source.start(self)

    async def _close(self) -> None:
        """Stop all sources at the same time; a second signal takes the rest of the grace time away."""
        stops: list[asyncio.Task[object]] = [
            asyncio.create_task(self._stopped(source)) for source in self._assembly.entrypoints
        ]
        if not stops:
            return
        hurry: asyncio.Task[object] = asyncio.create_task(self._hurry.wait())
        try:
            while not hurry.done() and not all(stop.done() for stop in stops):
                await asyncio.wait([hurry, *stops], return_when=asyncio.FIRST_COMPLETED)
            for stop in stops:
                stop.cancel()
            await asyncio.gather(*stops, return_exceptions=True)
        finally:
            hurry.cancel()

    async def _stopped(self, source: Entrypoint) -> None:
        try:
            await source.stop(self._grace)
        except Exception as error:
            self.monitor.log.error("a source did not stop", source=source.kind, error=error)
            self.failure = self.failure or error
