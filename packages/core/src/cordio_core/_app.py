"""The application object: the ways to run what is defined."""

from __future__ import annotations

import asyncio
import sys
from typing import cast

from cordio_core._definition import Definition
from cordio_core._exceptions import CoreError, Stopped
from cordio_core._failure import Failure
from cordio_core._lifespan import lifespan
from cordio_core._loop import run
from cordio_core._running import Running
from cordio_core._signals import signals
from cordio_core.protocols import Configuration, Receive, Scope, Send

__all__ = ["App"]


class App(Definition):
    """An application: handlers, services, and what they run on.

    Alone it runs on plain defaults. What makes it whole is handed in, and met by its shape (see
    `cordio_core.protocols`).

    Parameters
    ----------
    name : str
        The name of the service.
    container : Container or None
        Where services come from.
    errors : Guard or None
        The handler layer; reachable as ``app.errors``.
    monitoring : Monitoring or None
        How the application is monitored.
    configuring : Configuring or None
        How configuration is composed.
    entrypoints : iterable of str or Entrypoint
        Entrypoints that are on even if no handler has an event of theirs, by kind or ready made.

    Examples
    --------
    >>> from cordio_core import every
    >>> app = App("clock")
    >>> @app.on(every("1h"))
    ... async def strike() -> None: ...
    >>> app.check()
    """

    _running: Running | None = None

    def running(self, configuration: Configuration | None = None, *, listening: bool = True) -> Running:
        """Make ready to start; nothing is started before the context is entered.

        Parameters
        ----------
        configuration : Configuration or None
            The values in force; composed by the application's scenario unless given.
        listening : bool
            Whether entrypoints open their own listeners.

        Returns
        -------
        Running
            An async context manager: the application, started.

        Raises
        ------
        CoreError
            If the application runs already.
        """
        assembly = self._assembled()
        self._refuse_second()
        if configuration is None:
            configuration = self._configuring.configuration(self.sections, self.options)
        monitor = self._monitoring.monitor(self.name, configuration)
        return Running(
            self.name, assembly, configuration, monitor, self.container, self._claim, listening=listening
        )

    async def serve(self, configuration: Configuration | None = None) -> int:
        """Run until SIGTERM or SIGINT, or until a part of the application fails.

        Parameters
        ----------
        configuration : Configuration or None
            The values in force; composed by the application's scenario unless given.

        Returns
        -------
        int
            The exit code: 0 after a stop in order.

        Raises
        ------
        Exception
            What made a part of the application fail.
        """
        running = self.running(configuration)
        with signals(running.stop):
            try:
                async with running:
                    await running.ended.wait()
            except Stopped as stopped:
                return stopped.exit_code
        return 0

    def run(self, configuration: Configuration | None = None) -> int:
        """Run in the foreground, as `serve`, and say on standard error what failed.

        Parameters
        ----------
        configuration : Configuration or None
            The values in force; composed by the application's scenario unless given.

        Returns
        -------
        int
            The exit code: 0 after a stop in order, 78 for wrong configuration, 70 for another failure,
            or what the exception says in ``exit_code``.

        Raises
        ------
        CoreError
            If an event loop runs already.
        """
        if _is_in_loop():
            raise CoreError("an event loop runs already: await app.serve() in place of app.run()")
        try:
            return run(lambda: self.serve(configuration))
        except KeyboardInterrupt:  # it came before the signals were ours, so that nothing had started
            return 0
        except (Exception, asyncio.CancelledError) as error:
            failure = Failure(error)
            print(failure.text, file=sys.stderr)
            return failure.code

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve under a foreign ASGI server (ASGI 3.0).

        Parameters
        ----------
        scope : mapping
            The connection.
        receive : callable
            Gives the next message of the server.
        send : callable
            Takes a message to the server.

        Raises
        ------
        CoreError
            If the application is not up, or has no HTTP entrypoint.
        """
        if scope["type"] == "lifespan":
            return await lifespan(lambda: self.running(listening=False), receive, send)
        if self._running is None or self._running.phase != "up":
            raise CoreError(f"{self.name} is not up: let the server run its lifespan (uvicorn --lifespan on)")
        source = self._assembled().asgi
        if source is None:
            raise CoreError(
                f"{self.name} has no HTTP entrypoint: attach a handler with get(...), or entrypoints=['http']"
            )
        await source.asgi(scope, receive, send)

    def _runtime(self) -> Running:
        if self._running is None or self._running.phase in ("new", "over"):
            return cast(Running, super()._runtime())
        return self._running

    def _claim(self, running: Running) -> None:
        self._refuse_second()
        self._running = running

    def _refuse_second(self) -> None:
        if self._running is not None and self._running.phase != "over":
            raise CoreError(f"{self.name} runs already: stop it before it is started again")


def _is_in_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
