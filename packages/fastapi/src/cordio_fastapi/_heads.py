"""Requests whose head never ends: bounded in bytes and in time while it comes in, before anybody sees them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cordio_fastapi._problem import problem

if TYPE_CHECKING:
    from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol as Base
else:
    Base = object

__all__ = ["Heads", "bounded"]

_SIDES = 3  # a header "a:b" takes three times on the wire what its name and value have
_LINE = 16 * 1024  # bytes of the request line


@dataclass(frozen=True, slots=True)
class Heads:
    """What the head of a request may have: its line and its headers.

    Parameters
    ----------
    size : int
        The bytes of all headers together; on the wire they may have more, and the line some besides.
    within : float
        How long it may take until its end, from the connection or its first byte on, in seconds.

    Examples
    --------
    >>> Heads(65_536).most
    212992
    """

    size: int = 65_536
    within: float = 30.0

    @property
    def most(self) -> int:
        """The bytes on the wire, beyond which it is not read."""
        return self.size * _SIDES + _LINE


class _Bounded(Base):
    """What is put in front of a protocol; its attributes stand beside those of uvicorn's."""

    heads: Heads
    _inside, _begun, _ends, _size = True, False, 0, 0
    _late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        self._heard()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        ends = self._ends
        super().data_received(data)
        if self._inside and not self.transport.is_closing():
            if ends == self._ends:  # else the rest of another request came before it
                self._size += len(data)
            if self._size > self.heads.most:
                self._refuse(431)
            elif self._begun:
                self._wait()

    def on_message_begin(self) -> None:
        self._begun = self._inside = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._begun = self._inside = False
        self._ends, self._size = self._ends + 1, 0
        self._heard()
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._inside = True
        super().on_message_complete()

    def _wait(self) -> None:
        if self._late is None:
            self._late = self.loop.call_later(self.heads.within, self._refuse, 408)

    def _heard(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _refuse(self, status: int) -> None:
        """Say why, unless another answer is under way or nothing was asked, and leave."""
        self._late = None
        if self.transport.is_closing():
            return
        if self._begun and (self.cycle is None or self.cycle.response_complete):
            self.transport.write(_raw(status))
        self.transport.close()


def bounded(protocol: type[Any], heads: Heads) -> type[Any]:
    """Make a protocol of uvicorn's give up on a head that is too large or too slow.

    Parameters
    ----------
    protocol : type
        The protocol of HTTP. That on h11 bounds the size itself, and its parser tells nothing: it is left as
        it is.
    heads : Heads
        What a head may have.

    Returns
    -------
    type
        A subclass.
    """
    if not hasattr(protocol, "on_headers_complete"):
        return protocol
    return type("Bounded", (_Bounded, protocol), {"heads": heads})


def _raw(status: int) -> bytes:
    answer = problem(status, headers={"connection": "close"})
    lines = [b"%b: %b" % pair for pair in answer.raw_headers]
    return b"\r\n".join([b"HTTP/1.1 %d " % status, *lines, b"", bytes(answer.body)])
