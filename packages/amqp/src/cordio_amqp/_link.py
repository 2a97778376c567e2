"""One connection to the broker with its publishing channel, from its opening to its end."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from aio_pika.exceptions import (
    AMQPChannelError,
    ChannelInvalidStateError,
    ChannelNotFoundEntity,
    DeliveryError,
)

from cordio_amqp._connection import channel, opened, shut, side_channels
from cordio_amqp._ending import closed
from cordio_amqp._errands import Errands
from cordio_amqp._exceptions import AmqpError, ExchangeMissing, NotSent, OutcomeUnknown, Unavailable
from cordio_amqp._failures import failed_publish
from cordio_amqp._flights import Flight, Flights, Gone
from cordio_amqp._frames import properties_of

if TYPE_CHECKING:
    from ssl import SSLContext

    from aio_pika import Connection

    from cordio_amqp._letter import Letter
    from cordio_amqp._settings import AmqpSettings
    from cordio_amqp._swift import SwiftChannel
    from cordio_amqp._wire import Wire

__all__ = ["Link"]

_BLOCKED = "it takes no messages at present (a memory or disk alarm)"
_HEADERS = "its headers do not fit into a frame of the broker (frame_max): send them in the body"
_LOST = "the connection was lost"
_NO_TIME = "no time was left to send it"
_SILENT = "no answer in time"
_MOST_KEYS = 1024
_REFUSING = 1.0  # so long a connection may refuse all messages of a key, in seconds


class Link:
    """A connection that is never repaired: once something is wrong with it, another takes its place."""

    def __init__(
        self, connection: Connection, channel: SwiftChannel, wire: Wire, settings: AmqpSettings
    ) -> None:
        self._connection = connection
        self._channel = channel
        self._wire = wire
        self._settings = settings
        self._loop = asyncio.get_running_loop()
        self._heard = self._opened = self._loop.time()
        self._confirmed: set[tuple[str, str]] = set()
        self._flights = Flights()
        self._errands = Errands()
        self._exchanges = {""}
        self._numbers = side_channels(connection)
        self._lost = self._doubtful = False
        connection.close_callbacks.add(self._lose)
        channel.closing.add_done_callback(self._lose)

    @classmethod
    async def open(cls, settings: AmqpSettings, tls: SSLContext | None = None) -> Link:
        """Make one attempt to connect; raise Unavailable, or AccessDenied where another is of no use."""
        return cls(*await opened(settings, tls), settings)

    @property
    def usable(self) -> bool:
        """Whether new messages may be given to it."""
        return not (self._lost or self._doubtful)

    async def send(self, letter: Letter, until: float) -> None:
        """Publish, and return when it is confirmed; raise Gone, or the AmqpError that tells the outcome."""
        if letter.exchange not in self._exchanges:
            await self._look(letter, until)
        properties = properties_of(letter)
        if not self._channel.has_room(properties):
            raise _about(letter, NotSent, _HEADERS)
        flight = self._flights.begin(until)
        try:
            if self._wire.sieve.is_blocked or self._wire.outlet.is_full:
                await self._flights.wait(flight, self._readiness())
            _demand_time(until)
            flight.handed_over = True
            await self._flights.wait(flight, self._posted(letter, properties))
        except Exception as error:  # each is told as what became of the message
            raise await self._failure(letter, flight, error) from error
        finally:
            self._flights.end(flight)
        self._heard = self._loop.time()
        self._confirmed.add((letter.exchange, letter.key))
        if len(self._confirmed) > _MOST_KEYS:
            self._confirmed.clear()

    async def ping(self, until: float) -> None:
        """Ask the broker for a sign of life; raise Unavailable if none comes until the loop's time `until`."""
        begun = self._loop.time()
        try:
            await self._errands.run("ping", self._side_trip, until)
        except TimeoutError as error:
            raise Unavailable(self._settings.where, await self._silence(begun)) from error
        except Exception as error:  # whatever it is, there was no sign of life
            self._lose()
            raise Unavailable(self._settings.where, _LOST) from error
        self._heard = self._loop.time()

    async def landed(self) -> None:
        """Wait until no message is on its way."""
        await self._flights.landed()

    async def close(self, within: float) -> None:
        """Close in good order when all messages have landed, by force after so many seconds."""
        await closed(self._end(), within, self.cut)

    def cut(self) -> None:
        """Close by force; what is on its way is lost to us."""
        self._wire.cut()
        self._lose()

    async def _end(self) -> None:
        await self._flights.landed()
        await self._errands.call_off()
        with suppress(Exception):  # of a connection that is lost, which is an end as well
            await shut(self._connection)

    def _posted(self, letter: Letter, properties: bytes) -> asyncio.Future[None]:
        confirmed = self._channel.post(letter.exchange, letter.key, properties, letter.body, letter.message_id)
        assert confirmed is not None  # the channel was opened with confirms
        return confirmed

    async def _look(self, letter: Letter, until: float) -> None:
        """Look for the exchange once, since publishing to a missing one ends the channel."""
        name, begun = letter.exchange, self._loop.time()
        try:
            await self._errands.run(f"exchange {name}", lambda: self._side_trip(name), until)
        except ChannelNotFoundEntity as error:
            raise _about(letter, ExchangeMissing, str(error)) from error
        except AMQPChannelError as error:
            raise _about(letter, NotSent, str(error)) from error
        except TimeoutError as error:
            raise _about(letter, NotSent, self._said(await self._silence(begun))) from error
        except Exception as error:  # nothing was sent yet: another connection may be tried
            self._lose()
            raise Gone from error
        self._heard = self._loop.time()

    async def _side_trip(self, exchange: str | None = None) -> None:
        """Open and close another channel, and look for an exchange on it: a wrong name ends only that."""
        side = await channel(self._connection, self._wire, next(self._numbers), confirms=False)
        if exchange is not None:
            await side.exchange_declare(exchange, passive=True)
            self._exchanges.add(exchange)
        await side.close()

    async def _failure(self, letter: Letter, flight: Flight, error: Exception) -> Exception:
        if isinstance(error, ChannelInvalidStateError) or (self._lost and not flight.handed_over):
            self._lose()
            return Gone()
        if isinstance(error, DeliveryError):
            self._refused(letter)
        if not isinstance(error, TimeoutError):
            return failed_publish(letter, error, alone=flight.alone)
        if flight.handed_over:
            reason = _LOST if self._lost else await self._silence(flight.begun)
            return _about(letter, OutcomeUnknown, self._said(reason))
        return _about(letter, NotSent, self._said(_BLOCKED if self._wire.sieve.is_blocked else _NO_TIME))

    def _refused(self, letter: Letter) -> None:
        """Give the connection up if it never took a message of this key, as it will not do later either.

        RabbitMQ 3 refuses all messages for a quorum queue on a channel whose first one came while the leader
        of the queue was just lost; on another channel it takes them.
        """
        is_old = self._loop.time() - self._opened > _REFUSING
        self._doubtful = self._doubtful or (is_old and (letter.exchange, letter.key) not in self._confirmed)

    async def _silence(self, begun: float) -> str:
        """Return why no answer came; a connection on which nothing at all came since `begun` is given up."""
        if self._wire.sieve.is_blocked:
            return _BLOCKED
        self._doubtful = self._doubtful or self._heard < begun
        return _SILENT

    def _readiness(self) -> asyncio.Future[None]:
        """Return what is done when the broker takes messages again."""
        ready: asyncio.Future[None] = self._loop.create_future()
        task = asyncio.create_task(self._ready())
        task.add_done_callback(lambda done: _told(done, ready))
        ready.add_done_callback(lambda _: task.cancel())
        return ready

    async def _ready(self) -> None:
        """Wait while the broker blocks the connection."""
        if (transport := self._connection.transport) is not None:
            await transport.ready()
        await self._wire.outlet.drained()

    def _lose(self, *_: object) -> None:
        self._lost = True
        self._flights.call_off()

    def _said(self, reason: str) -> str:
        return f"RabbitMQ at {self._settings.where}: {reason}"


def _demand_time(until: float) -> None:
    if asyncio.get_running_loop().time() >= until:
        raise TimeoutError


def _told(task: asyncio.Task[None], ready: asyncio.Future[None]) -> None:
    if not task.cancelled():
        task.exception()  # seen: a connection that was lost is told by the publish itself
    if not ready.done():
        ready.set_result(None)


def _about(letter: Letter, kind: type[ExchangeMissing | NotSent | OutcomeUnknown], reason: str) -> AmqpError:
    return kind(letter.exchange, letter.key, letter.message_id, reason)
