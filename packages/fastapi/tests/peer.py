"""Another service, which answers as a test says; and what it was asked."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import cast

Answering = Callable[["Asked"], Awaitable[bytes | None] | bytes | None]


@dataclass
class Asked:
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass
class Peer:
    """A server of HTTP/1.1; None in place of an answer cuts the connection."""

    answer: Answering
    asked: list[Asked] = field(default_factory=list)
    connections: int = 0
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    url: str = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = cast("asyncio.Task[None]", asyncio.current_task())
        self.tasks.add(task)
        try:
            while (request := await _read(reader)) is not None:
                self.asked.append(request)
                answered = self.answer(request)
                data = answered if isinstance(answered, bytes) or answered is None else await answered
                if data is None:
                    return writer.transport.abort()
                writer.write(
                    data if request.method != "HEAD" else data.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
                )
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # streams of Python 3.11 complain of a cancelled one
        finally:
            writer.close()
            self.tasks.discard(task)


async def _read(reader: asyncio.StreamReader) -> Asked | None:
    line = await reader.readline()
    if not line:
        return None
    method, path, _ = line.decode().split()
    headers: dict[str, str] = {}
    while (line := await reader.readline()).strip():
        name, _, value = line.decode().partition(":")
        headers[name.lower()] = value.strip()
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Asked(method, path, headers, body)


def said(status: int = 200, body: bytes = b"{}", **headers: str) -> bytes:
    """Write an answer."""
    found = {"content-type": "application/json", "content-length": str(len(body))}
    found |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", *(f"{n}: {v}" for n, v in found.items())]
    return "\r\n".join([*lines, "", ""]).encode() + body


def in_turn(*answers: bytes | None) -> Answering:
    """Answer one after the other, the last one for ever."""
    left = list(answers)
    return lambda request: left.pop(0) if len(left) > 1 else left[0]


@asynccontextmanager
async def peer(answer: Answering, context: ssl.SSLContext | None = None) -> AsyncIterator[Peer]:
    """Serve at a free port of this machine."""
    found = Peer(answer)
    server = await asyncio.start_server(found.serve, "127.0.0.1", 0, ssl=context)
    found.url = f"{'http' if context is None else 'https'}://localhost:{server.sockets[0].getsockname()[1]}"
    try:
        yield found
    finally:
        server.close()
        for task in (tasks := list(found.tasks)):
            task.cancel()
        await asyncio.gather(*tasks)
