"""The clocks of a connection, and its last answer: what both protocols of uvicorn's have in common."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from cordio_fastapi._bounds import Bounds, raw

if TYPE_CHECKING:
    # Both protocols have what is used of it.
    from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol as Base
else:
    Base = object

__all__ = ["Watching"]


class Watching(Base):
    """What is put in front of a protocol: one clock at a time, for the head or body that is awaited.

    Its attributes stand beside those of uvicorn's. A subclass notes whether a head has begun but not ended, or
    has ended but its body has not.
    """

    bounds: Bounds
    _in_head, _in_body = False, False
    _clock: asyncio.TimerHandle | None = None
    _fed = 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's
        """Wait for a first head."""
        super().connection_made(transport)
        self._go_on = self.flow.resume_reading
        self.flow.resume_reading = self._resumed  # type: ignore[method-assign]  # nobody is told otherwise
        self.await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing more."""
        self.heard()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """Answer what is no request; uvicorn does so in plain text, and in the midst of another answer."""
        self.refuse(400)

    def await_head(self) -> None:
        """Let the clock of a head run, from its first byte on."""
        if self._clock is None:
            self._clock = self.loop.call_later(self.bounds.within, self._late)

    def await_body(self) -> None:
        """Let the clock of a body run, from the last of its bytes on."""
        self._fed = self.loop.time()
        if self._clock is None:
            self._clock = self.loop.call_later(self.bounds.pause, self._paused)

    def heard(self) -> None:
        """Stop the clock."""
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None

    def refuse(self, status: int) -> None:
        """Say why, unless the answer to another request is awaited, and leave.

        Parameters
        ----------
        status : int
            The status.
        """
        self.heard()
        if self.transport.is_closing():
            return
        cycle = self.cycle
        if cycle is None or cycle.response_complete or (cycle.more_body and not cycle.response_started):
            self.transport.write(raw(status))
        self.transport.close()

    def _resumed(self) -> None:
        """Count a pause of the client's from when it may send again."""
        if self.flow.read_paused:
            self._fed = self.loop.time()
        self._go_on()

    def _late(self) -> None:
        self._clock = None
        if self._in_head:
            self.refuse(408)
        else:
            self.transport.close()

    def _paused(self) -> None:
        """Give up on a body, unless something came meanwhile, or it is this side that does not take more."""
        self._clock, now = None, self.loop.time()
        if self.flow.read_paused:
            self._fed = now
        left = self._fed + self.bounds.pause - now
        if left > 0:
            self._clock = self.loop.call_later(left, self._paused)
        elif not self.cycle.response_started or self.cycle.response_complete:
            self.refuse(408)
