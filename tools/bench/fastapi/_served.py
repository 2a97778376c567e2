"""Processes that serve: the whole of CorDio, and bare FastAPI on uvicorn, with the same two routes."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tools.parts import ROOT

__all__ = ["BARE", "WHOLE", "Process", "serving"]

_LIMIT = 60.0
_MODELS = """
import sys
from pathlib import Path
from pydantic import BaseModel

class Line(BaseModel):
    text: str
    price: float

class Order(BaseModel):
    sku: str
    amount: int
    lines: list[Line]
"""
WHOLE = f"""{_MODELS}
from cordio import App
from cordio_core import get, post

class Pool: ...
class Prices: ...
class Orders: ...

app = App("orders", root=Path(sys.argv[2]))
for service in (Pool, Prices, Orders):
    app.service(service)

@app.on(get("/orders/{{number}}"))
async def read(number: int, pool: Pool, prices: Prices, orders: Orders) -> dict[str, object]:
    return {{"number": number, "sku": "A-1"}}

@app.on(post("/orders"))
async def place(order: Order, pool: Pool, prices: Prices, orders: Orders) -> Order:
    return order

sys.exit(app.run())
"""
BARE = f"""{_MODELS}
import uvicorn
from fastapi import FastAPI

app = FastAPI()

@app.get("/orders/{{number}}")
async def read(number: int) -> dict[str, object]:
    return {{"number": number, "sku": "A-1"}}

@app.post("/orders")
async def place(order: Order) -> Order:
    return order

uvicorn.run(app, port=int(sys.argv[1]), log_level="warning", access_log=False)
"""
_SETTINGS = "app: {{drain: 0s}}\nhttp: {{port: {port}}}\nlog: {{file: {root}/main.log, format: json}}\n"


@dataclass(frozen=True, slots=True)
class Process:
    """
    A process that serves.

    Parameters
    ----------
    port : int
        Where it listens.
    pid : int
        Its number.
    ready : float
        How long it took from its start to its first 200, in seconds.
    """

    port: int
    pid: int
    ready: float

    def memory(self) -> int:
        """
        Return what it holds.

        Returns
        -------
        int
            Its resident set, in bytes; 0 where the system does not tell.
        """
        with suppress(OSError):
            for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
                if line.startswith("VmRSS:"):
                    return int(line.split()[1]) * 1024
        return 0


@contextmanager
def serving(program: str) -> Iterator[Process]:
    """
    Serve.

    Parameters
    ----------
    program : str
        `WHOLE` or `BARE`.

    Yields
    ------
    Process
        Once it has answered a first request with 200.
    """
    with TemporaryDirectory() as folder, open(os.devnull, "w") as nowhere:
        port = _free_port()
        Path(folder, "etc").mkdir()
        Path(folder, "etc", "main.yaml").write_text(_SETTINGS.format(port=port, root=folder))
        script = Path(folder, "program.py")
        script.write_text(program)
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(ROOT / "build" / "bench" / "compiled")}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        begun = time.perf_counter()
        child = subprocess.Popen(
            [sys.executable, script, str(port), folder],
            env=environment,
            cwd=folder,
            stdout=nowhere,
            stderr=nowhere,
        )
        try:
            _await_first(port, child)
            yield Process(port, child.pid, time.perf_counter() - begun)
        finally:
            child.send_signal(signal.SIGTERM)
            try:
                child.wait(_LIMIT)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


def _await_first(port: int, child: subprocess.Popen[bytes]) -> None:
    request = b"GET /orders/7 HTTP/1.1\r\nhost: bench\r\nconnection: close\r\n\r\n"
    limit = time.perf_counter() + _LIMIT
    while time.perf_counter() < limit and child.poll() is None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5) as found:
            found.sendall(request)
            if found.recv(12) == b"HTTP/1.1 200":
                return
        time.sleep(0.002)
    raise RuntimeError(f"the program does not serve: it ended with {child.poll()}")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])
