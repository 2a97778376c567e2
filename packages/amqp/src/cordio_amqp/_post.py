"""Letters and the connections that take them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from cordio_amqp._exceptions import NotSent, Unavailable
from cordio_amqp._flights import Gone
from cordio_amqp._line import Queue
from cordio_amqp._names import refused_exchange
from cordio_amqp._room import Room

if TYPE_CHECKING:
    from cordio_amqp._broker import LinkLine
    from cordio_amqp._dialer import Dialer
    from cordio_amqp._letter import Letter
    from cordio_amqp._settings import AmqpSettings

__all__ = ["Post", "not_sent"]

_NO_TIME = "no time was left to send it"


class Post:
    """Hands each letter to the connection in use, or to the next one if that was lost before.

    While there is none letters wait, in the order in which they came.
    """

    def __init__(self, dialer: Dialer[LinkLine], settings: AmqpSettings) -> None:
        self._dialer, self._room, self._queue = dialer, Room(settings), Queue()

    @property
    def waiting(self) -> tuple[int, int]:
        """How many letters wait for a connection, and their bytes."""
        return self._room.taken

    async def send(self, letter: Letter, until: float) -> None:
        """Return when the letter is confirmed; raise the AmqpError that tells another outcome."""
        if letter.exchange and (reason := refused_exchange(letter.exchange)):
            raise not_sent(letter, reason)
        while True:
            found = await self._link(letter, until)
            try:
                return await found.send(letter, until)
            except Gone:
                continue

    async def _link(self, letter: Letter, until: float) -> LinkLine:
        if self._dialer.connected and not self._queue:
            return await self._dialed(letter, until)
        with self._room.held(letter), self._queue.place() as place:
            found = await self._dialed(letter, until)
            try:
                async with asyncio.timeout_at(until):
                    await place.turn()
            except TimeoutError as error:
                raise not_sent(letter, _NO_TIME) from error
            return found

    async def _dialed(self, letter: Letter, until: float) -> LinkLine:
        try:
            return await self._dialer.link(until)
        except Unavailable as failure:
            raise not_sent(letter, str(failure)) from failure


def not_sent(letter: Letter, reason: str) -> NotSent:
    """Return the exception for a letter that did not leave."""
    return NotSent(letter.exchange, letter.key, letter.message_id, reason)
