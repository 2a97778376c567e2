"""Streams of events over HTTP."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from cordio_core.events._http import HttpEvent, get

__all__ = ["SseEvent", "sse"]


@dataclass(frozen=True, slots=True)
class SseEvent(HttpEvent):
    """A GET request that is answered by a stream of events (HTML Living Standard, section 9.2)."""

    def called(self, handler: Callable[..., object]) -> Callable[..., Awaitable[object]]:
        """Return what is called in a handler's place: whoever holds the connection sends what it yields."""
        from cordio_core.connections import streamed

        return streamed(handler)


def sse(path: str) -> SseEvent:
    """Describe a stream of server-sent events; its handler is an async generator that yields them.

    Parameters
    ----------
    path : str
        The path with its names in braces.

    Returns
    -------
    SseEvent
        The event, for ``App.on``.

    Raises
    ------
    ValueError
        If the path is none.

    Examples
    --------
    >>> sse("/orders/{order_id}/events").name
    'GET /orders/{order_id}/events'
    """
    found = get(path)
    return SseEvent("http", found.name, found.names, found.method, path)
