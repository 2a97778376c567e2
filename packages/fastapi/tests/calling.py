"""A call of an ASGI application in this process, message by message."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.types import ASGIApp, Message


@dataclass
class Call:
    """One request, and the answer as it was sent."""

    method: str = "GET"
    path: str = "/"
    query: bytes = b""
    headers: Sequence[tuple[bytes, bytes]] = ()
    pieces: Sequence[bytes] = (b"",)
    root: str = ""
    sent: list[Message] = field(default_factory=list)
    taken: int = 0

    @property
    def scope(self) -> dict[str, Any]:
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "method": self.method,
            "scheme": "http",
            "path": self.path,
            "raw_path": self.path.encode(),
            "query_string": self.query,
            "root_path": self.root,
            "headers": [(b"host", b"orders"), *self.headers],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 80),
        }

    async def receive(self) -> Message:
        if self.taken >= len(self.pieces):
            await asyncio.Event().wait()  # the client stays
        self.taken += 1
        body, more = self.pieces[self.taken - 1], self.taken < len(self.pieces)
        return {"type": "http.request", "body": body, "more_body": more}

    async def send(self, message: Message) -> None:
        self.sent.append(message)

    async def of(self, application: ASGIApp) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
        """Return status, headers in their order, and body."""
        self.sent, self.taken = [], 0
        await application(self.scope, self.receive, self.send)
        start, *rest = self.sent
        body = b"".join(message.get("body", b"") for message in rest)
        return start["status"], [(bytes(k), bytes(v)) for k, v in start["headers"]], body
