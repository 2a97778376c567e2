"""What comes in from the broker, told apart before aiormq reads it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from struct import Struct
from typing import TypeAlias

__all__ = ["BODY", "HEADER", "METHOD", "Sieve", "Taker"]

METHOD, HEADER, BODY = 1, 2, 3  # AMQP 0-9-1, section 4.2.3: types of frames
Taker: TypeAlias = Callable[[int, bytes], bool]

_FRAME = Struct(">BHI")
_OVER = _FRAME.size + 1  # with the octet at the end
_GREETING = b"AMQP"  # of a broker that speaks another version
_BLOCKED, _UNBLOCKED = (
    b"\x00\x0a\x00\x3c",
    b"\x00\x0a\x00\x3d",
)  # section 10 of the methods, and RabbitMQ's own
_HEARTBEAT = b"\x08\x00\x00\x00\x00\x00\x00\xce"
_SIGN = 1.0  # so often aiormq is shown that the broker is alive, in seconds


class Sieve(asyncio.StreamReader):
    """Gives frames of some channels to who takes them, at once and with no task; aiormq reads the rest.

    That spares each message the queues and tasks that aiormq keeps between the socket and its callbacks.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(loop=loop)
        self._time, self._signed = loop.time, 0.0
        self._rest = b""
        self._is_foreign = False
        self.takers: dict[int, Taker] = {}
        self.is_blocked = False

    def feed_data(self, data: bytes) -> None:  # type: ignore[override]  # as the socket gives it
        """Take what the socket has read."""
        if self._is_foreign or (not self._rest and data.startswith(_GREETING)):
            self._is_foreign = True
            super().feed_data(data)
            return
        data = self._rest + data if self._rest else bytes(data)
        left, taken = self._sifted(data)
        if taken and self._time() - self._signed > _SIGN:
            self._signed = self._time()
            left.append(_HEARTBEAT)
        if left:
            super().feed_data(b"".join(left))

    def feed_eof(self) -> None:
        """Take the end."""
        rest, self._rest = self._rest, b""
        if rest:
            super().feed_data(rest)
        super().feed_eof()

    def _sifted(self, data: bytes) -> tuple[list[bytes], bool]:
        """Give frames to their takers; return those that are left, and whether any was taken."""
        left: list[bytes] = []
        at, most, taken = 0, len(data), False
        while most - at >= _OVER:
            kind, channel, size = _FRAME.unpack_from(data, at)
            end = at + size + _OVER
            if end > most:
                break
            taker = self.takers.get(channel)
            if taker is not None and taker(kind, data[at + 7 : end - 1]):
                taken = True
            else:
                if not channel:
                    self._note(data[at + 7 : at + 11])
                left.append(data[at:end])
            at = end
        self._rest = data[at:]
        return left, taken

    def _note(self, method: bytes) -> None:
        if method == _BLOCKED:
            self.is_blocked = True
        elif method == _UNBLOCKED:
            self.is_blocked = False
