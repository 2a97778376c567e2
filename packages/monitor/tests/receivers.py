"""Receivers on loopback for tests."""

from __future__ import annotations

import gzip
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Condition, Thread
from typing import Any

LIMIT = 20.0


class Http:
    """A server that keeps what it gets, and answers as it is told."""

    def __init__(self, host: str = "127.0.0.1", port: int = 0) -> None:
        self.requests: list[tuple[str, dict[str, str], bytes]] = []
        self.answers: list[tuple[int, dict[str, str]]] = []
        self.changed = Condition()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.headers.get("Content-Encoding") == "gzip":
                    body = gzip.decompress(body)
                headers = {name.lower(): value for name, value in self.headers.items()}
                with receiver.changed:
                    status, extra = receiver.answers.pop(0) if receiver.answers else (200, {})
                    if status < 300:
                        receiver.requests.append((self.path, headers, body))
                    receiver.changed.notify_all()
                self.send_response(status)
                for name, value in extra.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None: ...

        self.server = ThreadingHTTPServer((host, port), Handler)
        self.url = f"http://{host}:{self.server.server_port}"

    def wait_for(self, number: int) -> None:
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.requests) >= number, LIMIT)


@contextmanager
def http(receiver: Http | None = None) -> Iterator[Http]:
    receiver = receiver or Http()
    thread = Thread(target=receiver.server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield receiver
    finally:
        receiver.server.shutdown()
        receiver.server.server_close()
        thread.join(LIMIT)


@contextmanager
def silent() -> Iterator[str]:
    """A server that accepts and never answers."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


@contextmanager
def udp() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(LIMIT)
        yield receiver


def envelopes(receiver: Http) -> list[dict[str, Any]]:
    """Return the events in the envelopes that a receiver has got."""
    events: list[dict[str, Any]] = []
    for _, _, body in receiver.requests:
        lines = body.split(b"\n")
        assert "event_id" in json.loads(lines[0]) and json.loads(lines[1])["type"] == "event"
        events.append(json.loads(lines[2]))
    return events
