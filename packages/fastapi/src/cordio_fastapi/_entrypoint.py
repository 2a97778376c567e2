"""The entrypoint of HTTP requests."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

from cordio_core import EntrypointError, Equipment, Plan
from cordio_core.protocols import Configuration, Receive, Runtime, Scope, Send
from cordio_core.tls import TlsSettings
from cordio_fastapi._presentation import Presentation
from cordio_fastapi._serving import Serving
from cordio_fastapi._settings import HttpSettings
from cordio_fastapi._way import Way
from cordio_fastapi.diagnostics._management import Management

if TYPE_CHECKING:
    from fastapi import FastAPI

    from cordio_fastapi._layer import Layer

__all__ = ["HttpEntrypoint"]


class HttpEntrypoint:
    """Serves the handlers of ``get``, ``post``, ``put``, ``patch`` and ``delete``.

    Examples
    --------
    >>> HttpEntrypoint().kind
    'http'
    """

    kind = "http"
    sections: Mapping[str, type] = MappingProxyType({"http": HttpSettings, "tls": TlsSettings})

    def __init__(self) -> None:
        self._layer: Layer | None = None
        self._presentation = Presentation(lambda: self.fastapi)
        self._management = Management(lambda: self.checks)
        self._serving = Serving(self.asgi, self._management)

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
        return self._serving.addresses

    @property
    def checks(self) -> Mapping[str, Callable[[], Awaitable[None]]]:
        """What tells of its own health, by name: ``tls``, where it speaks TLS.

        Returns
        -------
        mapping of str to callable
            Each raises if something is wrong.
        """
        return self._serving.checks

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

    @property
    def uses(self) -> Sequence[Callable[..., object]]:
        """What services have to be filled into: where callers are known, what asks who they are.

        Returns
        -------
        sequence of callable
            The functions, once `attach` was called.
        """
        return self._management.uses

    def state(self) -> Mapping[str, object]:
        """Tell which way the requests for each handler take.

        Returns
        -------
        mapping of str to object
            ``routes``: the `ways`.
        """
        return {"routes": self.ways}

    def equip(self, equipment: Equipment, /) -> None:
        """Take what the application is made of.

        Parameters
        ----------
        equipment : Equipment
            Where services come from.
        """
        self._management.container = equipment.container

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
        from cordio_fastapi._security import guards

        add(self.fastapi, plans)
        self._management.attach(plans)
        if any(map(guards, plans)):
            from cordio_core.auth import AuthSettings

            self.sections = MappingProxyType({**self.sections, "auth": AuthSettings})

    def bind(self, runtime: Runtime, /) -> None:
        """Make `asgi` ready, without a listener.

        Parameters
        ----------
        runtime : Runtime
            The started application.
        """
        from cordio_fastapi._layer import Layer

        settings = runtime.configuration.slice("http", HttpSettings)
        self._presentation.show(runtime, settings, guarded="auth" in self.sections)
        diagnostics = self._management.beside(runtime, settings.diagnostics, self.fastapi.router.routes)
        self._layer = Layer(self.fastapi, runtime, settings, diagnostics)

    async def listen(self, configuration: Configuration, /) -> None:
        """Open the listening sockets ahead of the start, for several processes to share.

        Parameters
        ----------
        configuration : Configuration
            The values in force.

        Raises
        ------
        EntrypointError
            If it cannot listen at an address.
        """
        await self._serving.listen(configuration)

    def unlisten(self) -> None:
        """Close this process's hold on the listening sockets that were opened ahead."""
        self._serving.unlisten()

    async def start(self, runtime: Runtime, /) -> None:
        """Listen, and serve.

        Parameters
        ----------
        runtime : Runtime
            The started application.

        Raises
        ------
        EntrypointError
            If it cannot listen at an address, is started already, or cannot speak what handlers answer.
        TlsError
            If it is to speak TLS, and the section ``tls`` cannot be used.
        """
        from cordio_fastapi._application import refuse_mute

        self._serving.refuse_second()
        refuse_mute(self.fastapi)
        self.bind(runtime)
        await self._serving.start(runtime)

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
        try:
            left = await self._serving.stop(within)
        finally:
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
