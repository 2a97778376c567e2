"""The outermost layer of WebSockets: spans, refusals, the end of connections, and the last resort."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Any

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketDisconnect

from cordio_core import SocketClosed
from cordio_core.protocols import Runtime
from cordio_fastapi._dress import Gate
from cordio_fastapi._exchange import Dress
from cordio_fastapi._handshake import Handshake
from cordio_fastapi._problem import problem
from cordio_fastapi._scope import joined
from cordio_fastapi._settings import HttpSettings

__all__ = ["Sockets"]

_RETRY_AFTER = "1"  # in seconds (RFC 9110, section 10.2.3)
_NORMAL, _GOING_AWAY, _FAILED = 1000, 1001, 1011  # RFC 6455, section 7.4.1
_TELLING = 1.0  # how long it may take to tell the other side that it is over, in seconds
_STOPS = "the service is stopping"


class Sockets:
    """An ASGI application around FastAPI's, for WebSockets alone.

    Parameters
    ----------
    application : callable
        The application inside.
    runtime : Runtime
        The started application.
    settings : HttpSettings
        What a connection may have.
    gates : sequence of callable
        Each may refuse a handshake.
    dress : callable or None
        Completes the start of an answer that refuses.

    Attributes
    ----------
    open : int
        How many connections there are.
    """

    def __init__(
        self,
        application: ASGIApp,
        runtime: Runtime,
        settings: HttpSettings,
        gates: Sequence[Gate],
        dress: Dress | None,
    ) -> None:
        self._application, self._runtime, self._settings = application, runtime, settings
        self._gates, self._dress = gates, dress
        self._tally = runtime.tally("http")
        self.open = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection.

        Parameters
        ----------
        scope : mapping
            The connection.
        receive : callable
            Gives the server's next message.
        send : callable
            Takes a message to the server.

        Raises
        ------
        CancelledError
            If it is cancelled; the other side has been told.
        """
        headers = joined(scope["headers"])
        limit = int(self._settings.websocket.message_limit)
        with self._runtime.monitor.incoming("WEBSOCKET unmatched", headers=headers) as span:
            handshake = Handshake(scope, receive, send, headers, span, limit, self._dress)
            self.open += 1
            try:
                with self._tally:
                    await self._answer(handshake, scope)
            finally:
                self.open -= 1

    async def _answer(self, handshake: Handshake, scope: Scope) -> None:
        try:
            if (refusal := self._refusal(scope)) is None:
                await self._held(handshake, scope)
            else:
                await handshake.deny(refusal)
        except asyncio.CancelledError:
            await self._ended(handshake, _GOING_AWAY)
            raise
        except (SocketClosed, WebSocketDisconnect):
            return  # the other side has left, which is no failure
        except Exception as error:  # of a handler or the application: recorded, it ends the connection
            self._runtime.monitor.log.error("a connection failed", error=error)
            handshake.failed(500)
            await self._ended(handshake, _FAILED)
        else:
            await self._ended(handshake, _GOING_AWAY if self._runtime.stopping.is_set() else _NORMAL)

    async def _held(self, handshake: Handshake, scope: Scope) -> None:
        """Run the application, and two tasks beside it that notice the end of the connection."""
        work = asyncio.create_task(self._timed(handshake, scope), name="cordio websocket")
        pump = asyncio.create_task(handshake.pump(), name="cordio websocket messages")
        told = asyncio.create_task(self._told(handshake), name="cordio websocket end")
        over = asyncio.create_task(handshake.over.wait(), name="cordio websocket over")
        try:
            await asyncio.wait({work, over}, return_when=asyncio.FIRST_COMPLETED)
            if not work.done():
                await asyncio.wait({work}, timeout=float(self._settings.websocket.farewell))
        finally:
            await _cancelled(work, pump, told, over)
        if not work.cancelled():
            work.result()

    async def _told(self, handshake: Handshake) -> None:
        await self._runtime.stopping.wait()
        handshake.end(_GOING_AWAY, _STOPS)

    async def _timed(self, handshake: Handshake, scope: Scope) -> None:
        limit = self._settings.time_limit
        if limit is None:
            await self._application(scope, handshake.receive, handshake.send)
            return
        try:
            async with asyncio.timeout(limit) as handshake.timer:
                await self._application(scope, handshake.receive, handshake.send)
        except TimeoutError:
            if handshake.accepted or handshake.timer is None or not handshake.timer.expired():
                raise
            await handshake.deny(problem(503, f"no answer within {limit:g} s"))

    async def _ended(self, handshake: Handshake, code: int) -> None:
        """End what nobody has ended; the other side may have left, and then there is nobody to tell."""
        # OSError and RuntimeError are servers' words for a closed one, TimeoutError that it does not read.
        with contextlib.suppress(OSError, RuntimeError, TimeoutError):
            async with asyncio.timeout(_TELLING):
                if handshake.accepted:
                    await handshake.close(code, _STOPS if code == _GOING_AWAY else "")
                elif not handshake.closed:
                    await handshake.deny(problem(500) if code == _FAILED else problem(503, _STOPS))

    def _refusal(self, scope: Scope) -> Response | None:
        settings = self._settings
        most = settings.websocket.connections
        if most is not None and self.open > most:
            return problem(503, "too many connections are open", headers={"retry-after": _RETRY_AFTER})
        if sum([len(name) + len(value) for name, value in scope["headers"]]) > settings.header_limit:
            return problem(431, f"the headers may have {int(settings.header_limit)} bytes together")
        return next((answer for gate in self._gates if (answer := gate(scope)) is not None), None)


async def _cancelled(*tasks: asyncio.Task[Any]) -> None:
    """Cancel tasks and wait for them, whatever they raise; that is asked for afterwards."""
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
