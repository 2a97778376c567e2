"""WebSockets on uvicorn that end as the application says, and not as the server does."""

from __future__ import annotations

import asyncio
from importlib.util import find_spec
from typing import Any

from starlette.types import Message

__all__ = ["parting_late", "speaks"]

_REPLY = 1.0  # how long the other side may take to answer a close while the service stops, in seconds


def parting_late(protocol: type[Any], within: float) -> type[Any]:
    """Make a protocol of uvicorn's leave its connections to the application when the server stops.

    uvicorn closes them with 1012 while their handlers are at work. The application learns of the stop by
    itself, and closes each with 1001 once its handler has ended, or is cancelled with the requests.

    Parameters
    ----------
    protocol : type
        The protocol of WebSockets.
    within : float
        How long the other side may take for what was sent last, in seconds; then the connection is cut, which
        uvicorn would keep for one that never reads.

    Returns
    -------
    type
        A subclass.
    """

    class Parting(protocol):  # type: ignore[misc]  # which of uvicorn's it is shows when it is loaded
        def shutdown(self) -> None:
            """Go on; wait no longer for an answer to the close than the server has time."""
            if getattr(self, "close_sent", False):
                super().shutdown()
            else:
                self.close_timeout = _REPLY

        async def run_asgi(self) -> None:
            """Run the application, and give what it has sent last some time to leave."""
            try:
                await super().run_asgi()
            finally:
                asyncio.get_running_loop().call_later(within, self.transport.abort)

        async def send(self, message: Message) -> None:
            """Send; a refusal completes the handshake too, which uvicorn would take for a failure."""
            await super().send(message)
            if message["type"] == "websocket.http.response.body" and not message.get("more_body", False):
                self.handshake_complete = True

    return Parting


def speaks() -> bool:
    """Tell whether a library is installed by which uvicorn speaks WebSocket.

    Returns
    -------
    bool
        Whether there is one.
    """
    return any(find_spec(name) is not None for name in ("websockets", "wsproto"))
