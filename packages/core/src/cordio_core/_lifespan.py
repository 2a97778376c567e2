"""The lifespan of an application behind a foreign ASGI server (ASGI Lifespan 2.0)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from cordio_core.protocols import Receive, Send

__all__ = ["lifespan"]


async def lifespan(
    opened: Callable[[], AbstractAsyncContextManager[object]], receive: Receive, send: Send
) -> None:
    """Start and stop an application as the server says, and tell it what failed.

    Parameters
    ----------
    opened : callable
        Returns the application's run as an async context manager.
    receive : callable
        Gives the next message of the server.
    send : callable
        Takes a message to the server.
    """
    await receive()
    run = None
    try:
        run = opened()
        await run.__aenter__()
    except Exception as error:
        await send({"type": "lifespan.startup.failed", "message": f"{type(error).__name__}: {error}"})
        return
    await send({"type": "lifespan.startup.complete"})
    await receive()
    try:
        await run.__aexit__(None, None, None)
    except Exception as error:
        await send({"type": "lifespan.shutdown.failed", "message": f"{type(error).__name__}: {error}"})
        return
    await send({"type": "lifespan.shutdown.complete"})
