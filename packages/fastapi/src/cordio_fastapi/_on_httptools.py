"""Connections that httptools parses, bounded: it has no bounds itself."""

from __future__ import annotations

from cordio_fastapi._bounds import is_unclear
from cordio_fastapi._watching import Watching

__all__ = ["OnHttptools"]


class OnHttptools(Watching):
    """What is put in front of uvicorn's protocol; the parser tells it where a request is."""

    _awaits_head, _ends, _size = True, 0, 0

    def data_received(self, data: bytes) -> None:
        """Parse, then count and time what has not ended."""
        ends = self._ends
        super().data_received(data)
        if self.transport.is_closing():
            return
        if self._in_body:
            self.await_body()
        elif self._awaits_head:
            if ends == self._ends:  # else the rest of another request came before it
                self._size += len(data)
            if self._size > self.bounds.most:
                self.refuse(431)
            elif self._in_head:
                self.await_head()

    def on_message_begin(self) -> None:
        """Note that a head begins."""
        self._in_head = self._awaits_head = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Let a request pass, whose body follows.

        Raises
        ------
        ValueError
            If it is unclear: told to the parser, which makes it an error of its own, which uvicorn answers.
        """
        if is_unclear(self.parser.get_http_version(), self.headers):
            raise ValueError("the request is unclear")
        self._in_head, self._awaits_head, self._in_body = False, False, True
        self._ends, self._size = self._ends + 1, 0
        self.heard()
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Note that a request has ended."""
        self._awaits_head, self._in_body = True, False
        self.heard()
        super().on_message_complete()

    def handle_websocket_upgrade(self) -> None:
        """Leave the connection to the protocol of WebSocket."""
        super().handle_websocket_upgrade()
        self._awaits_head = self._in_body = False
        self.heard()
