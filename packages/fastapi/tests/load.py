"""A load of clients that tells what became of each request, and services to put it on."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

LIMIT = 60.0

APPLICATION = """
import asyncio, logging, os, signal, sys
from cordio_core import App, AppSettings, Duration, get
from cordio_fastapi import HttpSettings

logging.basicConfig(level=logging.INFO, stream=sys.stderr)
SETTINGS = {
    "app": AppSettings(drain=Duration(os.environ["DRAIN"]), grace=Duration("10s")),
    "http": HttpSettings(port=0),
}

class Configuring:
    def configuration(self, sections, options):
        return self

    def slice(self, section, model):
        return SETTINGS.get(section) or model()

    def __getitem__(self, key):
        raise KeyError(key)

app = App("orders", configuring=Configuring(), entrypoints=["http"])

@app.on(get("/slow"))
async def slow() -> str:
    await asyncio.sleep(0.2)
    return "done"

@app.on(get("/pid"))
async def pid() -> int:
    return os.getpid()

if __name__ == "__main__":
    sys.exit(app.run(workers=int(os.environ["WORKERS"])) if "WORKERS" in os.environ else app.run())
"""


class Service:
    """A process that serves; what it says is kept."""

    def __init__(
        self, command: Sequence[str], folder: Path, port: int = 0, *, drain: str = "0", workers: int = 0
    ) -> None:
        (folder / "service.py").write_text(APPLICATION)
        self.said: list[str] = []
        self.port = port
        self._heard = threading.Condition()
        self._process = subprocess.Popen(
            [sys.executable, *command],
            cwd=folder,
            env={**os.environ, "DRAIN": drain, **({"WORKERS": str(workers)} if workers else {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)

    def __enter__(self) -> Self:
        self._reader.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait(LIMIT)
        self._reader.join(LIMIT)
        assert self._process.stderr is not None
        self._process.stderr.close()

    def _read(self) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            with self._heard:
                self.said.append(line)
                self._heard.notify_all()

    @property
    def pid(self) -> int:
        return self._process.pid

    def line(self, pattern: str) -> str:
        """Wait for a line."""
        with self._heard:
            assert self._heard.wait_for(lambda: re.search(pattern, "".join(self.said)), LIMIT), self.said
            return next(line for line in self.said if re.search(pattern, line))

    def address(self) -> tuple[str, int]:
        """Wait until it is ready, and return where."""
        if not self.port:
            self.port = int(
                self.line(r"ready at='http://127\.0\.0\.1:\d+'").split("127.0.0.1:")[1].split("'")[0]
            )
        return "127.0.0.1", self.port

    def tell(self, number: signal.Signals = signal.SIGTERM) -> None:
        self._process.send_signal(number)

    def ended(self) -> int:
        return self._process.wait(LIMIT)

    @property
    def has_ended(self) -> bool:
        return self._process.poll() is not None


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


class Connection:
    """One connection of a client."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self.asked = 0

    @classmethod
    async def open(cls, address: tuple[str, int]) -> Connection:
        return cls(*await asyncio.open_connection(*address))

    async def get(self, path: str) -> tuple[int, bytes, bool]:
        """Return the status, the body, and whether the connection stays."""
        self.asked += 1
        self._writer.write(f"GET {path} HTTP/1.1\r\nhost: orders\r\n\r\n".encode())
        head = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        length = re.search(rb"content-length: (\d+)", head)
        body = await self._reader.readexactly(int(length[1]) if length else 0)
        return int(head.split()[1]), body, b"connection: close" not in head

    def close(self) -> None:
        self._writer.transport.abort()


class Load:
    """Clients that ask again and again until nobody listens any more.

    Attributes
    ----------
    counts : Counter
        ``ok``; ``cut`` for a request on a kept-alive connection that got no answer; ``dropped`` for one on a
        fresh connection that had been accepted; ``refused`` for a connection that was not.
    """

    def __init__(self, address: tuple[str, int]) -> None:
        self._address = address
        self.counts: Counter[str] = Counter()
        self.begun = asyncio.Event()
        self.troubles: list[str] = []

    async def run(self, *, kept: int, fresh: int) -> None:
        async with asyncio.TaskGroup() as group:
            for number in range(kept + fresh):
                group.create_task(self._client(number < kept))

    async def _client(self, keeps: bool) -> None:
        while True:
            try:
                connection = await Connection.open(self._address)
            except OSError:
                self.counts["refused"] += 1
                return
            try:
                await self._asked(connection, keeps)
            finally:
                connection.close()

    async def _asked(self, connection: Connection, keeps: bool) -> None:
        stays = True
        while stays:
            try:
                status, _, stays = await connection.get("/slow")
            except (OSError, EOFError) as error:
                self.counts["cut" if connection.asked > 1 else "dropped"] += 1
                self.troubles.append(repr(error))
                return
            self.counts["ok" if status == 200 else str(status)] += 1
            self.begun.set()
            stays = stays and keeps


class Balancer:
    """Asks for readiness again and again; takes the service out a while after it says no."""

    def __init__(self, address: tuple[str, int], propagation: float) -> None:
        self._address, self._propagation = address, propagation
        self.counts: Counter[str] = Counter()
        self.begun = asyncio.Event()
        self._is_in = True

    async def run(self, clients: int) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self._poll())
            for _ in range(clients):
                group.create_task(self._client())

    async def _poll(self) -> None:
        failures = 0
        while failures < 2:
            status = await self._status("/healthcheck")
            failures = 0 if status == 200 else failures + (2 if status == 503 else 1)
            await asyncio.sleep(0.1)
        await asyncio.sleep(self._propagation)
        self._is_in = False

    async def _client(self) -> None:
        while self._is_in:
            status = await self._status("/slow")
            self.counts["ok" if status == 200 else "failed"] += 1
            self.begun.set()
            if not status:
                await asyncio.sleep(0.02)

    async def _status(self, path: str) -> int:
        try:
            connection = await Connection.open(self._address)
        except OSError:
            return 0
        try:
            return (await connection.get(path))[0]
        except (OSError, EOFError):
            return 0
        finally:
            connection.close()
