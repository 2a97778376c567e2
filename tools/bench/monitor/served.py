"""The same route over uvicorn: what a request costs the serving process, sixteen connections at a time."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tools.bench.clock import Run
from tools.bench.comparison import Comparison, Ratio
from tools.parts import ROOT

CONNECTIONS = 16
SERVER = """
import asyncio, os, socket, sys, tempfile, time
from contextlib import AsyncExitStack
from pathlib import Path
import uvicorn
from cordio_monitor import LogSettings, Monitor
from cordio_monitor.sinks import Console, File
from tools.bench.monitor.route import route

watched = sys.argv[1] == "watched"

async def main():
    inner = route(watched=watched)
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        out = stack.enter_context(open(Path(folder, "out.log"), "w"))
        sinks = [Console(out), File(Path(folder, "main.log"))]
        monitor = Monitor("bench", sinks, LogSettings(capture=False, format="json"))

        async def app(scope, receive, send):
            if scope["path"] == "/cpu":
                text = repr(time.process_time()).encode()
                length = (b"content-length", str(len(text)).encode())
                await send({"type": "http.response.start", "status": 200, "headers": [length]})
                await send({"type": "http.response.body", "body": text})
            elif watched:
                with monitor.incoming("GET /orders/{number}", headers=scope["headers"]) as event:
                    await inner(scope, receive, send)
                    event.answered(200)
            else:
                await inner(scope, receive, send)

        listening = socket.create_server(("127.0.0.1", 0))
        print(listening.getsockname()[1], flush=True)
        options = dict(log_config=None, access_log=False, lifespan="off", http="h11", loop="asyncio")
        server = uvicorn.Server(uvicorn.Config(app, **options))
        asyncio.get_running_loop().add_reader(sys.stdin, lambda: setattr(server, "should_exit", True))
        if watched:
            await stack.enter_async_context(monitor)
        await server.serve([listening])

asyncio.run(main())
"""


@contextmanager
def serving(kind: str) -> Iterator[int]:
    """Serve in a process of its own, that ends with its standard input."""
    command = [sys.executable, "-c", SERVER, kind]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, cwd=ROOT) as process:
        assert process.stdin is not None and process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.stdin.close()


async def asked(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, path: str) -> bytes:
    """Ask once over a connection that stays open."""
    writer.write(f"GET {path} HTTP/1.1\r\nhost: example.org\r\naccept: */*\r\n\r\n".encode())
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    return await reader.readexactly(int(head.partition(b"content-length:")[2].split()[0]))


async def spent(port: int, number: int) -> float:
    """Return the CPU seconds that so many requests cost the server."""
    opened = [await asyncio.open_connection("127.0.0.1", port) for _ in range(CONNECTIONS)]

    async def some(connection: tuple[asyncio.StreamReader, asyncio.StreamWriter]) -> None:
        for _ in range(max(number // CONNECTIONS, 1)):
            await asked(*connection, "/orders/7")

    await asked(*opened[0], "/orders/7")
    begun = float(await asked(*opened[0], "/cpu"))
    await asyncio.gather(*[some(connection) for connection in opened])
    ended = float(await asked(*opened[0], "/cpu"))
    for _, writer in opened:
        writer.close()
    return ended - begun


def served(kind: str) -> Run:
    def run(number: int) -> float:
        with serving(kind) as port:
            return asyncio.run(spent(port, number))

    return run


COMPARISONS = (
    Comparison(
        "a span and records on a route over uvicorn, in all",
        lambda: served("watched"),
        lambda: served("bare"),
        Ratio(1 / 0.95),
        number=1_600,
        turns=7,
    ),
)
