"""Letters and the connections that take them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cordio_amqp._exceptions import NotSent, Unavailable
from cordio_amqp._flights import Gone

if TYPE_CHECKING:
    from cordio_amqp._broker import LinkLine
    from cordio_amqp._dialer import Dialer
    from cordio_amqp._letter import Letter

__all__ = ["Post", "not_sent"]


class Post:
    """Hands each letter to the connection in use, or to the next one if that was lost before."""

    def __init__(self, dialer: Dialer[LinkLine]) -> None:
        self._dialer = dialer

    async def send(self, letter: Letter, until: float) -> None:
        """Return when the letter is confirmed; raise the AmqpError that tells another outcome."""
        while True:
            found = await self._link(letter, until)
            try:
                return await found.send(letter, until)
            except Gone:
                continue

    async def _link(self, letter: Letter, until: float) -> LinkLine:
        try:
            return await self._dialer.link(until)
        except Unavailable as failure:
            raise not_sent(letter, str(failure)) from failure


def not_sent(letter: Letter, reason: str) -> NotSent:
    """Return the exception for a letter that did not leave."""
    return NotSent(letter.exchange, letter.key, letter.message_id, reason)
