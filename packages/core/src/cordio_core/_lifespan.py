"""The lifespan of an application behind a foreign ASGI server (ASGI Lifespan 2.0)."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from cordio_core._deferral import Deferral
from cordio_core._endings import Stopped
from cordio_core._failure import Failure
from cordio_core._running import Running
from cordio_core.listeners import found, hold_off, settle, welcome
from cordio_core.protocols import Receive, Send

__all__ = ["lifespan"]

# How often to look whether the server has set signal handlers, in seconds: the first times, and later.
_SOON, _EARLY, _LATER = 0.05, 20, 1.0
_LINGER = 0.25  # how long a connection may bring the request for which it was opened, in seconds
_HELD, _TICK = 2.0, 0.01  # how long to hold off new connections until the server has closed its listener


async def lifespan(opened: Callable[[], Running], receive: Receive, send: Send) -> None:
    """Start and stop an application as the server says, and tell it what failed.

    A signal that the server handles is heard first: the application drains, and hands it on after that. A part
    that fails makes the server stop by the same way. A server that cancels it stops the application too.

    Parameters
    ----------
    opened : callable
        Returns the application's run.
    receive : callable
        Gives the next message of the server.
    send : callable
        Takes a message to the server.
    """
    phase, is_left_alone = "startup", False
    try:
        if await _next(receive, "startup", "shutdown") == "startup":
            run = opened()
            with _started(run) as deferral:
                async with run:
                    phase = "shutdown"
                    await send({"type": "lifespan.startup.complete"})
                    is_left_alone = not await _served(run, receive, deferral)
    except Exception as error:  # the server is told, whatever it was (ASGI 3.0, lifespan)
        await send({"type": f"lifespan.{phase}.failed", "message": Failure(error).text})
    else:
        if is_left_alone:
            signal.raise_signal(signal.SIGTERM)
        await send({"type": "lifespan.shutdown.complete"})


@contextmanager
def _started(run: Running) -> Iterator[Deferral]:
    """Hear signals from the start on; one that ends the start is the server's too."""
    deferral = Deferral(run.stop)
    deferral.take()
    try:
        yield deferral
    except Stopped:
        if deferral.has_heard:
            deferral.hand_on()
        raise
    finally:
        deferral.give_back()


async def _served(run: Running, receive: Receive, deferral: Deferral) -> bool:
    """Wait until the application is to stop; tell whether that is the server's wish by now."""

    def hurry(done: asyncio.Task[str]) -> None:
        """Drain no longer: the server accepts nobody any more."""
        if not done.cancelled():
            run.stop()

    told = asyncio.create_task(_next(receive, "shutdown"))
    ended = asyncio.create_task(run.ended.wait())
    taking = asyncio.create_task(_take(deferral))
    try:
        await asyncio.wait({told, ended}, return_when=asyncio.FIRST_COMPLETED)
        if not told.done():
            told.add_done_callback(hurry)
            await run.drain()
            told.remove_done_callback(hurry)
            if not told.done():
                if not deferral.has_taken:
                    return False
                await _hand_on(deferral)
        await told
        return True
    finally:
        deferral.give_back()
        for task in (told, ended, taking):
            task.cancel()


async def _hand_on(deferral: Deferral) -> None:
    """Let the server have its signal, once what its listeners have accepted is known to it.

    Other processes may share these sockets, and go on with them: they are held off for a moment only.
    """
    with found() as listening:
        try:
            for each in listening.values():
                hold_off(each)
            await settle(list(listening.values()))
            await asyncio.sleep(_LINGER)
            deferral.hand_on()
            async with asyncio.timeout(_HELD):
                while any(_is_open(number, each) for number, each in listening.items()):
                    await asyncio.sleep(_TICK)
        except TimeoutError:
            pass
        finally:
            for each in listening.values():
                welcome(each)


def _is_open(descriptor: int, listening: socket.socket) -> bool:
    """Tell whether the server still has a listener open."""
    try:
        return os.path.sameopenfile(descriptor, listening.fileno())
    except OSError:
        return False


async def _take(deferral: Deferral) -> None:
    """Take the signals again and again: some servers set their handlers only after the start."""
    looks = 0
    while True:
        deferral.take()
        looks += 1
        await asyncio.sleep(_SOON if looks < _EARLY else _LATER)


async def _next(receive: Receive, *wanted: str) -> str:
    """Wait for one of some messages; others are none of ours (ASGI: unknown ones are to be ignored)."""
    while True:
        kind = str((await receive())["type"]).removeprefix("lifespan.")
        if kind in wanted:
            return kind
