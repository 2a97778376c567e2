"""One WebSocket connection, from its handshake to its close."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping
from types import CodeType
from typing import ClassVar

from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from cordio_core.protocols import Incoming
from cordio_fastapi._exchange import Dress
from cordio_fastapi._passage import Passage
from cordio_fastapi._problem import problem
from cordio_fastapi._scope import path_of

__all__ = ["Handshake"]

_TOO_BIG, _SWITCHING = 1009, 101  # RFC 6455, section 7.4.1; RFC 9110, section 15.2.2


class Handshake(Passage):
    """Watches what comes in and what goes out; the end of the connection is noticed though nobody receives.

    Parameters
    ----------
    scope : mapping
        The connection's ASGI scope; the handshake is found in it again by `of`.
    receive : callable
        Gives the server's next message.
    send : callable
        Takes a message to the server.
    headers : mapping of str to str
        The headers of the handshake.
    span : Incoming
        The open span.
    limit : int
        The most bytes that a message may have.
    dress : callable or None
        Completes the start of an answer that refuses.

    Attributes
    ----------
    accepted, closed : bool
        Whether it was accepted; whether this side has closed or refused it.
    over : asyncio.Event
        Set once nothing more comes.
    named : bool
        Whether its event was found.
    code : CodeType or None
        The code of the handler that answers.
    timer : asyncio.Timeout or None
        What cancels a handshake that takes too long.
    """

    KEY: ClassVar[str] = "cordio_fastapi.handshake"

    def __init__(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        headers: Mapping[str, str],
        span: Incoming,
        limit: int,
        dress: Dress | None = None,
    ) -> None:
        self._scope, self._receive, self._send, self._limit, self._dress = scope, receive, send, limit, dress
        self.headers, self.span = headers, span
        self.accepted = self.closed = self.named = False
        self.code: CodeType | None = None
        self.over = asyncio.Event()
        self.timer: asyncio.Timeout | None = None
        self._arrived: deque[Message] = deque()
        self._news, self._room = asyncio.Event(), asyncio.Event()
        self._last: Message = {}
        scope[self.KEY] = self

    async def pump(self) -> None:
        """Take the messages, one ahead of who asks for them, until the end."""
        try:
            while not self.over.is_set():
                message = await self._receive()
                if message["type"] == "websocket.disconnect":
                    self.end(message.get("code") or 1005, message.get("reason") or "")
                elif _size(message) > self._limit:
                    await self._refuse_size()
                else:
                    self._arrived.append(message)
                    self._news.set()
                    await self._taken()
        finally:
            self.end(1006, "")  # whatever the server's way to say so

    def end(self, code: int, reason: str) -> None:
        """Let nothing more come; what has come is still given.

        Parameters
        ----------
        code : int
            Why (RFC 6455, section 7.4).
        reason : str
            The same in words.
        """
        if not self.over.is_set():
            self._last = {"type": "websocket.disconnect", "code": code, "reason": reason}
            self.over.set()
            self._news.set()
            self._room.set()

    async def receive(self) -> Message:
        """Give the next message.

        Returns
        -------
        mapping
            The message; once the connection has ended always its end.
        """
        while not self._arrived and not self.over.is_set():
            self._news.clear()
            await self._news.wait()
        if not self._arrived:
            return dict(self._last)
        self._room.set()
        return self._arrived.popleft()

    async def send(self, message: Message) -> None:
        """Pass a message to the server.

        Parameters
        ----------
        message : mapping
            The message.
        """
        kind = message["type"]
        if kind == "websocket.accept":
            self._begin(_SWITCHING)
            self.accepted = True
        elif kind == "websocket.http.response.start":
            self._begin(message["status"])
            self.closed = True
            if self._dress is not None:
                self._dress(self._scope, message)
        elif kind == "websocket.close" and not self.accepted:
            await self.deny(problem(404 if path_of(self._scope) is None else 403))
            return
        elif kind == "websocket.close":
            self.closed = True
        await self._send(message)
        if kind == "websocket.send":
            await asyncio.sleep(0)  # a handler that only sends would keep all others from their turns

    async def deny(self, response: Response) -> None:
        """Refuse the handshake; where the server cannot send an answer, it sends a bare 403.

        Parameters
        ----------
        response : Response
            The answer.
        """
        if "websocket.http.response" in self._scope.get("extensions", {}):
            await response(self._scope, self.receive, self.send)
        else:
            self._begin(response.status_code)
            self.closed = True
            await self._send({"type": "websocket.close", "code": 1008})

    async def close(self, code: int, reason: str = "") -> None:
        """Close the connection, unless that was done.

        Parameters
        ----------
        code : int
            Why (RFC 6455, section 7.4).
        reason : str
            The same in words.
        """
        if self.accepted and not self.closed:
            await self.send({"type": "websocket.close", "code": code, "reason": reason})

    def failed(self, status: int) -> None:
        """Note that the connection came to no good end.

        Parameters
        ----------
        status : int
            What an answer would have had (RFC 9110, section 15).
        """
        self.span.answered(status, at=self.code)

    def _begin(self, status: int) -> None:
        if not self.named and (path := path_of(self._scope)) is not None:
            self.found(f"WEBSOCKET {path}")
        if self.timer is not None and not self.timer.expired():
            self.timer.reschedule(None)
        self.span.answered(status, at=self.code)

    async def _taken(self) -> None:
        while self._arrived and not self.over.is_set():
            self._room.clear()
            await self._room.wait()

    async def _refuse_size(self) -> None:
        reason = f"a message may have {self._limit} bytes at most"
        self.end(_TOO_BIG, reason)
        await self.close(_TOO_BIG, reason)


def _size(message: Message) -> int:
    text = message.get("text")
    return len(message.get("bytes") or b"") if text is None else len(text.encode(errors="surrogatepass"))
