"""What an entrypoint has of diagnostics: the paths beside its own, and an address for them alone."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from cordio_core import EntrypointError, Plan
from cordio_core.protocols import Container, Receive, Runtime, Scope, Send
from cordio_fastapi.diagnostics._settings import DiagnosticsSettings

if TYPE_CHECKING:
    import socket

    from starlette.routing import BaseRoute

    from cordio_fastapi._server import Server
    from cordio_fastapi.diagnostics._diagnostics import Diagnostics
    from cordio_fastapi.diagnostics._healths import Checks

__all__ = ["Management"]

_WITHIN = 1.0  # how long the answers that are under way may take at the end, in seconds


class Management:
    """Makes the diagnostic paths; listens and serves at an address of their own, if the settings say so.

    Parameters
    ----------
    checks : callable
        Returns what has to be asked besides the services to know how the application is.

    Attributes
    ----------
    container : Container or None
        Where services come from, once that is known.
    uses : sequence of callable
        What services have to be filled into, once the handlers are known.
    """

    def __init__(self, checks: Callable[[], Checks]) -> None:
        self.container: Container | None = None
        self.uses: Sequence[Callable[..., object]] = ()
        self._checks = checks
        self._token = os.urandom(24).hex()  # one for all processes that serve
        self._listening: socket.socket | None = None
        self._server: Server | None = None

    @property
    def addresses(self) -> Sequence[str]:
        """The URL it listens at; empty before the start, and without a port of its own."""
        return () if self._server is None else tuple(self._server.addresses)

    def attach(self, plans: Iterable[Plan]) -> None:
        """Look whether the application knows its callers.

        Parameters
        ----------
        plans : iterable of Plan
            The ways of its events.
        """
        if "cordio_core.auth" in sys.modules:  # else nobody can have used it
            from cordio_fastapi.diagnostics._rights import knows_callers, services

            self.uses = (services,) if self.uses or knows_callers(plans) else ()

    def beside(
        self, runtime: Runtime, settings: DiagnosticsSettings, routes: Iterable[BaseRoute]
    ) -> Diagnostics | None:
        """Make the paths that stand beside the application's own.

        Parameters
        ----------
        runtime : Runtime
            The started application.
        settings : DiagnosticsSettings
            What is told, and to whom.
        routes : iterable of BaseRoute
            The routes of the application: one at a diagnostic path takes its place.

        Returns
        -------
        Diagnostics or None
            The paths; None if they are switched off.

        Raises
        ------
        EntrypointError
            If a right is set, and the application knows no callers.
        """
        from cordio_fastapi.diagnostics._making import beside

        known = None
        if settings.on and settings.right is not None:
            from cordio_fastapi.diagnostics._rights import knowing

            known = knowing(self.container, self.uses, settings.right)
        return beside(runtime, settings, self._token, self._checks, routes, known)

    async def listen(self, settings: DiagnosticsSettings) -> None:
        """Open the listening socket, ahead of the start.

        Parameters
        ----------
        settings : DiagnosticsSettings
            Where.

        Raises
        ------
        EntrypointError
            If it cannot listen there.
        """
        from cordio_fastapi._listener import listener

        if settings.on and settings.port is not None and self._listening is None:
            try:
                self._listening = await listener(settings.host, settings.port)
            except EntrypointError as error:
                cure = "set http.diagnostics.host and http.diagnostics.port to a free address of this machine"
                raise EntrypointError("http", f"diagnostics: {error.what}", cure) from error

    def unlisten(self) -> None:
        """Close this process's hold on the listening socket that was opened ahead."""
        listening, self._listening = self._listening, None
        if listening is not None:
            listening.close()

    async def start(self, runtime: Runtime, settings: DiagnosticsSettings) -> None:
        """Serve.

        Parameters
        ----------
        runtime : Runtime
            The started application.
        settings : DiagnosticsSettings
            What is told.

        Raises
        ------
        EntrypointError
            If it cannot.
        """
        from cordio_fastapi._server import Server
        from cordio_fastapi.diagnostics._making import managing

        await self.listen(settings)
        listening, self._listening = self._listening, None
        if listening is None:
            return
        served = managing(runtime, settings, self._token, self._checks)

        async def asgi(scope: Scope, receive: Receive, send: Send) -> None:
            runtime.recall()
            if scope["type"] == "http":
                await (served if served.asked(scope) else _nothing)(scope, receive, send)
            else:
                await send({"type": "websocket.close"})

        self._server = Server(asgi, [listening], runtime.fail)
        await self._server.start()

    async def stop(self, *, forever: bool) -> None:
        """Serve no more.

        Parameters
        ----------
        forever : bool
            Whether no other process goes on with the listening socket.
        """
        server, self._server = self._server, None
        if server is not None:
            await server.stop(_WITHIN, forever=forever)


async def _nothing(scope: Scope, receive: Receive, send: Send) -> None:
    from cordio_fastapi._problem import problem

    await problem(404)(scope, receive, send)
