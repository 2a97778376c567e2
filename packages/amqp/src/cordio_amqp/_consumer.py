"""One queue and its handler: consumes, comes back after a loss, and stops in order."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol

from cordio_amqp._backoff import Backoff
from cordio_amqp._exceptions import AccessDenied, AmqpError, Unavailable
from cordio_amqp._intake import Intake
from cordio_amqp._offsets import OFFSET, Offsets
from cordio_amqp._state import ConsumerState
from cordio_amqp._topology import declare
from cordio_amqp._topology_error import TopologyError

if TYPE_CHECKING:
    from pamqp.common import FieldTable

    from cordio_amqp._broker import TrunkLine
    from cordio_amqp._delivery import Delivery
    from cordio_amqp._dialer import Dialer
    from cordio_amqp._order import Ordering, Place
    from cordio_amqp._settings import AmqpSettings
    from cordio_amqp._source import Source
    from cordio_amqp._state import Standing
    from cordio_core.protocols import Runtime

__all__ = ["Consumer"]

_STEADY = 5.0  # after so long without a loss the next one is met without a pause, in seconds


class Handler(Protocol):
    """What is done with a message."""

    async def handle(self, intake: Intake, delivery: Delivery) -> None:
        """Handle it, and settle it."""
        ...


class Consumer:
    """Consumes one queue from the start of the application to its stop."""

    def __init__(
        self,
        source: Source,
        runtime: Runtime,
        settings: AmqpSettings,
        dialer: Dialer[TrunkLine],
        handling: Handler,
        ordering: Ordering | None = None,
    ) -> None:
        self._source, self._settings, self._dialer = source, settings, dialer
        self.queue, self._log = source.name(runtime.name), runtime.monitor.log
        self._prefetch = source.consumption.prefetch or settings.prefetch
        self._limit = asyncio.Semaphore(source.consumption.limit or self._prefetch)
        self._handling, self._ordering = handling, ordering
        stream = source.consumption.stream
        self._offsets = None if stream is None else Offsets(stream.begin)
        self._intake: Intake | None = None
        self._is_stopping = self._is_paused = False
        self._handled = self._losses = 0
        self._lag: float | None = None
        self._warned: set[asyncio.Task[None]] = set()
        self._turn = asyncio.Lock()
        self._loop = asyncio.get_running_loop()
        self.waiting: int | None = None
        self.parked: int | None = None
        self.runs: dict[asyncio.Task[None], float] = {}  # each with the loop's time at which it came in
        self.begun: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._consuming = asyncio.create_task(self._consume(), name=f"consumer {self.queue}")
        self._consuming.add_done_callback(self._consumed)
        self._fail = runtime.fail

    async def pause(self) -> None:
        """Let no more messages come until `resume`; what has come is handled."""
        async with self._turn:
            self._is_paused = True
            if self._intake is not None and not self._intake.is_lost:
                with suppress(AmqpError):  # it is lost, and is not consumed when it comes back
                    await self._intake.pause()

    async def resume(self) -> None:
        """Let messages come again."""
        async with self._turn:
            was_paused, self._is_paused = self._is_paused, False
            if was_paused and self._intake is not None and not self._intake.is_lost:
                with suppress(AmqpError):  # it is lost, and is consumed when it comes back
                    await self._intake.resume(self.queue, self._prefetch, self._begin(is_new=False))

    def state(self) -> ConsumerState:
        """Tell how it is."""
        now = self._loop.time()
        ages = [now - since for since in self.runs.values()]
        return ConsumerState(
            self.queue,
            self._source.plan.place,
            self._standing(),
            self._prefetch,
            running=len(ages),
            oldest=max(ages, default=0.0),
            overdue=sum(age > self._settings.consumer_timeout / 2 for age in ages),
            handled=self._handled,
            losses=self._losses,
            lag=self._lag,
            waiting=self.waiting,
            parked=self.parked,
        )

    def newly_overdue(self, limit: float) -> list[float]:
        """Return the ages of those messages that are with the handler for longer, each once, in seconds."""
        now = self._loop.time()
        late = {run: now - since for run, since in self.runs.items() if now - since > limit}
        new = [age for run, age in late.items() if run not in self._warned]
        self._warned = set(late)
        return new

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

    def _standing(self) -> Standing:
        if self._is_stopping:
            return "draining"
        if self._intake is None or self._intake.is_lost:
            return "restoring"
        return "paused" if self._is_paused else "consuming"

    async def _consume(self) -> None:
        backoff, loop = Backoff.of(self._settings), asyncio.get_running_loop()
        while True:
            try:
                intake = await self._opened()
            except AmqpError as error:
                self._unopened(error)
                await asyncio.sleep(backoff.next())
                continue
            since = loop.time()
            self._log.info("consuming", queue=self.queue, prefetch=self._prefetch)
            if not self.begun.done():
                self.begun.set_result(None)
            await intake.lost.wait()
            if self._is_stopping:
                return
            self._losses += 1
            self._log.warning("a consumer was lost; it is restored", queue=self.queue)
            if loop.time() - since > _STEADY:
                backoff.reset()
            else:
                await asyncio.sleep(backoff.next())

    async def _opened(self) -> Intake:
        trunk = await self._dialer.link(asyncio.get_running_loop().time() + self._settings.timeout)
        found: list[Intake] = []

        async def open_() -> None:
            channel = await trunk.channel()
            await declare(channel, self._source, self.queue)
            intake = Intake(trunk, channel, self._take)
            async with self._turn:
                if not self._is_paused:
                    await intake.consume(self.queue, self._prefetch, self._begin(is_new=True))
                self._intake = intake
            found.append(intake)

        await trunk.done(open_())
        return found[0]

    def _begin(self, *, is_new: bool) -> FieldTable | None:
        """Return where a stream is read from: on a new channel what was not settled comes again."""
        if self._offsets is None:
            return None
        return {OFFSET: self._offsets.begin if is_new else self._offsets.following}

    def _unopened(self, error: AmqpError) -> None:
        """Tell why; before anything was consumed a mistake ends the start, and an absence does not."""
        is_mistake = isinstance(error, AccessDenied | TopologyError)
        if is_mistake and not self.begun.done():
            self.begun.set_exception(error)
        level = self._log.warning if isinstance(error, Unavailable) else self._log.error
        level("a queue cannot be consumed; trying again", queue=self.queue, why=str(error))

    def _take(self, intake: Intake, delivery: Delivery) -> None:
        if self._offsets is not None:
            self._offsets.taken(delivery)
        place = None if self._ordering is None else self._ordering.place(delivery)
        run = asyncio.create_task(self._run(intake, delivery, place), name=self._source.plan.event.name)
        if place is not None:
            run.add_done_callback(place.leave)
        self.runs[run] = self._loop.time()
        self._lag = delivery.lag
        run.add_done_callback(self._ran)

    async def _run(self, intake: Intake, delivery: Delivery, place: Place | None) -> None:
        if place is not None:
            await place.turn()
        async with self._limit:
            if not (self._is_stopping or intake.is_lost):
                await self._handling.handle(intake, delivery)
                if self._offsets is not None:
                    self._offsets.settled(delivery)

    def _ran(self, run: asyncio.Task[None]) -> None:
        del self.runs[run]
        self._handled += 1
        if not run.cancelled() and (error := run.exception()) is not None:
            self._fail(error)

    def _consumed(self, consuming: asyncio.Task[None]) -> None:
        if not consuming.cancelled() and (error := consuming.exception()) is not None:
            self._fail(error)
        if not self.begun.done():
            self.begun.cancel()
