"""A call of another service through `http`, beside bare aiohttp; its server, in a thread, is not counted."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

import aiohttp
import httpx
from pydantic import BaseModel

from cordio_fastapi.client import HttpClient, HttpClientSettings
from cordio_monitor import LogSettings, Monitor
from tools.bench.clock import Run
from tools.bench.comparison import Comparison, Ratio

BODY = b'{"sku":"A-1","left":3}'
ANSWER = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(BODY) + BODY


class Item(BaseModel):
    """Stand for an answer."""

    sku: str
    left: int


class Server(asyncio.Protocol):
    """Answers each request alike."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take a connection."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer."""
        self.transport.write(ANSWER * data.count(b"\r\n\r\n"))


@contextmanager
def served() -> Iterator[str]:
    """
    Serve in a thread.

    Yields
    ------
    str
        The address.
    """
    ready, found = threading.Event(), [""]
    over: list[Callable[[], object]] = []

    async def serve() -> None:
        loop, end = asyncio.get_running_loop(), asyncio.Event()
        server = await loop.create_server(Server, "127.0.0.1", 0)
        found[0] = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        over.append(lambda: loop.call_soon_threadsafe(end.set))
        ready.set()
        await end.wait()
        server.close()
        await asyncio.sleep(0)  # its callers have gone: let their connections be closed

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    ready.wait()
    try:
        yield found[0]
    finally:
        over[0]()
        thread.join()


@asynccontextmanager
async def _watching(watched: bool) -> AsyncIterator[Monitor | None]:
    if not watched:
        yield None
        return
    async with Monitor("orders", [], LogSettings(capture=False)) as monitor:
        with monitor.incoming("GET /orders"):
            yield monitor


def ours(watched: bool = False) -> Run:
    """Call a service by name, read into a model; by choice watched, with its trace sent along."""

    async def main(number: int) -> float:
        with served() as url:
            async with _watching(watched) as monitor:
                settings = HttpClientSettings.model_validate({"services": {"stock": {"url": url}}})
                async with HttpClient(settings, monitor=monitor) as http:
                    stock = http["stock"]
                    await stock.get("/items/{sku}", path={"sku": "A-1"}, into=Item)
                    begun = time.thread_time()
                    for _ in range(number):
                        await stock.get("/items/{sku}", path={"sku": "A-1"}, into=Item)
                    return time.thread_time() - begun

    return lambda number: asyncio.run(main(number))


def bare() -> Run:
    """Call by aiohttp, read into a model."""

    async def main(number: int) -> float:
        with served() as url:
            async with aiohttp.ClientSession(url) as session:
                begun = time.thread_time()
                for _ in range(number):
                    async with session.get("/items/A-1") as response:
                        Item.model_validate_json(await response.read())
                return time.thread_time() - begun

    return lambda number: asyncio.run(main(number))


def other() -> Run:
    """Call by httpx, read into a model."""

    async def main(number: int) -> float:
        with served() as url:
            async with httpx.AsyncClient(base_url=url, trust_env=False) as client:
                begun = time.thread_time()
                for _ in range(number):
                    Item.model_validate_json((await client.get("/items/A-1")).content)
                return time.thread_time() - begun

    return lambda number: asyncio.run(main(number))


COMPARISONS = (
    Comparison(
        "a call through http over bare aiohttp",
        ours,
        bare,
        Ratio(1.6),
        number=500,
        turns=7,
        peers={"httpx": other},
    ),
    Comparison(
        "a call through http, with span and trace, over bare aiohttp",
        lambda: ours(True),
        bare,
        Ratio(1.7),
        number=500,
        turns=7,
    ),
)
