"""Connections that h11 parses, bounded in time and stricter; it bounds the size of a head itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import h11

from cordio_fastapi._bounds import is_unclear
from cordio_fastapi._watching import Watching

if TYPE_CHECKING:
    import asyncio

__all__ = ["OnH11"]


class _Strict(h11.Connection):
    """h11 takes a length beside an encoding, as long as the encoding counts; uvicorn answers 400 to all."""

    status = 400

    def next_event(self) -> Any:  # noqa: ANN401  # as h11's
        try:
            event = super().next_event()
        except h11.RemoteProtocolError as error:
            self.status = error.error_status_hint
            raise
        if isinstance(event, h11.Request) and is_unclear(event.http_version.decode(), event.headers):
            raise h11.RemoteProtocolError("the request is unclear")
        return event


class OnH11(Watching):
    """What is put in front of uvicorn's protocol; the state of the parser says where a request is."""

    conn: _Strict
    _upgraded = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's
        """Parse strictly."""
        self.conn = _Strict(h11.SERVER, self.bounds.most)
        super().connection_made(transport)

    def data_received(self, data: bytes) -> None:
        """Parse, then time what has not ended."""
        super().data_received(data)
        self._look()

    def send_400_response(self, msg: str) -> None:
        """Answer what is no request, with the status that h11 has for it."""
        self.refuse(self.conn.status)

    def on_response_complete(self) -> None:
        """Go on with what the client has sent meanwhile."""
        super().on_response_complete()
        self._look()

    def handle_websocket_upgrade(self, *event: Any) -> None:  # noqa: ANN401  # as uvicorn's
        """Leave the connection to the protocol of WebSocket."""
        super().handle_websocket_upgrade(*event)
        self._upgraded = True
        self.heard()

    def _look(self) -> None:
        if self._upgraded:
            return
        state = self.conn.their_state
        in_body, in_head = state is h11.SEND_BODY, state is h11.IDLE and bool(self.conn.trailing_data[0])
        if in_body != self._in_body or not (in_body or in_head):
            self.heard()
        self._in_body, self._in_head = in_body, in_head
        if self.transport.is_closing():
            return
        if in_body:
            self.await_body()
        elif in_head:
            self.await_head()
