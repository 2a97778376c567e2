"""The application object: the ways to run what is defined."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from cordio_core._calling import Calling, told
from cordio_core._exceptions import CoreError
from cordio_core._handed import refuse_other, refuse_type
from cordio_core._insight import Insight
from cordio_core.protocols import Configuration, Receive, Scope, Send

if TYPE_CHECKING:
    from cordio_core._workers import Lifeline
    from cordio_core.daemon import Daemon

__all__ = ["App"]

_BEYOND = 5.0  # how long a process may take to end beyond its stop, and its supervisor beyond it, in seconds


class App(Calling, Insight):
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
    converters : sequence of Converter
        Who makes values of plain data, asked before those that are there anyway.
    discover : str or iterable of str
        Packages whose modules are imported before the start, to attach what is marked in them by `on`.
    clock : Clock or None
        The time of schedules and tasks; the machine's unless given.
    version : str or None
        The version of the service, where its code says it.
    preset : Preset or str or None
        The scenarios that are not given one by one: ``"development"``, ``"test"``, ``"production"``, or one
        of one's own; unless given what the environment variable ``CORDIO_PRESET`` names, else ``production``.
    defaults : type or None
        The scenario of defaults: a subclass of `AppSettings`, whose defaults hold in the section ``app``.
    repeating : Repeating or None
        The scenario of repeating: what happens to tasks that fail.

    Raises
    ------
    CoreError
        If one of them is nothing of that kind, or there is no such preset.

    Examples
    --------
    >>> from cordio_core import every
    >>> app = App("clock")
    >>> @app.on(every("1h"))
    ... async def strike() -> None: ...
    >>> app.check()
    """

    async def serve(self, configuration: Configuration | None = None) -> int:
        """Run until SIGTERM or SIGINT, or until a part of the application fails.

        Parameters
        ----------
        configuration : Configuration or None
            The values in force; composed by the application's scenario unless given.

        Returns
        -------
        int
            The exit code: 0 after a stop in order, 75 if it had to cancel or lose what was accepted.

        Raises
        ------
        Exception
            What made a part of the application fail.
        """
        from cordio_core._foreground import serve

        return await serve(self.running(configuration))

    def run(
        self, configuration: Configuration | None = None, *, workers: int = 1, reload: bool = False
    ) -> int:
        """Run in the foreground, as `serve`, and say on standard error what failed.

        Parameters
        ----------
        configuration : Configuration or None
            The values in force; composed by the application's scenario unless given.
        workers : int
            How many processes serve; with more than one this process supervises them, and sockets are opened
            once for all.
        reload : bool
            Whether to start the program anew when its code changes; for development.

        Returns
        -------
        int
            The exit code, see `Exit`; or what the exception says in ``exit_code``.

        Raises
        ------
        CoreError
            If an event loop runs already, `reload` goes with several workers, or an argument is none.
        """
        self._refuse_loop("await app.serve() in place of app.run()")
        refuse_other("configuration", configuration, Configuration)
        refuse_type("workers", workers, int, "write workers=2", is_needed=True)
        refuse_type("reload", reload, bool, "write reload=True", is_needed=True)
        if reload:
            return self._reloaded(configuration, workers)
        return self._ran(configuration, workers, lambda: None)

    def daemon(self, root: Path, configuration: Configuration | None = None, *, workers: int = 1) -> Daemon:
        """Make what starts and stops the application in the background.

        Parameters
        ----------
        root : pathlib.Path
            The root folder: the pid file is in ``var/run``, the output in ``var/log``.
        configuration : Configuration or None
            The values in force; composed by the application's scenario unless given.
        workers : int
            How many processes serve.

        Returns
        -------
        Daemon
            Its methods ``start``, ``stop``, ``restart`` and ``status`` return exit codes.
        """
        from cordio_core.daemon import Daemon

        refuse_type("root", root, Path, "write pathlib.Path('.')", is_needed=True)
        refuse_type("workers", workers, int, "write workers=2", is_needed=True)
        values = self._values(configuration)
        return Daemon(
            self.name, root, lambda ready: self._ran(values, workers, ready), self._within(values) + _BEYOND
        )

    def _told_state(self) -> Mapping[str, object]:
        return self.state().data()

    def _within(self, values: Configuration) -> float:
        """Return how long a process may take to end once it is told to, in seconds."""
        return float(values.slice("app", self._defaults).whole) + _BEYOND

    def _reloaded(self, configuration: Configuration | None, workers: int) -> int:
        from cordio_core._reload import is_reloaded, reloading

        if workers != 1:
            raise CoreError("reload is for one process: leave workers out")
        return self._ran(configuration, 1, lambda: None) if is_reloaded() else reloading(self.name)

    def _ran(self, configuration: Configuration | None, workers: int, ready: Callable[[], None]) -> int:
        from cordio_core._foreground import serve
        from cordio_core._loop import run

        if workers == 1:
            return told(lambda: run(lambda: serve(self.running(configuration), ready=ready)))
        return told(lambda: self._supervised(configuration, workers, ready))

    def _supervised(self, configuration: Configuration | None, count: int, ready: Callable[[], None]) -> int:
        from cordio_core._foreground import serve
        from cordio_core._loop import run
        from cordio_core._supervised import supervise

        assembly, values = self._assembled(), self._values(configuration)

        def work(lifeline: Lifeline) -> int:
            return told(lambda: run(lambda: serve(self.running(values), lifeline)))

        within = self._within(values)
        return supervise(self.name, count, assembly.entrypoints, values, work, ready, within=within)

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
            from cordio_core._lifespan import lifespan

            return await lifespan(lambda: self.running(listening=False), receive, send)
        if self._running is None or self._running.phase not in ("up", "draining", "stopping"):
            raise CoreError(f"{self.name} is not up: let the server run its lifespan (uvicorn --lifespan on)")
        source = self._assembled().asgi
        if source is None:
            raise CoreError(
                f"{self.name} has no HTTP entrypoint: attach a handler with get(...), or entrypoints=['http']"
            )
        await source.asgi(scope, receive, send)
