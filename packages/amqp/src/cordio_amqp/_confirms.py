"""The messages of a channel that are not confirmed yet."""

from __future__ import annotations

import asyncio

from aiormq.abc import DeliveredMessage
from aiormq.exceptions import DeliveryError, PublishError
from pamqp import commands as spec

__all__ = ["Confirms"]


class Confirms:
    """Counts messages as the broker does, and knows which of them waits for what is said of it."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._last = 0
        self._sent: dict[int, tuple[asyncio.Future[None], str]] = {}
        self._ids: dict[str, int] = {}

    def next(self, message_id: str) -> asyncio.Future[None]:
        """Count a message that was written; return what is done when it is confirmed."""
        self._last += 1
        confirmed: asyncio.Future[None] = self._loop.create_future()
        self._sent[self._last] = confirmed, message_id
        self._ids[message_id] = self._last
        return confirmed

    def returned(self, message: DeliveredMessage, frame: spec.Basic.Return) -> bool:
        """Tell who waits for a message that it came back; return False if nobody does."""
        number = self._ids.get(message.header.properties.message_id or "")
        if number is None:
            return False
        confirmed, _ = self._sent[number]
        if not confirmed.done():
            confirmed.set_exception(PublishError(message, frame))
        return True

    def told(self, number: int, *, is_multiple: bool, is_kept: bool) -> None:
        """Tell who waits that the broker keeps a message, or does not; or all up to it (0: all)."""
        if not is_multiple:
            self._told(number, number, is_kept)
            return
        for each in [each for each in self._sent if not number or each <= number]:
            self._told(each, number, is_kept)

    def end(self, reason: Exception) -> None:
        """Tell all who wait that nothing more will be said."""
        sent, self._sent = self._sent, {}
        for confirmed, _ in sent.values():
            if not confirmed.done():
                confirmed.set_exception(reason)
                confirmed.exception()  # seen, even if nobody waits any more

    def _told(self, number: int, told: int, is_kept: bool) -> None:
        confirmed, message_id = self._sent.pop(number, (None, ""))
        if confirmed is None:
            return
        if self._ids.get(message_id) == number:
            del self._ids[message_id]
        if confirmed.done():
            return
        if is_kept:
            confirmed.set_result(None)
        else:
            confirmed.set_exception(DeliveryError(None, spec.Basic.Nack(told)))
