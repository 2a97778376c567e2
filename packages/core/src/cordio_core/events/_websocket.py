"""Connections over WebSocket."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from cordio_core.events._event import Event
from cordio_core.events._http import get

__all__ = ["WebSocketEvent", "websocket"]

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 6455, section 11.3.4, by RFC 9110, section 5.6.2


@dataclass(frozen=True, slots=True)
class WebSocketEvent(Event):
    """A connection that stays open, with messages both ways (RFC 6455).

    Parameters
    ----------
    path : str
        The path with its names in braces: ``/rooms/{room}``.
    subprotocols : tuple of str
        The subprotocols that the handler speaks; the first that the client offers of them is agreed on.
    """

    path: str = "/"
    subprotocols: tuple[str, ...] = ()

    def called(self, handler: Callable[..., object]) -> Callable[..., Awaitable[object]]:
        """Return what is called in a handler's place: whoever holds the connection opens it first."""
        from cordio_core.connections import connected

        return connected(handler)


def websocket(path: str, *, subprotocols: tuple[str, ...] = ()) -> WebSocketEvent:
    """Describe a connection over WebSocket; its handler takes the open connection as a ``WebSocket``.

    Parameters
    ----------
    path : str
        The path with its names in braces.
    subprotocols : tuple of str
        The subprotocols that the handler speaks, the best one first.

    Returns
    -------
    WebSocketEvent
        The event, for ``App.on``.

    Raises
    ------
    ValueError
        If the path is none, or a subprotocol is no name.

    Examples
    --------
    >>> websocket("/rooms/{room}").name
    'WEBSOCKET /rooms/{room}'
    """
    found = get(path)
    if isinstance(subprotocols, str):
        raise ValueError(f"subprotocols= is a tuple: write subprotocols=({subprotocols!r},)")
    for each in subprotocols:
        if not isinstance(each, str) or not _TOKEN.fullmatch(each):
            raise ValueError(f"{each!r} is no name of a subprotocol: write letters, digits, '.' and '-'")
    return WebSocketEvent("http", f"WEBSOCKET {path}", found.names, path, tuple(subprotocols))
