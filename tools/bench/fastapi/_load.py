"""Clients over loopback: as many requests as a server answers, or so many a second and no more."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence

__all__ = ["GET", "POST", "full", "paced"]

_BODY = b'{"sku":"A-1","amount":3,"lines":[{"text":"first","price":1.5},{"text":"second","price":2.25}]}'
GET = b"GET /orders/7 HTTP/1.1\r\nhost: bench\r\naccept: */*\r\n\r\n"
POST = (
    b"POST /orders HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
    % len(_BODY)
    + _BODY
)


class _Client(asyncio.Protocol):
    """One connection, one request at a time."""

    def __init__(self, request: bytes) -> None:
        self._request, self._came = request, b""
        self._answered: asyncio.Future[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self._came += data
        head, ends, body = self._came.partition(b"\r\n\r\n")
        if ends and len(body) >= int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]):
            assert head.startswith(b"HTTP/1.1 200"), head
            self._came = b""
            assert self._answered is not None
            self._answered.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answered is not None and not self._answered.done():
            self._answered.set_exception(exc or ConnectionError("the server has closed the connection"))

    async def ask(self) -> None:
        self._answered = asyncio.get_running_loop().create_future()
        self.transport.write(self._request)
        await self._answered


async def _clients(port: int, request: bytes, connections: int) -> list[_Client]:
    loop = asyncio.get_running_loop()
    made = [
        await loop.create_connection(lambda: _Client(request), "127.0.0.1", port) for _ in range(connections)
    ]
    return [client for _, client in made]


async def _all(
    port: int, request: bytes, connections: int, asking: Callable[[int, _Client], Awaitable[None]]
) -> None:
    clients = await _clients(port, request, connections)
    try:
        await asyncio.gather(*(asking(place, client) for place, client in enumerate(clients)))
    finally:
        for client in clients:
            client.transport.close()


def full(port: int, number: int, request: bytes = GET, connections: int = 16) -> float:
    """
    Ask as fast as the server answers.

    Parameters
    ----------
    port : int
        Where it listens.
    number : int
        How many requests in all.
    request : bytes
        The request.
    connections : int
        How many at once.

    Returns
    -------
    float
        How long all of them took, in seconds.
    """

    async def asking(place: int, client: _Client) -> None:
        for _ in range(place, number, connections):
            await client.ask()

    async def main() -> float:
        begun = time.perf_counter()
        await _all(port, request, connections, asking)
        return time.perf_counter() - begun

    return asyncio.run(main())


def paced(port: int, number: int, rate: float, request: bytes = GET, connections: int = 16) -> Sequence[float]:
    """
    Ask at a steady rate; one that has to wait for a connection is late by that.

    Parameters
    ----------
    port : int
        Where it listens.
    number : int
        How many requests in all.
    rate : float
        How many a second.
    request : bytes
        The request.
    connections : int
        How many at once.

    Returns
    -------
    sequence of float
        How long each took from the moment that it was due, in seconds; the shortest first.
    """
    taken: list[float] = []

    async def main() -> None:
        begun = time.perf_counter() + 0.01

        async def asking(place: int, client: _Client) -> None:
            for each in range(place, number, connections):
                due = begun + each / rate
                await asyncio.sleep(due - time.perf_counter())
                await client.ask()
                taken.append(time.perf_counter() - due)

        await _all(port, request, connections, asking)

    asyncio.run(main())
    return sorted(taken)
