"""A WebSocket as a handler sees it, whatever library speaks the protocol (RFC 6455)."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from typing import Self

__all__ = ["SocketClosed", "SocketDataError", "WebSocket"]


class SocketClosed(Exception):
    """The connection has ended: nothing comes any more, and nothing can be sent.

    A handler may let it through: the end of a connection is no failure.

    Parameters
    ----------
    code : int
        Why, as the one who closed it says (RFC 6455, section 7.4); 1001 if the service stops, 1005 if
        nothing was said, 1006 if the connection broke.
    reason : str
        The same in words.

    Examples
    --------
    >>> str(SocketClosed(1001, "the service is stopping"))
    'the connection was closed with 1001: the service is stopping'
    """

    def __init__(self, code: int, reason: str = "") -> None:
        super().__init__(code, reason)
        self.code, self.reason = code, reason

    def __str__(self) -> str:
        """Say how it was closed."""
        return f"the connection was closed with {self.code}" + (f": {self.reason}" if self.reason else "")


class SocketDataError(ValueError):
    """A message that is not what the handler asked for; let through, it closes the connection with 1003.

    Parameters
    ----------
    wanted : str
        What the handler asked for.
    found : str
        What came instead, without its contents.

    Examples
    --------
    >>> str(SocketDataError("a text", "bytes"))
    'the message is to be a text, and is bytes'
    """

    def __init__(self, wanted: str, found: str) -> None:
        super().__init__(wanted, found)
        self.wanted, self.found = wanted, found

    def __str__(self) -> str:
        """Say what was wanted, and what came."""
        return f"the message is to be {self.wanted}, and is {self.found}"


class WebSocket(ABC):
    """One connection; open when the handler begins, and closed when it ends.

    ``async for message in socket`` gives the messages as they come, and ends with the connection. Everything
    else raises `SocketClosed` then.

    Examples
    --------
    >>> from cordio_core import App, websocket
    >>> app = App("chat")
    >>> @app.on(websocket("/echo"))
    ... async def echo(socket: WebSocket) -> None:
    ...     async for message in socket:
    ...         await socket.send(message)
    """

    @property
    @abstractmethod
    def subprotocol(self) -> str | None:
        """The subprotocol that both sides speak; None if none was agreed on."""

    @property
    @abstractmethod
    def native(self) -> object:
        """The library's own connection, for what has no equal here."""

    @abstractmethod
    async def receive(self) -> str | bytes:
        """Wait for the next message.

        Returns
        -------
        str or bytes
            The message, as the other side sent it.

        Raises
        ------
        SocketClosed
            If the connection has ended.
        """

    @abstractmethod
    async def send(self, message: str | bytes) -> None:
        """Send a message; waits while the other side reads slower than it is written to.

        Parameters
        ----------
        message : str or bytes
            The message.

        Raises
        ------
        SocketClosed
            If the connection has ended.
        """

    @abstractmethod
    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Close the connection; nothing happens if it is closed already.

        Parameters
        ----------
        code : int
            Why (RFC 6455, section 7.4): 1000, 1001, 1003, 1007 to 1014, or 3000 to 4999.
        reason : str
            The same in words; 123 bytes of UTF-8 at most.

        Raises
        ------
        ValueError
            If the code or the reason cannot be sent.
        """

    async def receive_text(self) -> str:
        """Wait for the next message, which has to be a text.

        Returns
        -------
        str
            The text.

        Raises
        ------
        SocketClosed
            If the connection has ended.
        SocketDataError
            If it is bytes.
        """
        message = await self.receive()
        if not isinstance(message, str):
            raise SocketDataError("a text", "bytes")
        return message

    async def receive_bytes(self) -> bytes:
        """Wait for the next message, which has to be bytes.

        Returns
        -------
        bytes
            The bytes.

        Raises
        ------
        SocketClosed
            If the connection has ended.
        SocketDataError
            If it is a text.
        """
        message = await self.receive()
        if not isinstance(message, bytes):
            raise SocketDataError("bytes", "a text")
        return message

    async def receive_json(self) -> object:
        """Wait for the next message, which has to be JSON (RFC 8259), as a text or as bytes.

        Returns
        -------
        object
            The data.

        Raises
        ------
        SocketClosed
            If the connection has ended.
        SocketDataError
            If it is no JSON.
        """
        message = await self.receive()
        try:
            return json.loads(message)
        except (ValueError, RecursionError) as error:
            raise SocketDataError("JSON", "none") from error

    async def send_json(self, value: object) -> None:
        """Send plain data as a text of JSON.

        Parameters
        ----------
        value : object
            The data.

        Raises
        ------
        SocketClosed
            If the connection has ended.
        TypeError
            If it is no plain data.
        ValueError
            If it holds a number that JSON has not.
        """
        await self.send(json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")))

    def __aiter__(self) -> Self:
        """Iterate over the messages."""
        return self

    async def __anext__(self) -> str | bytes:
        """Wait for the next message; the end of the connection ends the iteration."""
        try:
            return await self.receive()
        except SocketClosed:
            raise StopAsyncIteration from None
