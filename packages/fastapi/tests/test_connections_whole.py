"""Connections in a whole application: services of an event, its error rules, and its stop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from cordio_core import App, WebSocket, sse, websocket

cordio_di = pytest.importorskip("cordio_di")

TOLD: list[str] = []


class Memory:
    """One connection of an ASGI server, in memory."""

    def __init__(self, path: str) -> None:
        self.coming: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.sent: asyncio.Queue[Any] = asyncio.Queue()
        self.scope = {
            **{"type": "websocket", "path": path, "query_string": b"", "headers": [(b"host", b"orders")]},
            **{"subprotocols": [], "root_path": "", "scheme": "ws", "client": ("127.0.0.1", 1)},
        }

    async def send(self, message: Any) -> None:
        self.sent.put_nowait(message)


def made(*, streams: bool = False) -> App:
    TOLD.clear()
    container = cordio_di.Container()
    app = App("orders", container=container)

    async def session() -> AsyncIterator[str]:
        TOLD.append("opened")
        yield "session"
        TOLD.append("closed")

    container.service(scope="event")(session)

    @app.on(websocket("/echo"))
    async def echo(socket: WebSocket, session: str) -> None:
        async for message in socket:
            await socket.send(f"{session}: {message!r}")
        TOLD.append("left")

    if streams:

        @app.on(sse("/rows"))
        async def rows(session: str) -> AsyncIterator[str]:
            yield session
            TOLD.append("yielded")

    return app


def test_services_of_an_event_live_as_long_as_its_connection() -> None:
    async def main() -> None:
        app, memory = made(), Memory("/echo")
        async with asyncio.timeout(30), app.testing():
            serving = asyncio.create_task(app(memory.scope, memory.coming.get, memory.send))
            memory.coming.put_nowait({"type": "websocket.connect"})
            assert (await memory.sent.get())["type"] == "websocket.accept"
            memory.coming.put_nowait({"type": "websocket.receive", "text": "a"})
            assert (await memory.sent.get())["text"] == "session: 'a'"
            assert TOLD == ["opened"]
            memory.coming.put_nowait({"type": "websocket.disconnect", "code": 1000})
            await serving
        assert TOLD == ["opened", "left", "closed"]

    asyncio.run(main())


def test_services_of_an_event_live_as_long_as_its_stream() -> None:
    pytest.importorskip("httpx")

    async def main() -> None:
        async with asyncio.timeout(30), made(streams=True).testing() as t:
            assert (await t.http.get("/rows")).text == "data: session\n\n"
        assert TOLD == ["opened", "yielded", "closed"]

    asyncio.run(main())


def test_the_stop_of_the_application_tells_its_connections() -> None:
    async def main() -> None:
        app, memory = made(), Memory("/echo")
        async with asyncio.timeout(30), app.testing() as t:
            serving = asyncio.create_task(app(memory.scope, memory.coming.get, memory.send))
            memory.coming.put_nowait({"type": "websocket.connect"})
            await memory.sent.get()
            stopping = asyncio.create_task(t.sigterm())
            await serving
            assert (await memory.sent.get())["code"] == 1001
            assert TOLD == ["opened", "left", "closed"]
            await stopping

    asyncio.run(main())
