"""The lifespan of an application behind a foreign ASGI server (ASGI Lifespan 2.0)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from cordio_core._failure import Failure
from cordio_core.protocols import Receive, Send

__all__ = ["lifespan"]


async def lifespan(
    opened: Callable[[], AbstractAsyncContextManager[object]], receive: Receive, send: Send
) -> None:
    """Start and stop an application as the server says, and tell it what failed.

    A server that cancels it stops the application too.

    Parameters
    ----------
    opened : callable
        Returns the application's run as an async context manager.
    receive : callable
        Gives the next message of the server.
    send : callable
        Takes a message to the server.
    """
    phase = "startup"
    try:
        if await _next(receive, "startup", "shutdown") == "startup":
            async with opened():
                phase = "shutdown"
                await send({"type": "lifespan.startup.complete"})
                await _next(receive, "shutdown")
    except Exception as error:
        await send({"type": f"lifespan.{phase}.failed", "message": Failure(error).text})
    else:
        await send({"type": "lifespan.shutdown.complete"})


async def _next(receive: Receive, *wanted: str) -> str:
    """Wait for one of some messages; others are none of ours (ASGI: unknown ones are to be ignored)."""
    while True:
        kind = str((await receive())["type"]).removeprefix("lifespan.")
        if kind in wanted:
            return kind
