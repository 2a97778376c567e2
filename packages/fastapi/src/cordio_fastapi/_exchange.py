"""One HTTP request and its answer, from the first byte in to the last byte out."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from types import CodeType
from typing import ClassVar

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive, Scope, Send

from cordio_core.protocols import Incoming, Runtime
from cordio_fastapi._farewell import parting
from cordio_fastapi._passage import Passage
from cordio_fastapi._scope import declared, method, path_of

__all__ = ["Dress", "Exchange"]

Dress = Callable[[Scope, Message], None]

_LINGER = 2.0
_MOST_DISCARDED = 2**25


class Exchange(Passage):
    """Watches what comes in and what goes out.

    Parameters
    ----------
    scope : mapping
        The request's ASGI scope; the exchange is found in it again by `of`.
    receive : callable
        Gives the server's next message.
    send : callable
        Takes a message to the server.
    headers : mapping of str to str
        The request's headers, as ``joined`` returns them.
    span : Incoming
        The open span.
    limit : int
        The most bytes that the body may have.
    runtime : Runtime
        The application; once it is not up any more, the answer asks the client to close its connection.
    dress : callable or None
        Completes the start of the answer.
    """

    KEY: ClassVar[str] = "cordio_fastapi.exchange"

    __slots__ = (
        "_dress",
        "_ended",
        "_excess",
        "_limit",
        "_receive",
        "_scope",
        "_send",
        "_taken",
        "body",
        "code",
        "complete",
        "headers",
        "runtime",
        "started",
        "timer",
    )

    def __init__(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        headers: Mapping[str, str],
        span: Incoming,
        limit: int,
        runtime: Runtime,
        dress: Dress | None = None,
    ) -> None:
        self._scope, self._receive, self._send, self._limit = scope, receive, send, limit
        self.runtime, self._dress = runtime, dress
        self.headers, self.span = headers, span
        self.body: bytes | None = None
        self.code: CodeType | None = None
        self.timer: asyncio.Timeout | None = None
        self.started = self.complete = self.named = False
        self._taken, self._ended = 0, False
        self._excess = declared(headers) > limit
        scope[self.KEY] = self

    def refuse_excess(self) -> None:
        """Refuse a body that is too large, or says that it is.

        Raises
        ------
        HTTPException
            With status 413 (RFC 9110, section 15.5.14).
        """
        if self._excess:
            closing = str(self._scope.get("http_version", "")).startswith("1")
            raise HTTPException(
                413,
                f"the body may have {self._limit} bytes at most",
                headers={"connection": "close"} if closing else None,
            )

    async def receive(self) -> Message:
        """Give the server's next message, as long as the body keeps its limit.

        Returns
        -------
        mapping
            The message.
        """
        self.refuse_excess()
        message = await self._take()
        self._excess = self._taken > self._limit
        self.refuse_excess()
        return message

    async def read(self) -> bytes:
        """Read the whole body, once.

        Returns
        -------
        bytes
            The body.

        Raises
        ------
        ClientDisconnect
            If the client leaves before its end.
        """
        if self.body is None:
            message = await self.receive()
            if message["type"] == "http.request" and not message.get("more_body", False):
                self.body = bytes(message.get("body", b""))
            else:
                self.body = b"".join([piece async for piece in self._pieces(message)])
        return self.body

    async def send(self, message: Message) -> None:
        """Pass a message to the server.

        Parameters
        ----------
        message : mapping
            The message.
        """
        if message["type"] == "http.response.start":
            self._begin(message["status"])
            if self._dress is not None:
                self._dress(self._scope, message)
            if self.runtime.phase != "up":
                message = parting(self._scope, message)
        last = message["type"] == "http.response.body" and not message.get("more_body", False)
        if last and self._excess:
            await self._send({**message, "more_body": True})
            await self._linger()
            message = {"type": "http.response.body"}
        await self._send(message)
        self.complete = self.complete or last
        if message.get("more_body"):
            await asyncio.sleep(0)  # a source that never waits would not let its reader's leaving be noticed

    async def _pieces(self, message: Message) -> AsyncIterator[bytes]:
        while message["type"] == "http.request":
            yield message.get("body", b"")
            if not message.get("more_body", False):
                return
            message = await self.receive()
        raise ClientDisconnect

    async def _take(self) -> Message:
        message = await self._receive()
        self._taken += len(message.get("body", b""))
        self._ended = not message.get("more_body", False)
        return message

    async def _linger(self) -> None:
        """Discard the rest of a refused body for a while: a connection closed on it loses the answer."""
        most = self._taken + _MOST_DISCARDED
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LINGER):
                while not self._ended and self._taken < most:
                    await self._take()

    def _begin(self, status: int) -> None:
        if not self.named and (path := path_of(self._scope)) is not None:
            self.found(f"{method(self._scope)} {path}")
        self.started = True
        if self.timer is not None and not self.timer.expired():
            self.timer.reschedule(None)
        self.span.answered(status, at=self.code)
