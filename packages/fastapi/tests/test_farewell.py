"""The way down as clients see it: readiness, headers, streams, and what the kernel has accepted."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi.responses import StreamingResponse
from packages.fastapi.tests.doubles import Configuration, Runtime, attached, bound, started
from packages.fastapi.tests.load import Connection
from packages.fastapi.tests.test_server import refused

from cordio_core import App
from cordio_core.listeners import hold_off
from cordio_core.protocols import SharedEntrypoint
from cordio_fastapi import HttpEntrypoint, HttpSettings, get


async def quick() -> str:
    return "done"


def test_readiness_fails_at_once_while_requests_are_still_answered() -> None:
    async def main() -> None:
        async with started(attached((get("/"), quick))) as (client, runtime):
            before = await client.get("/")
            runtime.phase = "draining"
            health = await client.get("/healthcheck")
            assert (health.status_code, health.json()) == (503, {"status": "draining", "service": "orders"})
            answer = await client.get("/")
            assert (answer.status_code, answer.json()) == (200, "done")
            assert "connection" not in before.headers
            assert health.headers["connection"] == answer.headers["connection"] == "close"
            assert not [record for record in runtime.records if record[0] == "warning"]

    asyncio.run(main())


def test_an_answer_begun_before_the_stop_and_given_after_it_closes_its_connection() -> None:
    async def main() -> None:
        begun, go = asyncio.Event(), asyncio.Event()

        async def slow() -> str:
            begun.set()
            await go.wait()
            return "done"

        async with started(attached((get("/"), slow))) as (client, runtime):
            asking = asyncio.create_task(client.get("/"))
            await begun.wait()
            runtime.phase = "draining"
            go.set()
            assert (await asking).headers["connection"] == "close"
            assert (runtime.tally("http").accepted, runtime.tally("http").finished) == (1, 1)

    asyncio.run(main())


def test_of_http_2_no_connection_header_is_sent() -> None:
    async def main() -> None:
        entrypoint = attached((get("/"), quick))
        async with bound(entrypoint) as (_, runtime):
            runtime.phase = "draining"
            scope = {
                "type": "http",
                "http_version": "2",
                "method": "GET",
                "path": "/",
                "query_string": b"",
                "headers": [],
            }
            said: list[dict[str, object]] = []

            async def receive() -> dict[str, object]:
                return {"type": "http.request", "body": b""}

            async def send(message: object) -> None:
                assert isinstance(message, dict)
                said.append(message)

            await entrypoint.asgi(scope, receive, send)
            headers = said[0]["headers"]
            assert isinstance(headers, list) and b"connection" not in dict(headers)

    asyncio.run(main())


def test_what_the_kernel_has_accepted_is_answered_before_the_listener_closes() -> None:
    async def main() -> None:
        entrypoint = attached((get("/"), quick))
        async with started(entrypoint) as (client, _):
            where = (client.base_url.host, client.base_url.port or 0)
            with socket.create_connection(where) as one:  # the event loop has not seen it when the stop begins
                one.sendall(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n")
                async with asyncio.timeout(10):
                    await entrypoint.stop(5)
                assert one.recv(4096).startswith(b"HTTP/1.1 200")

    asyncio.run(main())


def test_a_request_that_was_on_its_way_on_an_idle_connection_is_answered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("cordio_fastapi._server._LINGER", 30)

    async def main() -> None:
        entrypoint = attached((get("/"), quick))
        async with started(entrypoint) as (client, _):
            connection = await Connection.open((client.base_url.host, client.base_url.port or 0))
            await connection.get("/")
            server = entrypoint._serving._server
            assert server is not None
            stopping = asyncio.create_task(entrypoint.stop(60))
            await refused(f"http://{client.base_url.host}:{client.base_url.port}")
            assert not server._uvicorn.should_exit
            status, body, _ = await connection.get("/")
            assert (status, body) == (200, b'"done"')
            async with asyncio.timeout(10):
                await stopping
            connection.close()

    asyncio.run(main())


def test_a_stream_without_end_learns_of_the_stop_and_ends_in_order() -> None:
    entrypoint = HttpEntrypoint()
    app = App("orders", entrypoints=[entrypoint])

    @app.on(get("/events"))
    async def events() -> StreamingResponse:
        async def lines() -> AsyncIterator[bytes]:
            yield b"data: hello\n\n"
            await app.stopping.wait()
            yield b"event: bye\n\n"

        return StreamingResponse(lines(), media_type="text/event-stream")

    class Free:
        def slice(self, section: str, model: type) -> object:
            return HttpSettings(port=0) if section == "http" else model()

        def __getitem__(self, key: str, /) -> object:
            raise KeyError(key)

    async def main() -> tuple[list[str], object]:
        free = Free()
        run = app.running(free)  # type: ignore[arg-type]  # it serves these two sections alone
        heard: list[str] = []
        async with httpx.AsyncClient(trust_env=False, timeout=20) as client:
            begun = asyncio.Event()

            async def listen() -> None:
                async with client.stream("GET", f"{entrypoint.addresses[0]}/events") as answer:
                    async for line in answer.aiter_lines():
                        heard.append(line)
                        begun.set()

            async with asyncio.timeout(20):
                async with run:
                    listening = asyncio.create_task(listen())
                    await begun.wait()
                await listening
        return heard, run.report

    heard, report = asyncio.run(main())
    assert heard == ["data: hello", "", "event: bye", ""]
    assert report is not None and getattr(report, "finished", 0) == 1


def test_a_listener_that_was_opened_ahead_is_the_one_that_serves() -> None:
    async def main() -> None:
        entrypoint = attached((get("/"), quick))
        assert isinstance(entrypoint, SharedEntrypoint)
        await entrypoint.listen(Configuration(HttpSettings(port=0)))
        hold_off(entrypoint._serving.listening[0])  # as another worker does when it stops
        async with started(entrypoint) as (client, _):
            assert (await client.get("/")).json() == "done"
        await entrypoint.listen(Configuration(HttpSettings(port=0)))
        entrypoint.unlisten()
        entrypoint.unlisten()
        assert entrypoint.addresses == ()

    asyncio.run(main())


def test_one_worker_that_stops_alone_keeps_the_others_reachable() -> None:
    async def main() -> None:
        entrypoint, runtime = attached((get("/"), quick)), Runtime()
        runtime.was_told = False
        await entrypoint.listen(Configuration(HttpSettings(port=0)))
        with entrypoint._serving.listening[0].dup() as shared:
            async with started(entrypoint, runtime):
                pass
            with socket.create_connection(shared.getsockname()[:2], timeout=0.9):
                shared.accept()[0].close()

    asyncio.run(main())


CRASHING = """
import asyncio, sys
from cordio_core import App, CoreError, get
from packages.fastapi.tests.load import *

exec(APPLICATION.split("if __name__")[0])

@app.main
async def main():
    print("up", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    raise CoreError("no broker: start one")

sys.exit(app.run())
"""


def test_a_part_that_crashes_never_leaves_a_process_that_answers() -> None:
    environment = {
        **os.environ,
        "DRAIN": "1h",
        "PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[3]), *sys.path]),
    }
    with subprocess.Popen(
        [sys.executable, "-c", CRASHING],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    ) as process:
        assert process.stdout is not None and process.stdout.readline() == "up\n"
        _, said = process.communicate("crash\n", 30)
        assert process.returncode == 70 and "no broker: start one" in said
