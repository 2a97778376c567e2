"""Messages that go to another queue: to be tried again, or to be parked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from cordio_amqp._backoff import Backoff
from cordio_amqp._delivery import ATTEMPT
from cordio_amqp._exceptions import AmqpError
from cordio_amqp._moving import moved
from cordio_amqp._retries import step
from cordio_amqp._topology import declare_queue, parking, waiting
from cordio_amqp._turns import Turns

if TYPE_CHECKING:
    from pamqp.common import FieldTable

    from cordio_amqp._broker import TrunkLine
    from cordio_amqp._consumption import QueueType
    from cordio_amqp._delivery import Delivery
    from cordio_amqp._dialer import Dialer
    from cordio_amqp._letter import Letter
    from cordio_amqp._post import Post
    from cordio_amqp._settings import AmqpSettings
    from cordio_core.protocols import Log

__all__ = ["Mover"]


class Mover:
    """Publishes a message to where it goes next; only when that is confirmed may it be taken off its queue."""

    def __init__(self, settings: AmqpSettings, dialer: Dialer[TrunkLine], post: Post, log: Log) -> None:
        self._settings, self._dialer, self._post, self._log = settings, dialer, post, log
        self._turns = Turns()

    async def retry(
        self, delivery: Delivery, queue: str, kind: QueueType, delay: float, wanted: Callable[[], bool]
    ) -> bool:
        """Let it come again after a delay in seconds; return False if it is not `wanted` any more."""
        milliseconds = step(delay)
        name, arguments = waiting(queue, kind, milliseconds) if milliseconds else (queue, None)
        letter = moved(delivery, name, {ATTEMPT: delivery.attempt})
        return await self._moved(letter, kind, arguments, wanted)

    async def park(
        self, delivery: Delivery, queue: str, kind: QueueType, about: FieldTable, wanted: Callable[[], bool]
    ) -> bool:
        """Park it with what is said about it; return False if it is not `wanted` any more."""
        about = {**about, ATTEMPT: delivery.attempt, "x-parked-at": datetime.now(UTC).isoformat()}
        name, kind, arguments = parking(queue, kind)
        return await self._moved(moved(delivery, name, about), kind, arguments, wanted)

    async def _moved(
        self, letter: Letter, kind: QueueType, arguments: FieldTable | None, wanted: Callable[[], bool]
    ) -> bool:
        """Try until it is confirmed, or not wanted since the broker hands the message out again."""
        backoff = Backoff.of(self._settings)
        while wanted():
            try:
                await self._attempt(letter, kind, arguments)
            except (AmqpError, TimeoutError) as error:
                self._log.warning("a message could not be moved; trying again", to=letter.key, why=str(error))
                await asyncio.sleep(backoff.next())
            else:
                return True
        return False

    async def _attempt(self, letter: Letter, kind: QueueType, arguments: FieldTable | None) -> None:
        until = asyncio.get_running_loop().time() + self._settings.timeout
        if arguments is not None:
            trunk = await self._dialer.link(until)
            await trunk.done(_declared(trunk, letter.key, kind, arguments))
        # As for all publishes: of two with one id on their way the wrong one might be told.
        async with self._turns.turn(letter.message_id, until):
            await self._post.send(letter, until)


async def _declared(trunk: TrunkLine, queue: str, kind: QueueType, arguments: FieldTable) -> None:
    channel = await trunk.channel()
    await declare_queue(channel, queue, kind, arguments)
    await channel.close()
