"""Looks at all consumers now and then: how many messages wait, and which handlers take too long."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from aiormq.exceptions import ChannelNotFoundEntity

from cordio_amqp._exceptions import AmqpError

if TYPE_CHECKING:
    from cordio_amqp._broker import TrunkLine
    from cordio_amqp._consumer import Consumer
    from cordio_amqp._dialer import Dialer
    from cordio_amqp._settings import AmqpSettings
    from cordio_core.protocols import Monitor

__all__ = ["Measuring", "Watch"]


@runtime_checkable
class Measuring(Protocol):
    """A monitor that keeps numbers."""

    def count(self, name: str, n: int = 1) -> None:
        """Something happened `n` times."""

    def timing(self, name: str, ms: float) -> None:
        """Something took so many milliseconds."""


class Watch:
    """Asks the broker for the depth of queues, and tells a monitor the numbers; not at each message."""

    def __init__(
        self,
        consumers: Sequence[Consumer],
        dialer: Dialer[TrunkLine],
        settings: AmqpSettings,
        monitor: Monitor,
    ) -> None:
        self._consumers, self._dialer, self._settings = consumers, dialer, settings
        self._log = monitor.log
        self._numbers = monitor if isinstance(monitor, Measuring) else None
        self._told: dict[str, tuple[int, int]] = {}

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            await asyncio.sleep(self._settings.watch)
            await self.look()

    async def look(self) -> None:
        """Look once; a broker that is away is met again the next time."""
        for consumer in self._consumers:
            self._warn(consumer)
            if self._dialer.connected:
                await self._ask(consumer)
            self._tell(consumer)

    async def _ask(self, consumer: Consumer) -> None:
        try:
            trunk = await self._dialer.link(asyncio.get_running_loop().time(), patient=False)
            consumer.waiting = await self._depth(trunk, consumer.queue)
            consumer.parked = await self._depth(trunk, f"{consumer.queue}.parked")
        except (AmqpError, ConnectionError) as error:
            self._log.debug("the depth of a queue is not known", queue=consumer.queue, why=str(error))

    async def _depth(self, trunk: TrunkLine, queue: str) -> int | None:
        found: list[int] = []

        async def ask() -> None:
            channel = await trunk.channel()
            try:
                declared = await channel.queue_declare(queue, passive=True)
            except ChannelNotFoundEntity:
                return
            found.append(declared.message_count or 0)
            await channel.close()

        await trunk.done(ask())
        return found[0] if found else None

    def _warn(self, consumer: Consumer) -> None:
        limit = self._settings.consumer_timeout
        for age in consumer.newly_overdue(limit / 2):
            self._log.warning(
                "a message is with its handler for long: at consumer_timeout the broker closes its channel",
                queue=consumer.queue,
                seconds=round(age),
                consumer_timeout=f"{limit:g}s",
            )

    def _tell(self, consumer: Consumer) -> None:
        if self._numbers is None:
            return
        state = consumer.state()
        handled, losses = self._told.get(state.queue, (0, 0))
        self._told[state.queue] = state.handled, state.losses
        for name, number in (("handled", state.handled - handled), ("lost", state.losses - losses)):
            if number:
                self._numbers.count(f"amqp.{name}.{state.queue}", number)
        self._numbers.timing(f"amqp.oldest.{state.queue}", state.oldest * 1000)
        if state.lag is not None:
            self._numbers.timing(f"amqp.lag.{state.queue}", state.lag * 1000)
