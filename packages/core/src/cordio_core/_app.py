"""The application object: what a service is made of, and the ways to run it."""

from __future__ import annotations

import asyncio
import inspect
import sys
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar, overload

from cordio_core._assembly import Assembly, Attached, assemble
from cordio_core._exceptions import CoreError
from cordio_core._lifespan import lifespan
from cordio_core._plain import PlainConfiguring, PlainContainer, PlainGuard, PlainMonitoring
from cordio_core._running import Running
from cordio_core._settings import AppSettings
from cordio_core._signals import signals
from cordio_core.events import Event
from cordio_core.protocols import (
    AsgiEntrypoint,
    Configuration,
    Configuring,
    Container,
    Entrypoint,
    Guard,
    Monitor,
    Monitoring,
    Receive,
    Scope,
    Send,
)

__all__ = ["App"]

H = TypeVar("H", bound=Callable[..., object])
S = TypeVar("S", bound=Callable[..., object])


class App:
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

    def __init__(
        self,
        name: str = "app",
        *,
        container: Container | None = None,
        errors: Guard | None = None,
        monitoring: Monitoring | None = None,
        configuring: Configuring | None = None,
        entrypoints: Iterable[str | Entrypoint] = (),
    ) -> None:
        self.name = name
        self.container: Container = container or PlainContainer()
        self.errors: Guard = errors or PlainGuard()
        self._monitoring: Monitoring = monitoring or PlainMonitoring()
        self._configuring: Configuring = configuring or PlainConfiguring()
        self._sources = tuple(entrypoints)
        self._attached: list[Attached] = []
        self._blocks: dict[str, type] = {}
        self._main: Callable[..., object] | None = None
        self._assembly: Assembly | None = None
        self._running: Running | None = None
        self.container.expect("config", _returned(self._configuring.configuration))
        self.container.expect("log", object)

    def on(
        self,
        *events: Event,
        before: Sequence[Callable[..., object]] = (),
        after: Sequence[Callable[..., object]] = (),
    ) -> Callable[[H], H]:
        """Attach a handler to events.

        Parameters
        ----------
        *events : Event
            One or more: ``get("/orders")``, ``every("5m")``.
        before : sequence of callable
            Handlers that run before it, filled like it; one that returns a `Response` answers the event.
        after : sequence of callable
            Handlers that run after it; one may take the ``response`` and return another.

        Returns
        -------
        callable
            A decorator that returns the handler as it is.

        Raises
        ------
        CoreError
            If no event is given, or the application is already assembled.
        """
        self._open_for("a handler")
        if not events or not all(isinstance(event, Event) for event in events):
            raise CoreError("app.on needs an event: write @app.on(get('/path')), with the call's parentheses")

        def attach(handler: H) -> H:
            function = _function(handler)
            self._attached.extend(Attached(event, function, tuple(before), tuple(after)) for event in events)
            return handler

        return attach

    @overload
    def service(self, target: S, /) -> S: ...

    @overload
    def service(self, target: None = None, /, *, name: str | None = None) -> Callable[[S], S]: ...

    def service(self, target: S | None = None, /, *, name: str | None = None) -> S | Callable[[S], S]:
        """Take a class or a factory as a service.

        Parameters
        ----------
        target : class or callable or None
            What makes the service.
        name : str or None
            Its conventional name; the target's own in snake case unless given.

        Returns
        -------
        class or callable
            The target as it is, or a decorator.
        """
        self._open_for("a service")
        if target is not None:
            return self.container.service(target, name=name)
        return lambda found: self.container.service(found, name=name)

    def main(self, function: H) -> H:
        """Make a function the root component: it starts with the application, which does not wait for it.

        Parameters
        ----------
        function : callable
            An async function; its options, as ``click.option`` leaves them, become the application's.

        Returns
        -------
        callable
            The function as it is.

        Raises
        ------
        CoreError
            If there is a root component already.
        """
        self._open_for("a root component")
        if self._main is not None:
            raise CoreError(f"{self.name} has two root components: put one into the other, or use a service")
        self._main = function
        return function

    def block(self, section: str, model: type) -> Callable[[H], H]:
        """Declare a section of the configuration; its model can be injected by type or by the section's name.

        Parameters
        ----------
        section : str
            The name of the section.
        model : type
            A pydantic model or a frozen dataclass.

        Returns
        -------
        callable
            A decorator that returns what it is put on as it is.

        Raises
        ------
        CoreError
            If the section is declared already.
        """
        self._open_for("a block")
        if section in self._blocks:
            raise CoreError(f"the section {section!r} is declared twice: give one of them another name")
        self._blocks[section] = model
        self.container.expect(section, model)
        return lambda found: found

    @property
    def options(self) -> tuple[object, ...]:
        """The options that stand on the root component."""
        return tuple(getattr(self._main, "__click_params__", ()))

    @property
    def sections(self) -> Mapping[str, type]:
        """The settings models of everything in use, by section.

        Returns
        -------
        mapping of str to type
            The application's own, its services', its entrypoints', its monitor's, and its blocks.
        """
        parts = (self._monitoring.sections, self._assembled().sections, self._blocks)
        return {"app": AppSettings} | {name: model for part in parts for name, model in part.items()}

    def check(self) -> None:
        """Work out everything that is known before the start.

        Raises
        ------
        StartError
            All mistakes at once.
        """
        self._assembled()

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
        """
        assembly = self._assembled()
        values = configuration or self._configuring.configuration(self.sections, self.options)
        monitor = self._monitoring.monitor(self.name, values)
        self._offer(values, monitor)
        self._running = Running(self.name, assembly, values, monitor, self.container, listening=listening)
        return self._running

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
        run = self.running(configuration)
        starting = asyncio.current_task()

        def told() -> None:
            if starting is not None:
                starting.cancel()
            run.stop()

        with signals(told):
            async with run:
                starting = None
                await run.ended.wait()
        if run.failure is not None:
            raise run.failure
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
        """
        try:
            return asyncio.run(self.serve(configuration))
        except (asyncio.CancelledError, KeyboardInterrupt):
            return 0
        except Exception as error:
            return _told(self.name, error)

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
            If the server sends requests without a lifespan.
        """
        if scope["type"] == "lifespan":
            return await lifespan(lambda: self.running(listening=False), receive, send)
        if self._running is None:
            raise CoreError(
                f"{self.name} was not started: let the server run its lifespan (uvicorn --lifespan on)"
            )
        for source in self._assembled().entrypoints:
            if isinstance(source, AsgiEntrypoint):
                return await source.asgi(scope, receive, send)
        raise CoreError(
            f"{self.name} has no HTTP entrypoint: attach a handler with get(...), or entrypoints=['http']"
        )

    def _assembled(self) -> Assembly:
        if self._assembly is None:
            self._assembly = assemble(
                self.name, self._attached, self._main, self._sources, self.container, self.errors
            )
        return self._assembly

    def _open_for(self, what: str) -> None:
        if self._assembly is not None:
            raise CoreError(f"{self.name} is assembled already: attach {what} before it starts")

    def _offer(self, values: Configuration, monitor: Monitor) -> None:
        """Offer to the services what is known once the configuration is."""
        self.container.value("config", values)
        self.container.value("log", monitor.log)
        for section, model in self._blocks.items():
            self.container.value(section, values.slice(section, model))


def _function(handler: Callable[..., object]) -> Callable[..., object]:
    """Return what a handler runs: itself, or an object's ``__call__``, whose signature can be read."""
    if inspect.isroutine(handler):
        return handler
    call = getattr(handler, "__call__", None)  # noqa: B004  # the method is wanted, not the answer
    if not inspect.ismethod(call):
        raise CoreError(
            f"{handler!r} cannot be a handler: attach a function, a method, or an object with __call__"
        )
    return call


def _returned(function: Callable[..., object]) -> type:
    found = inspect.signature(function, eval_str=True).return_annotation
    return found if isinstance(found, type) and not getattr(found, "_is_protocol", False) else object


def _told(name: str, error: Exception) -> int:
    """Print what failed: the words of an error that is meant for people, the traceback of any other."""
    code = getattr(error, "exit_code", None)
    if code is None:
        traceback.print_exception(error)
    print(f"{name} stopped: {error}" if code is None else error, file=sys.stderr)
    return code if isinstance(code, int) else CoreError.exit_code
