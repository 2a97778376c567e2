"""The outermost layer: every request's span, its last resort, and the diagnostic paths."""

from __future__ import annotations

import asyncio
import contextlib

from fastapi import FastAPI
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from cordio_core.protocols import Runtime
from cordio_fastapi._cors import Cors
from cordio_fastapi._dress import Gate, dress, gates
from cordio_fastapi._exchange import Exchange
from cordio_fastapi._fast import Fast
from cordio_fastapi._origins import Origins
from cordio_fastapi._problem import problem
from cordio_fastapi._proxies import Proxies
from cordio_fastapi._scope import joined, method
from cordio_fastapi._settings import HttpSettings
from cordio_fastapi._sockets import Sockets
from cordio_fastapi.diagnostics._diagnostics import Diagnostics

__all__ = ["Layer"]

_RETRY_AFTER = "1"  # in seconds (RFC 9110, section 10.2.3)


class Layer:
    """An ASGI application around FastAPI's; holds a request's span open until its answer has left.

    Parameters
    ----------
    application : FastAPI
        The application inside.
    runtime : Runtime
        The started application.
    settings : HttpSettings
        What a request may have: of body, headers, time and company.
    diagnostics : Diagnostics or None
        Answers the diagnostic paths; None if there are none.
    """

    def __init__(
        self, application: FastAPI, runtime: Runtime, settings: HttpSettings, diagnostics: Diagnostics | None
    ) -> None:
        self._application, self._settings, self._diagnostics = application, settings, diagnostics
        self._fast = Fast(application)
        self._runtime, self._monitor = runtime, runtime.monitor
        self._tally = runtime.tally("http")
        cors = Cors(settings.cors) if settings.cors.origins else None
        self._gates, self._dress = gates(settings, cors), dress(settings, cors)
        doors: tuple[Gate, ...] = (*gates(settings), Origins(settings.websocket.origins))
        self._sockets = Sockets(application, runtime, settings, doors, self._dress)
        self._proxies = Proxies(settings.proxies) if settings.proxies.trusted else None

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
        """
        self._runtime.recall()
        if scope["type"] != "http":
            self._resolve(scope)
            await (self._sockets if scope["type"] == "websocket" else self._application)(scope, receive, send)
        elif self._diagnostics is not None and self._diagnostics.asked(scope):
            await self._diagnostics(scope, receive, send)
        else:
            self._resolve(scope)
            headers = joined(scope["headers"])
            with self._monitor.incoming(f"{method(scope)} unmatched", headers=headers) as span:
                exchange = Exchange(
                    *(scope, receive, send, headers, span, self._settings.body_limit),
                    *(self._runtime, self._dress),
                )
                with self._tally:
                    await self._answer(exchange, scope)

    def _resolve(self, scope: Scope) -> None:
        if self._proxies is not None:
            self._proxies.resolve(scope)

    async def _answer(self, exchange: Exchange, scope: Scope) -> None:
        try:
            if (refusal := self._refusal(scope)) is not None:
                await refusal(scope, exchange.receive, exchange.send)
            elif self._settings.time_limit is None:
                await self._inside(exchange, scope)
            else:
                await self._timed(exchange, scope, self._settings.time_limit)
        except asyncio.CancelledError:
            if not exchange.started:
                with contextlib.suppress(Exception):
                    await problem(503, "the service is stopping")(scope, exchange.receive, exchange.send)
            raise
        except Exception as raised:
            error = _only(raised)
            if isinstance(error, ClientDisconnect):
                return
            self._record(error)
            if not exchange.complete:
                raise

    async def _inside(self, exchange: Exchange, scope: Scope) -> None:
        found = self._fast.find(scope)
        if found is not None:
            await self._fast.serve(exchange, scope, found)
        else:
            await self._application(scope, exchange.receive, exchange.send)

    async def _timed(self, exchange: Exchange, scope: Scope, limit: float) -> None:
        """Cancel a request whose answer has not begun in time; one that has may take as long as it wants."""
        try:
            async with asyncio.timeout(limit) as exchange.timer:
                await self._inside(exchange, scope)
        except TimeoutError:
            if exchange.started or exchange.timer is None or not exchange.timer.expired():
                raise
            late = problem(503, f"no answer within {limit:g} s")
            await late(scope, exchange.receive, exchange.send)

    def _refusal(self, scope: Scope) -> Response | None:
        """Return the answer to a request that is one too many, or whose headers are too large."""
        settings, tally = self._settings, self._tally
        busy = tally.accepted - tally.finished - tally.cancelled - self._sockets.open
        if settings.concurrency is not None and busy > settings.concurrency:
            return problem(503, "too many requests are under way", headers={"retry-after": _RETRY_AFTER})
        if sum([len(name) + len(value) for name, value in scope["headers"]]) > settings.header_limit:
            detail = f"the headers may have {int(settings.header_limit)} bytes together"
            return problem(431, detail)
        return next((answer for gate in self._gates if (answer := gate(scope)) is not None), None)

    def _record(self, error: Exception) -> None:
        self._monitor.log.error("an answer failed", error=error)


def _only(error: Exception) -> Exception:
    """Return what a task group of Starlette's wraps."""
    while isinstance(error, ExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    return error
