"""The socket to the broker, which can be cut when the other side does not answer any more."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from aiormq.connection import TCPTransportFactory, TLSTransportFactory, TransportFactory

if TYPE_CHECKING:
    from yarl import URL

__all__ = ["Wire"]


class Wire(TransportFactory):
    """Opens the socket for aiormq, which never gives up what it still has to write to a frozen peer."""

    def __init__(self) -> None:
        self._transport: asyncio.WriteTransport | None = None

    @property
    def laid(self) -> bool:
        """Whether there is a socket."""
        return self._transport is not None

    async def create(self, url: URL, **kwargs: Any) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Open the socket."""
        factory = TLSTransportFactory() if url.scheme == "amqps" else TCPTransportFactory()
        reader, writer = await factory.create(url, **kwargs)
        self._transport = writer.transport
        return reader, writer

    def cut(self) -> None:
        """Close the socket at once; what waits for it gets an error."""
        if self._transport is not None:
            self._transport.abort()
