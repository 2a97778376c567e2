"""What serves an application at its own listeners: sockets, TLS, the server, and that of the management."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from cordio_core import EntrypointError
from cordio_core.protocols import Configuration, Receive, Runtime, Scope, Send
from cordio_core.tls import TlsSettings
from cordio_fastapi._settings import HttpSettings

if TYPE_CHECKING:
    import socket

    from cordio_core.tls import Tls
    from cordio_fastapi._server import Server
    from cordio_fastapi.diagnostics._management import Management

__all__ = ["Serving"]


class Serving:
    """Listens and serves, once at a time.

    Parameters
    ----------
    application : callable
        The ASGI application.
    management : Management
        What is served at an address of its own.
    """

    def __init__(
        self, application: Callable[[Scope, Receive, Send], Awaitable[None]], management: Management
    ) -> None:
        self._application, self._management = application, management
        self._listening: list[socket.socket] = []
        self._server: Server | None = None
        self._tls: Tls | None = None
        self._runtime: Runtime | None = None

    @property
    def addresses(self) -> Sequence[str]:
        """Where it listens."""
        own = () if self._server is None else self._server.addresses
        return (*own, *self._management.addresses)

    @property
    def checks(self) -> Mapping[str, Callable[[], Awaitable[None]]]:
        """What tells of its own health."""
        return {} if self._tls is None else {"tls": self._tls.health}

    @property
    def listening(self) -> Sequence[socket.socket]:
        """The sockets that were opened ahead."""
        return tuple(self._listening)

    async def listen(self, configuration: Configuration) -> None:
        """Open the sockets.

        Parameters
        ----------
        configuration : Configuration
            The values in force.

        Raises
        ------
        EntrypointError
            If one cannot be opened.
        """
        from cordio_fastapi._listener import listeners

        settings = configuration.slice("http", HttpSettings)
        self._listening = await listeners(settings.places, int(settings.unix_mode, 8))
        try:
            await self._management.listen(settings.diagnostics)
        except BaseException:
            self.unlisten()
            raise

    def unlisten(self) -> None:
        """Close this process's hold on the sockets."""
        opened, self._listening = self._listening, []
        for each in opened:
            each.close()
        self._management.unlisten()

    def refuse_second(self) -> None:
        """Raise if it serves already.

        Raises
        ------
        EntrypointError
            If it does.
        """
        if self._server is not None:
            where = ", ".join(self.addresses)
            raise EntrypointError("http", f"is started already, at {where}", "stop it first")

    async def start(self, runtime: Runtime) -> None:
        """Serve.

        Parameters
        ----------
        runtime : Runtime
            The started application.

        Raises
        ------
        EntrypointError
            If it cannot listen.
        TlsError
            If it is to speak TLS and cannot.
        """
        from cordio_fastapi._bounds import Bounds
        from cordio_fastapi._server import Server

        self._runtime = runtime
        self._tls = _tls(runtime.configuration)
        if not self._listening:
            await self.listen(runtime.configuration)
        listening, self._listening = self._listening, []
        if self._tls is not None:
            await self._tls.__aenter__()
        context = None if self._tls is None else self._tls.server
        settings = runtime.configuration.slice("http", HttpSettings)
        bounds = Bounds(settings.header_limit, settings.header_time, settings.body_pause)
        sockets = settings.websocket
        self._server = Server(
            self._application, listening, runtime.fail, tls=context, bounds=bounds, sockets=sockets
        )
        await self._server.start()
        await self._management.start(runtime, settings.diagnostics)

    async def stop(self, within: float) -> int:
        """Serve no more.

        Parameters
        ----------
        within : float
            How long what goes on may take, in seconds.

        Returns
        -------
        int
            How many requests did not end even so.
        """
        server, self._server = self._server, None
        runtime, self._runtime = self._runtime, None
        forever = runtime is None or runtime.was_told
        try:
            return 0 if server is None else await server.stop(within, forever=forever)
        finally:
            await self._management.stop(forever=forever)
            tls, self._tls = self._tls, None
            if tls is not None:
                await tls.__aexit__(None, None, None)


def _tls(configuration: Configuration) -> Tls | None:
    """Return what speaks TLS, if the settings want that."""
    wanted, settings = configuration.slice("http", HttpSettings).tls, configuration.slice("tls", TlsSettings)
    if wanted is False or (wanted is None and settings.certificate is None):
        return None
    from cordio_core.tls import Tls

    found = Tls(settings)
    found.server  # it raises here, rather than at the first connection, where there is no certificate
    return found
