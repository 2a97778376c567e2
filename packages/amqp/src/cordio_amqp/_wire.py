"""The socket to the broker, which can be cut when the other side does not answer any more."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from aiormq.connection import SSLContextProvider, TransportFactory
from aiormq.exceptions import AMQPConnectionError

from cordio_amqp._outlet import Outlet
from cordio_amqp._sieve import Sieve

if TYPE_CHECKING:
    from ssl import SSLContext

    from yarl import URL

__all__ = ["Wire"]


class Wire(TransportFactory):
    """Opens the socket for aiormq, which never gives up what it still has to write to a frozen peer.

    `tls` is what TLS is spoken by; unless given, what the address says of it.
    """

    def __init__(self, tls: SSLContext | None = None) -> None:
        self._tls = tls
        self._transport: asyncio.WriteTransport | None = None
        self._sieve: Sieve | None = None
        self._outlet: Outlet | None = None

    @property
    def laid(self) -> bool:
        """Whether there is a socket."""
        return self._transport is not None

    @property
    def sieve(self) -> Sieve:
        """What comes in."""
        if self._sieve is None:
            raise ConnectionError("there is no connection yet")
        return self._sieve

    @property
    def outlet(self) -> Outlet:
        """What goes out."""
        if self._outlet is None:
            raise ConnectionError("there is no connection yet")
        return self._outlet

    async def create(self, url: URL, **kwargs: Any) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Open the socket."""
        provider: SSLContextProvider | None = kwargs.pop("ssl_context_provider", None)
        context = await self._context(provider) if url.scheme == "amqps" else None
        try:
            reader, writer = await _opened(url, context, **kwargs)
        except OSError as error:
            raise AMQPConnectionError(*error.args) from error
        self._transport, self._sieve, self._outlet = writer.transport, reader, Outlet(writer)
        return reader, writer

    async def _context(self, provider: SSLContextProvider | None) -> SSLContext:
        if self._tls is not None:
            return self._tls
        assert provider is not None  # aiormq gives one with each address of this kind
        return await provider.get_context()

    def cut(self) -> None:
        """Close the socket at once; what waits for it gets an error."""
        if self._transport is not None:
            self._transport.abort()


async def _opened(url: URL, context: SSLContext | None, **kwargs: Any) -> tuple[Sieve, asyncio.StreamWriter]:
    """Do as `asyncio.open_connection` does, with a reader of our own."""
    loop = asyncio.get_running_loop()
    sieve = Sieve(loop)
    protocol = asyncio.StreamReaderProtocol(sieve, loop=loop)
    transport, _ = await loop.create_connection(
        lambda: protocol, url.host or "", url.port or 0, ssl=context, **kwargs
    )
    return sieve, asyncio.StreamWriter(transport, protocol, sieve, loop)
