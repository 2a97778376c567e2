"""A client of an application's HTTP service that needs no socket."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, MutableMapping
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from cordio_core._exceptions import CoreError
from cordio_core.protocols import Receive, Scope, Send
from cordio_core.testing._sources import Calls

if TYPE_CHECKING:
    import httpx

__all__ = ["client"]

Asgi = Callable[[Scope, Receive, Send], Coroutine[Any, Any, None]]


def client(asgi: Asgi, lifespan: MutableMapping[str, Any], calls: Calls) -> httpx.AsyncClient:
    """Make the client.

    Parameters
    ----------
    asgi : callable
        The entrypoint of HTTP, as an ASGI application.
    lifespan : mapping
        The state of the lifespan; each request gets a shallow copy (ASGI Lifespan 2.0, "Lifespan State").
    calls : Calls
        What a stop waits for.

    Returns
    -------
    httpx.AsyncClient
        The client; what the application raises past its answers is raised in the test.

    Raises
    ------
    CoreError
        If httpx is not installed.
    """
    if find_spec("httpx") is None:
        raise CoreError("t.http is a client of httpx, which is not installed: pip install httpx")
    import httpx

    async def served(scope: Scope, receive: Receive, send: Send) -> None:
        scope["state"] = dict(lifespan)
        await calls.run(asgi(scope, receive, send), f"{scope['method']} {scope['path']}")

    return httpx.AsyncClient(transport=httpx.ASGITransport(served), base_url="http://testserver")
