"""An application behind a foreign ASGI server."""

import asyncio
from collections.abc import MutableMapping
from typing import Any

import pytest
from packages.core.tests.doubles import Grace, Manual

from cordio_core import App, CoreError, EntrypointError
from cordio_core._plain import PlainContainer
from cordio_core.protocols import Configuration, Runtime

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


async def lifespan(app: App, *told: str) -> list[Message]:
    """Tell an application some messages, and return what it says."""
    server = Server()
    for kind in told:
        await server.to_app.put({"type": f"lifespan.{kind}"})
    async with asyncio.timeout(5):
        await server.request(app, {"type": "lifespan"})
    return [server.said.get_nowait() for _ in range(server.said.qsize())]


def test_a_failing_start_is_told_to_the_server() -> None:
    said = asyncio.run(lifespan(App("orders", entrypoints=[Deaf()]), "startup"))
    message = "http: no certificate: name one in tls.certificate"
    assert said == [{"type": "lifespan.startup.failed", "message": message}]


def test_wrong_configuration_is_told_to_the_server_as_it_is_told_to_people() -> None:
    class Wrong(Exception):
        exit_code = 78

    class Configuring(Grace):
        def configuration(self, sections: object, options: object, /) -> Configuration:
            raise Wrong("2 mistakes:\n  main.yaml:1:1: port\n  main.yaml:2:1: host")

    said = asyncio.run(lifespan(App("orders", configuring=Configuring("1s")), "startup"))
    assert [message["message"].splitlines()[0] for message in said] == ["2 mistakes:"]


def test_a_mistake_in_the_code_is_told_to_the_server_with_its_traceback() -> None:
    class Buggy(Manual):
        def bind(self, runtime: Runtime, /) -> None:
            raise KeyError("no such key")

    (said,) = asyncio.run(lifespan(App("orders", entrypoints=[Buggy()]), "startup"))
    assert said["message"].startswith("Traceback")
    assert "test_asgi.py" in said["message"]


def test_a_failing_stop_is_told_to_the_server() -> None:
    class Sticky(PlainContainer):
        async def __aexit__(self, *exc: object) -> None:
            raise CoreError("the pool does not close")

    app = App("orders", container=Sticky(), entrypoints=[Manual()])
    assert asyncio.run(lifespan(app, "startup", "shutdown")) == [
        {"type": "lifespan.startup.complete"},
        {"type": "lifespan.shutdown.failed", "message": "the pool does not close"},
    ]


def test_messages_in_another_order_or_of_another_kind_do_no_harm() -> None:
    source = Manual()
    app = App("orders", entrypoints=[source])
    assert asyncio.run(lifespan(app, "shutdown")) == [{"type": "lifespan.shutdown.complete"}]
    assert source.happened == []
    said = asyncio.run(lifespan(app, "notice", "startup", "startup", "notice", "shutdown"))
    assert [message["type"] for message in said] == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    assert source.happened == ["bound", "stopped"]


def test_a_server_that_cancels_the_lifespan_stops_the_application() -> None:
    source = Manual()

    async def use() -> None:
        server = Server()
        await server.to_app.put({"type": "lifespan.startup"})
        task = asyncio.create_task(server.request(App("orders", entrypoints=[source]), {"type": "lifespan"}))
        await server.said.get()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(use())
    assert source.happened == ["bound", "stopped"]


def test_a_second_server_is_refused_and_the_first_goes_on() -> None:
    source = Manual()
    app = App("orders", entrypoints=[source])

    async def use() -> None:
        async with app.running(listening=False):
            (said,) = await lifespan(app, "startup")
            assert said["type"] == "lifespan.startup.failed"
            assert said["message"] == "orders runs already: stop it before it is started again"
            server = Server()
            await server.request(app, {"type": "websocket"})
            assert (await server.said.get())["type"] == "websocket.response.start"

    asyncio.run(use())


def test_a_part_that_fails_behind_a_server_is_recorded_at_once(caplog: pytest.LogCaptureFixture) -> None:
    source = Manual()

    async def use() -> None:
        async with App("orders", entrypoints=[source]).running(listening=False):
            assert source.runtime is not None
            source.runtime.fail(RuntimeError("no broker"))
            assert "RuntimeError: no broker" in caplog.text

    asyncio.run(use())


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


def test_requests_after_the_end_get_a_clear_word() -> None:
    async def use() -> None:
        app = App("orders", entrypoints=[Manual()])
        await lifespan(app, "startup", "shutdown")
        await Server().request(app, {"type": "http"})

    with pytest.raises(CoreError, match="orders is not up"):
        asyncio.run(use())
