"""An application on its way down."""

import asyncio
import os
import signal
import threading

from cordio_core import App, Running


def tell(number: signal.Signals = signal.SIGTERM) -> None:
    os.kill(os.getpid(), number)


def running(app: App) -> Running:
    assert app._running is not None
    return app._running


async def refuse_to_end(after: threading.Event | None = None) -> None:
    """Swallow every cancellation."""
    while after is None or not after.is_set():
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            continue
