"""How many messages may wait, and how large they may be together."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from cordio_amqp._exceptions import NotSent

if TYPE_CHECKING:
    from cordio_amqp._letter import Letter
    from cordio_amqp._settings import AmqpSettings

__all__ = ["Room"]


class Room:
    """Room for the messages that wait for one thing; what does not fit is told so at once."""

    def __init__(self, settings: AmqpSettings) -> None:
        self._most, self._largest, self._where = settings.buffer, settings.buffer_size, settings.where
        self._count = self._size = 0

    @property
    def taken(self) -> tuple[int, int]:
        """How many messages wait, and their bytes."""
        return self._count, self._size

    @contextmanager
    def held(self, letter: Letter) -> Iterator[None]:
        """Take room for a message as long as the block lasts; raise NotSent if there is none."""
        size = len(letter.body)
        if self._count >= self._most or self._size + size > self._largest:
            raise NotSent(letter.exchange, letter.key, letter.message_id, self._full())
        self._count, self._size = self._count + 1, self._size + size
        try:
            yield
        finally:
            self._count, self._size = self._count - 1, self._size - size

    def _full(self) -> str:
        limits = "the settings buffer and buffer_size of amqp are the limits"
        return (
            f"RabbitMQ at {self._where}: {self._count} messages of {self._size} bytes wait already; {limits}"
        )
