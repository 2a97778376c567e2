"""One queue and its handler: consumes, comes back after a loss, and stops in order."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from cordio_amqp._backoff import Backoff
from cordio_amqp._exceptions import AccessDenied, AmqpError, Unavailable
from cordio_amqp._handling import Handling
from cordio_amqp._intake import Intake
from cordio_amqp._topology import declare
from cordio_amqp._topology_error import TopologyError

if TYPE_CHECKING:
    from cordio_amqp._delivery import Delivery
    from cordio_amqp._dialer import Dialer
    from cordio_amqp._mover import Mover
    from cordio_amqp._settings import AmqpSettings
    from cordio_amqp._source import Source
    from cordio_amqp._trunk import Trunk
    from cordio_core.protocols import Runtime

__all__ = ["Consumer"]

_STEADY = 5.0  # after so long without a loss the next one is met without a pause, in seconds


class Consumer:
    """Consumes one queue from the start of the application to its stop."""

    def __init__(
        self, source: Source, runtime: Runtime, settings: AmqpSettings, dialer: Dialer[Trunk], mover: Mover
    ) -> None:
        self._source, self._settings, self._dialer = source, settings, dialer
        self._queue, self._log = source.name(runtime.name), runtime.monitor.log
        self._prefetch = source.consumption.prefetch or settings.prefetch
        self._limit = asyncio.Semaphore(source.consumption.limit or self._prefetch)
        self._handling = Handling(source, self._queue, runtime, mover)
        self._intake: Intake | None = None
        self._is_stopping = False
        self.runs: set[asyncio.Task[None]] = set()
        self.begun: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._consuming = asyncio.create_task(self._consume(), name=f"consumer {self._queue}")
        self._consuming.add_done_callback(self._consumed)
        self._fail = runtime.fail

    async def end(self) -> None:
        """Let no more messages come."""
        self._is_stopping = True
        if self._intake is not None:
            await self._intake.cancel()

    async def close(self) -> None:
        """Make sure that the broker has heard of all that was settled."""
        if self._intake is not None:
            await self._intake.close()

    async def abandon(self) -> None:
        """Restore nothing any more; this may cost the connection."""
        self._consuming.cancel()
        await asyncio.wait({self._consuming})

    async def _consume(self) -> None:
        backoff, loop = Backoff(), asyncio.get_running_loop()
        while True:
            try:
                self._intake = intake = await self._opened()
            except AmqpError as error:
                self._unopened(error)
                await asyncio.sleep(backoff.next())
                continue
            since = loop.time()
            self._log.info("consuming", queue=self._queue, prefetch=self._prefetch)
            if not self.begun.done():
                self.begun.set_result(None)
            await intake.lost.wait()
            if self._is_stopping:
                return
            self._log.warning("a consumer was lost; it is restored", queue=self._queue)
            if loop.time() - since > _STEADY:
                backoff.reset()
            else:
                await asyncio.sleep(backoff.next())

    async def _opened(self) -> Intake:
        trunk = await self._dialer.link(asyncio.get_running_loop().time() + self._settings.timeout)
        found: list[Intake] = []

        async def open_() -> None:
            channel = await trunk.channel()
            await declare(channel, self._source, self._queue)
            intake = Intake(trunk, channel, self._take)
            await intake.consume(self._queue, self._prefetch)
            found.append(intake)

        await trunk.done(open_())
        return found[0]

    def _unopened(self, error: AmqpError) -> None:
        """Tell why; before anything was consumed a mistake ends the start, and an absence does not."""
        is_mistake = isinstance(error, AccessDenied | TopologyError)
        if is_mistake and not self.begun.done():
            self.begun.set_exception(error)
        level = self._log.warning if isinstance(error, Unavailable) else self._log.error
        level("a queue cannot be consumed; trying again", queue=self._queue, why=str(error))

    def _take(self, intake: Intake, delivery: Delivery) -> None:
        run = asyncio.create_task(self._run(intake, delivery), name=self._source.plan.event.name)
        self.runs.add(run)
        run.add_done_callback(self._ran)

    async def _run(self, intake: Intake, delivery: Delivery) -> None:
        async with self._limit:
            if not (self._is_stopping or intake.is_lost):
                await self._handling.handle(intake, delivery)

    def _ran(self, run: asyncio.Task[None]) -> None:
        self.runs.discard(run)
        if not run.cancelled() and (error := run.exception()) is not None:
            self._fail(error)

    def _consumed(self, consuming: asyncio.Task[None]) -> None:
        if not consuming.cancelled() and (error := consuming.exception()) is not None:
            self._fail(error)
        if not self.begun.done():
            self.begun.cancel()
