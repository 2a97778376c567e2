"""An application behind a foreign ASGI server."""

import asyncio
from collections.abc import MutableMapping
from typing import Any

import pytest
from packages.core.tests.doubles import Manual

from cordio_core import App, CoreError, EntrypointError
from cordio_core._plain import PlainContainer
from cordio_core.protocols import Runtime

Message = MutableMapping[str, Any]


class Server:
    """The other side of ASGI: what the application says, and what it is told."""

    def __init__(self) -> None:
        self.to_app: asyncio.Queue[Message] = asyncio.Queue()
        self.said: asyncio.Queue[Message] = asyncio.Queue()

    async def request(self, app: App, scope: Message) -> None:
        await app(scope, self.to_app.get, self.said.put)


def test_the_lifespan_starts_and_stops_the_application_without_a_listener() -> None:
    source = Manual()
    app = App("orders", entrypoints=[source])

    async def use() -> list[str]:
        server = Server()
        async with asyncio.timeout(5), asyncio.TaskGroup() as group:
            group.create_task(server.request(app, {"type": "lifespan"}))
            await server.to_app.put({"type": "lifespan.startup"})
            said = [(await server.said.get())["type"]]
            await app({"type": "http"}, server.to_app.get, server.said.put)
            said += [(await server.said.get())["type"], (await server.said.get())["type"]]
            await server.to_app.put({"type": "lifespan.shutdown"})
            return [*said, (await server.said.get())["type"]]

    assert asyncio.run(use()) == [
        "lifespan.startup.complete",
        "http.response.start",
        "http.response.body",
        "lifespan.shutdown.complete",
    ]
    assert source.happened == ["bound", "stopped"]


class Deaf(Manual):
    """An entrypoint that cannot be bound."""

    def bind(self, runtime: Runtime, /) -> None:
        raise EntrypointError("http", "no certificate", "name one in tls.certificate")


def test_a_failing_start_is_told_to_the_server() -> None:
    async def use() -> Message:
        server = Server()
        await server.to_app.put({"type": "lifespan.startup"})
        await server.request(App("orders", entrypoints=[Deaf()]), {"type": "lifespan"})
        return await server.said.get()

    said = asyncio.run(use())
    assert said["type"] == "lifespan.startup.failed"
    assert said["message"] == "EntrypointError: http: no certificate: name one in tls.certificate"


def test_a_failing_stop_is_told_to_the_server() -> None:
    class Sticky(PlainContainer):
        async def __aexit__(self, *exc: object) -> None:
            raise RuntimeError("the pool does not close")

    async def use() -> Message:
        server = Server()
        await server.to_app.put({"type": "lifespan.startup"})
        await server.to_app.put({"type": "lifespan.shutdown"})
        await server.request(App("orders", container=Sticky(), entrypoints=[Manual()]), {"type": "lifespan"})
        await server.said.get()
        return await server.said.get()

    assert asyncio.run(use()) == {
        "type": "lifespan.shutdown.failed",
        "message": "RuntimeError: the pool does not close",
    }


def test_an_application_without_http_says_so() -> None:
    async def use() -> None:
        app = App("orders")
        async with app.running(listening=False):
            await Server().request(app, {"type": "http"})

    with pytest.raises(CoreError, match="has no HTTP entrypoint"):
        asyncio.run(use())


def test_requests_without_a_lifespan_get_a_clear_word() -> None:
    async def use() -> None:
        server = Server()
        await server.request(App("orders"), {"type": "http"})

    with pytest.raises(CoreError, match="let the server run its lifespan"):
        asyncio.run(use())
