"""One connection with the channel on which calls go out and their answers come in."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Self

from aiormq.exceptions import ChannelInvalidStateError, DeliveryError, PublishError

from cordio_amqp._broker import trunk
from cordio_amqp._exceptions import AmqpError, OutcomeUnknown, Refused, Unroutable
from cordio_amqp._flights import Gone
from cordio_amqp._loss import foreign_cancellation_is_loss
from cordio_amqp._properties import properties
from cordio_amqp.rpc._wire import REPLY_TO

if TYPE_CHECKING:
    from collections.abc import Callable
    from ssl import SSLContext

    from aiormq.abc import DeliveredMessage

    from cordio_amqp._broker import Channel, TrunkLine
    from cordio_amqp._letter import Letter
    from cordio_amqp._settings import AmqpSettings

__all__ = ["Caller"]

_LOST = "the connection was lost before the answer came"
_NOBODY = "nobody answers this procedure"
_NACKED = "the broker did not take it (basic.nack), as when a queue is full"


class Caller:
    """A connection for calls that is never repaired; it knows all calls that are on their way."""

    def __init__(self, line: TrunkLine, channel: Channel, late: Callable[[], None]) -> None:
        self._line, self._channel, self._late = line, channel, late
        self._loop = asyncio.get_running_loop()
        self._calls: dict[str, asyncio.Future[DeliveredMessage]] = {}
        self._none = asyncio.Event()
        self._none.set()
        self._lost = False
        channel.closing.add_done_callback(self._lose)

    @classmethod
    async def open(
        cls, settings: AmqpSettings, late: Callable[[], None], tls: SSLContext | None = None
    ) -> Self:
        """Make one attempt to connect; raise Unavailable. `late` is called for an answer nobody waits for."""
        line = await trunk(settings, tls)
        made: list[Self] = []

        async def begin() -> None:
            made.append(caller := cls(line, await line.channel(confirms=True), late))
            await caller._channel.basic_consume(REPLY_TO, caller._answered, no_ack=True)

        try:
            await line.done(begin())
        except BaseException:
            await line.close(0.0)
            raise
        return made[0]

    @property
    def usable(self) -> bool:
        """Whether new calls may be given to it."""
        return self._line.usable and not self._lost

    @property
    def in_flight(self) -> int:
        """How many calls wait for their answers."""
        return len(self._calls)

    async def ask(self, letter: Letter, until: float) -> DeliveredMessage:
        """Return the answer; raise Gone, TimeoutError, or the AmqpError that tells the outcome."""
        if not self.usable:
            raise Gone
        answer: asyncio.Future[DeliveredMessage] = self._loop.create_future()
        self._calls[letter.message_id] = answer
        self._none.clear()
        try:
            async with asyncio.timeout_at(until):
                await self._sent(letter)
                return await answer
        except ConnectionError as error:
            raise _about(letter, OutcomeUnknown, _LOST) from error
        finally:
            self._forget(letter.message_id, answer)

    async def landed(self) -> None:
        """Wait until no call is on its way."""
        await self._none.wait()

    async def close(self, within: float) -> None:
        """Close in good order, by force after so many seconds."""
        await self._line.close(within)
        self._lose()

    def cut(self) -> None:
        """Close by force."""
        self._line.cut()
        self._lose()

    async def _sent(self, letter: Letter) -> None:
        said = properties(letter)
        try:
            with foreign_cancellation_is_loss():
                await self._channel.basic_publish(
                    letter.body, routing_key=letter.key, properties=said, mandatory=True, wait=False
                )
        except PublishError as error:
            raise _about(letter, Unroutable, _NOBODY) from error
        except DeliveryError as error:
            raise _about(letter, Refused, _NACKED) from error
        except ChannelInvalidStateError as error:
            raise Gone from error
        except TimeoutError:
            raise
        except Exception as error:  # whatever aiormq raises when its connection is lost
            raise ConnectionError(str(error)) from error

    def _answered(self, message: DeliveredMessage) -> None:
        answer = self._calls.get(message.header.properties.correlation_id or "")
        if answer is None or answer.done():
            self._late()
        else:
            answer.set_result(message)

    def _forget(self, name: str, answer: asyncio.Future[DeliveredMessage]) -> None:
        answer.cancel()
        del self._calls[name]
        if not self._calls:
            self._none.set()

    def _lose(self, *_: object) -> None:
        self._lost = True
        for answer in self._calls.values():
            if not answer.done():
                answer.set_exception(ConnectionError(_LOST))
                answer.exception()  # seen: its call may wait for the broker's confirmation just now


def _about(letter: Letter, kind: type[Unroutable | Refused | OutcomeUnknown], reason: str) -> AmqpError:
    return kind(letter.exchange, letter.key, letter.message_id, reason)
