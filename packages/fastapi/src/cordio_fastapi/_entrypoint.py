"""The entrypoint of HTTP requests."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

from cordio_core import EntrypointError, Plan
from cordio_core.protocols import Configuration, Receive, Runtime, Scope, Send
from cordio_fastapi._settings import HttpSettings
from cordio_fastapi._way import Way

if TYPE_CHECKING:
    import socket

    from fastapi import FastAPI
    from starlette.routing import BaseRoute

    from cordio_fastapi._healthcheck import Healthcheck
    from cordio_fastapi._layer import Layer
    from cordio_fastapi._server import Server

__all__ = ["HttpEntrypoint"]


class HttpEntrypoint:
    """Serves the handlers of ``get``, ``post``, ``put``, ``patch`` and ``delete``.

    Examples
    --------
    >>> HttpEntrypoint().kind
    'http'
    """

    kind = "http"
    sections: Mapping[str, type] = MappingProxyType({"http": HttpSettings})

    def __init__(self) -> None:
        self._layer: Layer | None = None
        self._server: Server | None = None
        self._listening: socket.socket | None = None
        self._runtime: Runtime | None = None
        self._pages: list[BaseRoute] = []

    @functools.cached_property
    def fastapi(self) -> FastAPI:
        """The FastAPI application: routers, middlewares and mounts of others find their place on it."""
        from cordio_fastapi._application import application

        return application()

    @property
    def addresses(self) -> Sequence[str]:
        """The URLs it listens at; empty before the start.

        Returns
        -------
        sequence of str
            The URLs.
        """
        return () if self._server is None else (self._server.address,)

    @property
    def ways(self) -> Sequence[Way]:
        """Which way the requests for each handler take: past FastAPI, or through it and why.

        Returns
        -------
        sequence of Way
            In the order of the routes.
        """
        from cordio_fastapi._fast import ways

        return ways(self.fastapi)

    def attach(self, plans: Sequence[Plan], /) -> None:
        """Take plans to run, each as a route.

        Parameters
        ----------
        plans : sequence of Plan
            Plans of HTTP events.

        Raises
        ------
        CoreError
            If a plan cannot be a route; all of them are told in one error.
        """
        from cordio_fastapi._application import add

        add(self.fastapi, plans)

    def bind(self, runtime: Runtime, /) -> None:
        """Make `asgi` ready, without a listener.

        Parameters
        ----------
        runtime : Runtime
            The started application.
        """
        from cordio_fastapi._layer import Layer

        settings = runtime.configuration.slice("http", HttpSettings)
        self._present(runtime.name, settings.docs)
        self._layer = Layer(self.fastapi, runtime, settings, self._healthcheck(runtime))

    async def listen(self, configuration: Configuration, /) -> None:
        """Open the listening socket ahead of the start, for several processes to share.

        Parameters
        ----------
        configuration : Configuration
            The values in force.

        Raises
        ------
        EntrypointError
            If it cannot listen at its address.
        """
        from cordio_fastapi._listener import listener

        settings = configuration.slice("http", HttpSettings)
        self._listening = await listener(settings.host, settings.port)

    def unlisten(self) -> None:
        """Close this process's hold on the listening socket that was opened ahead."""
        listening, self._listening = self._listening, None
        if listening is not None:
            listening.close()

    async def start(self, runtime: Runtime, /) -> None:
        """Listen, and serve.

        Parameters
        ----------
        runtime : Runtime
            The started application.

        Raises
        ------
        EntrypointError
            If it cannot listen at its address, or is started already.
        """
        from cordio_fastapi._server import Server

        if self._server is not None:
            raise EntrypointError("http", f"is started already, at {self._server.address}", "stop it first")
        self.bind(runtime)
        self._runtime = runtime
        if self._listening is None:
            await self.listen(runtime.configuration)
        listening, self._listening = self._listening, None
        assert listening is not None  # `listen` has opened it, or raised
        self._server = Server(self.asgi, listening, runtime.fail)
        await self._server.start()

    async def stop(self, within: float, /) -> None:
        """Accept nothing more and finish what was accepted.

        Parameters
        ----------
        within : float
            How long that may take, in seconds; then what is left is cancelled.

        Raises
        ------
        EntrypointError
            If requests run on though they were cancelled.
        """
        server, self._server = self._server, None
        runtime, self._runtime = self._runtime, None
        forever = runtime is None or runtime.was_told
        left = await server.stop(within, forever=forever) if server is not None else 0
        self._layer = None
        if left:
            raise EntrypointError(
                "http", f"{left} requests run on though they were cancelled", "let CancelledError through"
            )

    async def asgi(self, scope: Scope, receive: Receive, send: Send, /) -> None:
        """Serve one connection (ASGI 3.0, HTTP and WebSocket); for any ASGI server.

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
        EntrypointError
            If it is neither bound nor started.
        """
        if self._layer is None:
            raise EntrypointError("http", "got a request before it was started", "call bind(runtime) first")
        await self._layer(scope, receive, send)

    def _present(self, title: str, docs: bool) -> None:
        from cordio_fastapi._application import name, pages

        for route in self._pages:
            self.fastapi.router.routes.remove(route)
        name(self.fastapi, title)
        self._pages = pages(self.fastapi) if docs else []

    def _healthcheck(self, runtime: Runtime) -> Healthcheck | None:
        from cordio_fastapi._application import has
        from cordio_fastapi._healthcheck import Healthcheck

        own = has(self.fastapi, "GET", Healthcheck.path)
        return None if own else Healthcheck(runtime)
