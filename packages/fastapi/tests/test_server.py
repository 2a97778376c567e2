"""The embedded server: its address, its start and its end."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi.responses import StreamingResponse
from packages.fastapi.tests.doubles import Runtime, attached, started

from cordio_core import App, EntrypointError
from cordio_fastapi import HttpSettings, get
from cordio_fastapi._server import Server


class Slow:
    """A handler that answers when it is told to."""

    def __init__(self) -> None:
        self.begun, self.go, self.cancelled = asyncio.Event(), asyncio.Event(), False

    async def handler(self) -> str:
        self.begun.set()
        try:
            await self.go.wait()
        except asyncio.CancelledError:
            self.cancelled = True
            raise
        return "done"


async def quick() -> str:
    return "done"


async def refused(address: str) -> None:
    """Wait until nobody listens."""
    host, port = address.removeprefix("http://").split(":")
    async with asyncio.timeout(10):
        while True:
            try:
                _, writer = await asyncio.open_connection(host, int(port))
            except OSError:
                return
            writer.transport.abort()


def test_a_taken_port_is_told_with_what_to_set() -> None:
    async def main() -> None:
        async with started(attached()) as (client, _):
            port = client.base_url.port
            with pytest.raises(EntrypointError) as told:
                await attached().start(Runtime(HttpSettings(port=port or 0)))
            assert f"127.0.0.1:{port} is taken by another process" in str(told.value)
            assert "http.port (--http-port" in told.value.cure

    asyncio.run(main())


@pytest.mark.parametrize(
    ("host", "what"),
    [("a..b", "'a..b' is not known"), ("203.0.113.1", "203.0.113.1:0 is no address of this machine")],
)
def test_an_address_that_cannot_be_is_told_with_what_to_set(host: str, what: str) -> None:
    async def main() -> None:
        entrypoint = attached()
        with pytest.raises(EntrypointError, match="http.host") as told:
            await entrypoint.start(Runtime(HttpSettings(host=host, port=0)))
        assert what in str(told.value)
        await entrypoint.stop(0)

    asyncio.run(main())


def test_an_address_of_ip_version_6_is_written_in_brackets() -> None:
    async def main() -> None:
        try:
            socket.create_server(("::1", 0), family=socket.AF_INET6).close()
        except OSError:
            pytest.skip("this machine has no IPv6")
        entrypoint = attached((get("/"), quick))
        async with started(entrypoint, Runtime(HttpSettings(host="::1", port=0))) as (client, _):
            assert entrypoint.addresses[0].startswith("http://[::1]:")
            assert (await client.get("/")).json() == "done"

    asyncio.run(main())


def test_a_request_in_flight_is_finished_while_nothing_new_is_accepted() -> None:
    async def main() -> None:
        slow = Slow()
        entrypoint = attached((get("/"), slow.handler))
        async with started(entrypoint) as (client, runtime):
            address = entrypoint.addresses[0]
            asking = asyncio.create_task(client.get("/"))
            await slow.begun.wait()
            stopping = asyncio.create_task(entrypoint.stop(30))
            await refused(address)
            assert not asking.done() and not stopping.done() and entrypoint.addresses == ()
            slow.go.set()
            assert (await asking).json() == "done"
            async with asyncio.timeout(10):
                await stopping
            assert runtime.failures == []

    asyncio.run(main())


def test_a_request_that_takes_too_long_is_cancelled_and_told(caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        slow = Slow()
        entrypoint = attached((get("/"), slow.handler))
        async with started(entrypoint) as (client, runtime):
            asking = asyncio.create_task(client.get("/"))
            await slow.begun.wait()
            async with asyncio.timeout(10):
                await entrypoint.stop(0)
            response = await asking
            assert (response.status_code, response.json()["code"]) == (503, "service_unavailable")
            assert slow.cancelled and not runtime.spans[0].open

    with caplog.at_level(logging.CRITICAL, "uvicorn.error"):
        asyncio.run(main())


def test_a_stop_that_is_cancelled_still_ends_everything(caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        slow = Slow()
        entrypoint = attached((get("/"), slow.handler))
        async with started(entrypoint) as (client, runtime):
            address = entrypoint.addresses[0]
            asking = asyncio.create_task(client.get("/"))
            await slow.begun.wait()
            stopping = asyncio.create_task(entrypoint.stop(30))
            await refused(address)
            stopping.cancel()
            async with asyncio.timeout(10):
                with pytest.raises(asyncio.CancelledError):
                    await stopping
            assert slow.cancelled and (await asking).status_code == 503

    with caplog.at_level(logging.CRITICAL, "uvicorn.error"):
        asyncio.run(main())


def test_a_request_that_ignores_its_end_is_told_and_does_not_hold_up_the_stop() -> None:
    async def main() -> None:
        begun, go, left = asyncio.Event(), asyncio.Event(), asyncio.Event()

        async def handler() -> None:
            begun.set()
            while not go.is_set():
                try:
                    await go.wait()
                except asyncio.CancelledError:
                    continue
            left.set()

        entrypoint = attached((get("/"), handler))
        async with started(entrypoint) as (client, _):
            asking = asyncio.create_task(client.get("/"))
            await begun.wait()
            async with asyncio.timeout(10):
                with pytest.raises(EntrypointError, match="1 requests run on"):
                    await entrypoint.stop(0)
            go.set()
            await left.wait()
            with pytest.raises(httpx.RemoteProtocolError):
                await asking

    asyncio.run(main())


def test_a_client_that_does_not_read_does_not_hold_up_the_stop(caplog: pytest.LogCaptureFixture) -> None:
    async def endless() -> StreamingResponse:
        async def chunks() -> AsyncIterator[bytes]:
            while True:
                yield b"x" * 2**20

        return StreamingResponse(chunks())

    async def main() -> None:
        entrypoint = attached((get("/"), endless))
        async with started(entrypoint) as (client, runtime):
            _, writer = await asyncio.open_connection(client.base_url.host, client.base_url.port, limit=1)
            writer.write(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n")
            async with asyncio.timeout(10):
                while not runtime.spans or runtime.spans[0].status is None:
                    await asyncio.sleep(0)
                await entrypoint.stop(0)
            assert not runtime.spans[0].open
            writer.transport.abort()

    with caplog.at_level(logging.CRITICAL, "uvicorn.error"):
        asyncio.run(main())


@pytest.mark.parametrize("sent", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nhost: a\r\n\r\n"])
def test_a_connection_that_stands_idle_does_not_hold_up_the_stop(sent: bytes) -> None:
    async def main() -> None:
        entrypoint = attached((get("/"), quick))
        async with started(entrypoint) as (client, _):
            reader, writer = await asyncio.open_connection(client.base_url.host, client.base_url.port)
            writer.write(sent)
            if sent.endswith(b"\n"):
                await reader.readuntil(b'"done"')
            async with asyncio.timeout(10):
                await entrypoint.stop(60)
                assert await reader.read() == b""
            writer.close()

    asyncio.run(main())


def test_it_starts_again_after_a_stop_and_beside_another() -> None:
    async def main() -> None:
        first, second = attached((get("/"), quick)), attached((get("/"), quick))
        assert first.addresses == ()
        async with started(second) as (other, _):
            for _ in range(2):
                async with started(first) as (client, runtime):
                    assert client.base_url != other.base_url
                    assert (await client.get("/")).json() == (await other.get("/")).json() == "done"
                    with pytest.raises(EntrypointError, match="is started already, at http://127.0.0.1"):
                        await first.start(runtime)
                await first.stop(1)
                assert first.addresses == ()

    asyncio.run(main())


def test_a_server_that_dies_is_told_at_once() -> None:
    async def main() -> None:
        entrypoint, told = attached((get("/"), quick)), asyncio.Event()
        runtime = Runtime()
        async with started(entrypoint, runtime) as (client, _):
            address = entrypoint.addresses[0]
            assert (await client.get("/")).status_code == 200
            (server,) = [task for task in asyncio.all_tasks() if task.get_name() == "cordio http server"]
            server.add_done_callback(lambda _: told.set())
            server.cancel()
            await told.wait()
            await refused(address)
            assert f"the server at {address} ended by itself" in str(runtime.failures[0])

    asyncio.run(main())


def test_a_start_that_is_cancelled_leaves_nothing_behind() -> None:
    async def main() -> None:
        with socket.create_server(("127.0.0.1", 0)) as found:
            port = found.getsockname()[1]
        for turns in range(12):
            entrypoint = attached()
            starting = asyncio.create_task(entrypoint.start(Runtime(HttpSettings(port=port))))
            for _ in range(turns):
                await asyncio.sleep(0)
            starting.cancel()
            async with asyncio.timeout(10):
                await asyncio.gather(starting, return_exceptions=True)
                await entrypoint.stop(0)
            await refused(f"http://127.0.0.1:{port}")
            assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(main())


def test_signals_stay_with_the_application() -> None:
    async def main() -> None:
        before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
        async with started(attached()):
            assert (signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)) == before

    asyncio.run(main())


def test_the_import_loads_neither_fastapi_nor_a_server() -> None:
    code = "import sys, cordio_fastapi; print(sorted({'fastapi', 'starlette', 'uvicorn'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "[]\n"


def test_an_application_of_the_core_finds_it_and_serves_under_a_foreign_server() -> None:
    app = App("orders")
    app.on(get("/"))(quick)

    async def main() -> None:
        async with app.running(listening=False) as run:
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(transport=transport, base_url="http://orders") as client:
                assert (await client.get("/")).json() == "done"
                assert (await client.get("/healthcheck")).json()["service"] == "orders"
            assert run.addresses == []

    asyncio.run(main())


def test_a_server_that_does_not_begin_is_an_error_of_the_start() -> None:
    async def main() -> None:
        failures: list[EntrypointError] = []
        listening = socket.create_server(("127.0.0.1", 0))
        server = Server(attached().asgi, [listening], failures.append)
        listening.close()
        with pytest.raises(EntrypointError, match="ended by itself") as told:
            await server.start()
        assert isinstance(told.value.__cause__, OSError) and failures == []
        assert await server.stop(0) == 0

    asyncio.run(main())
