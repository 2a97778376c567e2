"""uvicorn inside the application: its listener, signals and end are ours."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Callable, Iterator, Sequence
from typing import Any, cast

import uvicorn
from starlette.types import ASGIApp

from cordio_core import EntrypointError
from cordio_core.listeners import hold_off, settle, welcome
from cordio_fastapi._bounded import bounded
from cordio_fastapi._bounds import Bounds
from cordio_fastapi._listener import address, remove
from cordio_fastapi._parting import parting_late
from cordio_fastapi._peers import knowing
from cordio_fastapi._stream_settings import WebSocketSettings

__all__ = ["Server"]

_GRACE = 1.0
_LINGER = 0.25  # how long an idle connection may still bring a request that was on its way, in seconds
_TICK = 0.01
_BOUNDS, _SOCKETS = Bounds(), WebSocketSettings()


class Server:
    """Serves an ASGI application at listening sockets; owns the task that does.

    Parameters
    ----------
    application : callable
        The ASGI application.
    listening : sequence of socket.socket
        The sockets; closed with the server.
    failed : callable
        Told if the server ends though nobody stopped it.
    tls : ssl.SSLContext or None
        What speaks TLS at the sockets; nothing unless given.
    bounds : Bounds
        What a request may have while it comes in.
    sockets : WebSocketSettings
        What a WebSocket may have.
    """

    def __init__(
        self,
        application: ASGIApp,
        listening: Sequence[socket.socket],
        failed: Callable[[EntrypointError], None],
        *,
        tls: ssl.SSLContext | None = None,
        bounds: Bounds = _BOUNDS,
        sockets: WebSocketSettings = _SOCKETS,
    ) -> None:
        scheme = "http" if tls is None else "https"
        self.addresses = tuple(address(each, scheme) for each in listening)
        self._listening, self._failed = list(listening), failed
        self._uvicorn = _Uvicorn(_configuration(application, tls, bounds, sockets))
        self._task: asyncio.Task[None] | None = None
        self._stopping = False

    async def start(self) -> None:
        """Begin to accept connections.

        Raises
        ------
        EntrypointError
            If the server ends before it has begun.
        """
        for each in self._listening:
            welcome(each)
        task = asyncio.create_task(self._uvicorn.serve(sockets=self._listening), name="cordio http server")
        task.add_done_callback(self._ended)
        self._task = task
        ready = asyncio.create_task(self._uvicorn.ready.wait())
        try:
            await asyncio.wait({task, ready}, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            await self.stop(0)
            raise
        finally:
            ready.cancel()
        if not self._uvicorn.ready.is_set():
            self._close()
            raise self._died(task)

    async def stop(self, within: float, *, forever: bool = True) -> int:
        """Accept nothing more but what the kernel has accepted, let the requests in flight finish.

        A connection that is idle is closed a quarter of a second after the listener: its client may have sent
        a request before it could know.

        Parameters
        ----------
        within : float
            How long to wait, in seconds; then what is left is cancelled, and cut off if that does not help.
        forever : bool
            Whether no other process goes on with the listening socket.

        Returns
        -------
        int
            How many requests did not end even so.
        """
        self._stopping = True
        try:
            await self._accepted(forever)
            async with asyncio.timeout(within):
                await self._heard()
                self._uvicorn.should_exit = True
                await self._wait(None)
        except TimeoutError:
            pass
        finally:
            self._uvicorn.should_exit = True
            self._close()
            for step in (self._uvicorn.cancel, self._uvicorn.abort, self._kill):
                if self._left():
                    step()
                    await self._wait(_GRACE)
            self._close()
        return sum(not task.done() for task in self._uvicorn.server_state.tasks)

    async def _accepted(self, forever: bool) -> None:
        """Close the listener once the connections that the kernel has accepted for it are taken over."""
        if self._left():
            for each in self._listening if forever else ():
                hold_off(each)
                remove(each)
            await settle(self._listening)
        self._close()

    async def _heard(self) -> None:
        """Leave the connections a moment in which requests that are on their way come in."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LINGER):
                while self._uvicorn.server_state.connections and self._left():
                    await asyncio.sleep(_TICK)

    async def _wait(self, within: float | None) -> None:
        left = self._left()
        if left:
            await asyncio.wait(left, timeout=within)

    def _left(self) -> set[asyncio.Task[None]]:
        """Return what still runs: the server, which waits for requests, and the requests if it died."""
        tasks = set(self._uvicorn.server_state.tasks) | ({self._task} if self._task is not None else set())
        return {task for task in tasks if not task.done()}

    def _close(self) -> None:
        """Close the listener; the event loop has to let go of the socket before it is closed."""
        self._uvicorn.unlisten()
        for each in self._listening:
            each.close()

    def _kill(self) -> None:
        if self._task is not None:
            self._task.cancel()

    def _ended(self, task: asyncio.Task[None]) -> None:
        died = self._died(task)
        if self._uvicorn.ready.is_set() and not self._stopping:
            self._close()
            self._failed(died)

    def _died(self, task: asyncio.Task[None]) -> EntrypointError:
        died = EntrypointError(
            "http", f"the server at {', '.join(self.addresses)} ended by itself", "see the log for why"
        )
        died.__cause__ = None if task.cancelled() else task.exception()
        return died


class _Uvicorn(uvicorn.Server):
    """uvicorn that leaves signals alone and can be ended in steps."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()
        self.servers: list[asyncio.base_events.Server] = []

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take no signal: they belong to the application."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and tell that it has."""
        await super().startup(sockets=sockets)
        self.ready.set()

    def unlisten(self) -> None:
        """Close the listeners; connections stay."""
        for server in self.servers:
            server.close()

    def cancel(self) -> None:
        """Cancel the requests in flight."""
        for task in list(self.server_state.tasks):
            task.cancel()

    def abort(self) -> None:
        """Cut every connection, and wait for nothing more."""
        self.force_exit = True
        self.cancel()
        for connection in list(self.server_state.connections):
            connection.transport.abort()


def _configuration(
    application: ASGIApp, tls: ssl.SSLContext | None, bounds: Bounds, sockets: WebSocketSettings
) -> uvicorn.Config:
    made = uvicorn.Config(
        application,
        interface="asgi3",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        workers=1,
        h11_max_incomplete_event_size=bounds.most,
        ws_max_size=int(sockets.message_limit),
        ws_ping_interval=float(sockets.ping),
        ws_ping_timeout=float(sockets.ping),
    )
    made.load()
    if made.ws_protocol_class is not None:
        made.ws_protocol_class = parting_late(made.ws_protocol_class, sockets.farewell)
    made.http_protocol_class = bounded(cast("type[Any]", made.http_protocol_class), bounds)
    made.ssl = tls  # a live context, whose certificate is renewed; uvicorn's own are made of files once
    if tls is not None and tls.verify_mode is not ssl.CERT_NONE:
        made.http_protocol_class = knowing(made.http_protocol_class)
    return made
