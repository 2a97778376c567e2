"""What is written to the broker, many frames at a time."""

from __future__ import annotations

import asyncio

__all__ = ["Outlet"]

_FULL = 1 << 18  # so much is kept for the next write at most, in bytes


class Outlet:
    """Collects what is written in one turn of the loop, and hands it to the socket in one piece."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer, self._transport = writer, writer.transport
        self._loop = asyncio.get_running_loop()
        self._parts: list[bytes] = []
        self._size = 0

    @property
    def is_full(self) -> bool:
        """Whether the broker does not keep up with what is written."""
        return self._transport.get_write_buffer_size() > _FULL

    def write(self, frames: bytes) -> None:
        """Write whole frames, at the end of this turn."""
        if not self._parts:
            self._loop.call_soon(self.flush)
        self._parts.append(frames)
        self._size += len(frames)
        if self._size > _FULL:
            self.flush()

    def flush(self) -> None:
        """Write at once what was collected: before aiormq writes what must not be ahead of it."""
        parts, self._parts, self._size = self._parts, [], 0
        if parts and not self._transport.is_closing():
            self._transport.write(b"".join(parts))

    async def drained(self) -> None:
        """Wait until the broker keeps up again."""
        await self._writer.drain()
