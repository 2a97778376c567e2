"""The connection that a handler gets by the type ``WebSocket`` of the kernel."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from starlette.types import Scope
from starlette.websockets import WebSocket as NativeWebSocket

from cordio_core import SocketClosed, WebSocket
from cordio_fastapi._handshake import Handshake

__all__ = ["Socket"]

_MOST_REASON = 123  # bytes: a control frame has 125, and the code takes two (RFC 6455, section 5.5)
_CODES = frozenset({1000, 1001, 1003, *range(1007, 1015)})
_OWN_CODES = range(3000, 5000)


class Socket(WebSocket):
    """The messages of a `Handshake` that was accepted.

    Parameters
    ----------
    handshake : Handshake
        The connection.
    scope : mapping
        Its ASGI scope.
    """

    def __init__(self, handshake: Handshake, scope: Scope) -> None:
        self._handshake, self._scope = handshake, scope
        self._subprotocol: str | None = None

    @property
    def subprotocol(self) -> str | None:
        """The subprotocol that was agreed on."""
        return self._subprotocol

    @cached_property
    def native(self) -> object:
        """Starlette's connection, to read from; the two share the messages."""
        return NativeWebSocket(self._scope, self._handshake.receive, self._handshake.send)

    async def accept(self, subprotocols: Sequence[str]) -> None:
        """Accept the handshake.

        Parameters
        ----------
        subprotocols : sequence of str
            Those that the handler speaks; the first that the client has offered of them is agreed on.

        Raises
        ------
        SocketClosed
            If the client has left.
        """
        message = await self._handshake.receive()
        if message["type"] == "websocket.disconnect":
            raise SocketClosed(message["code"], message["reason"])
        offered = self._scope.get("subprotocols") or ()
        self._subprotocol = next((each for each in offered if each in subprotocols), None)
        await self._handshake.send(
            {"type": "websocket.accept", "subprotocol": self._subprotocol, "headers": []}
        )

    async def receive(self) -> str | bytes:
        """Wait for the next message."""
        message = await self._handshake.receive()
        if message["type"] == "websocket.disconnect":
            raise SocketClosed(message["code"], message["reason"])
        text = message.get("text")
        return bytes(message["bytes"]) if text is None else str(text)

    async def send(self, message: str | bytes) -> None:
        """Send a message."""
        if self._handshake.closed:
            raise SocketClosed(1000, "closed by this side")
        if not isinstance(message, str | bytes):
            raise TypeError(f"a message is a text or bytes, not {type(message).__name__}: use send_json")
        kind = "text" if isinstance(message, str) else "bytes"
        try:
            await self._handshake.send({"type": "websocket.send", kind: message})
        except OSError as error:  # what ASGI says where the other side has left
            raise SocketClosed(1006) from error

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Close the connection."""
        if code not in _CODES and code not in _OWN_CODES:
            raise ValueError(
                f"the code {code!r} cannot be sent: write 1000, 1001, 1003, 1007 to 1014, or 3000 to 4999"
            )
        if len(reason.encode()) > _MOST_REASON:
            raise ValueError(f"the reason has {len(reason.encode())} bytes: {_MOST_REASON} can be sent")
        try:
            await self._handshake.close(code, reason)
        except OSError:
            return  # the other side was first
