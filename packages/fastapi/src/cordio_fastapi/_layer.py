"""The outermost layer: every request's span, its last resort, and the diagnostic paths."""

from __future__ import annotations

import asyncio
import contextlib

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Receive, Scope, Send

from cordio_core.protocols import Runtime
from cordio_fastapi._exchange import Exchange, joined, method
from cordio_fastapi._healthcheck import Healthcheck
from cordio_fastapi._problem import problem

__all__ = ["Layer"]


class Layer:
    """An ASGI application around another; holds a request's span open until its answer has left.

    Parameters
    ----------
    application : callable
        The ASGI application inside.
    runtime : Runtime
        The started application.
    limit : int
        The most bytes that a request's body may have.
    healthcheck : Healthcheck or None
        Answers its own path; None if the application does.
    """

    def __init__(
        self, application: ASGIApp, runtime: Runtime, limit: int, healthcheck: Healthcheck | None
    ) -> None:
        self._application, self._limit, self._healthcheck = application, limit, healthcheck
        self._runtime, self._monitor = runtime, runtime.monitor
        self._tally = runtime.tally("http")

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
            await self._application(scope, receive, send)
        elif self._healthcheck is not None and self._healthcheck.asked(scope):
            await self._healthcheck(scope, receive, send)
        else:
            headers = joined(scope["headers"])
            with self._monitor.incoming(f"{method(scope)} unmatched", headers=headers) as span:
                exchange = Exchange(scope, receive, send, headers, span, self._limit, self._runtime)
                await self._counted(exchange, scope)

    async def _counted(self, exchange: Exchange, scope: Scope) -> None:
        self._tally.accepted += 1
        try:
            await self._answer(exchange, scope)
        except asyncio.CancelledError:
            self._tally.cancelled += 1
            raise
        except BaseException:
            self._tally.finished += 1
            raise
        self._tally.finished += 1

    async def _answer(self, exchange: Exchange, scope: Scope) -> None:
        try:
            await self._application(scope, exchange.receive, exchange.send)
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

    def _record(self, error: Exception) -> None:
        self._monitor.log.error("an answer failed", error=error)


def _only(error: Exception) -> Exception:
    """Return what a task group of Starlette's wraps."""
    while isinstance(error, ExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    return error
