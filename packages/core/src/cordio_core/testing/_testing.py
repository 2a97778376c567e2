"""An application started in memory, and what a test asks of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Self

from cordio_core._exceptions import CoreError
from cordio_core._insight import Insight
from cordio_core._report import Report
from cordio_core._response import Response
from cordio_core.data import converters
from cordio_core.events import Event
from cordio_core.protocols import Configuration, Container, Described, Overridable
from cordio_core.testing._calling import answered, found
from cordio_core.testing._clock import MovableClock
from cordio_core.testing._data import Given
from cordio_core.testing._emitting import noted
from cordio_core.testing._exchange import Called, Emitted, Published, RecordingExchange
from cordio_core.testing._noting import Noting
from cordio_core.testing._running import InMemory, in_memory
from cordio_core.testing._sources import Calls

if TYPE_CHECKING:
    import httpx

    from cordio_core._assembly import Assembly
    from cordio_core.state import State

__all__ = ["Testing"]

_EXCHANGE = "amqp"


class Testing:
    """An application under test; an async context manager, made by ``App.testing``.

    It is started as always, but opens no listener, consumes from no broker, heeds no signal, and drains for no
    time. A part of the application that fails is raised where the context is left.

    Parameters
    ----------
    app : App
        The application.
    configuration : Configuration or None
        The values in force; composed by the application's scenario unless given.
    fakes : mapping of str to object
        Objects in the place of services, by their names.

    Attributes
    ----------
    clock : MovableClock
        The time of its schedules and tasks; it stands until the test moves it.
    exchange : RecordingExchange
        What stands in the place of the service ``amqp``, unless the test gives another.
    emitted : list of Emitted
        What the application has emitted.
    decisions : list of object
        What the error rules have decided; empty where nobody tells.
    lifespan : dict of str to object
        The state of the ASGI lifespan (ASGI Lifespan 2.0): each request has a shallow copy of its own.
    report : Report or None
        The account of the stop, once it is over.

    Examples
    --------
    >>> from cordio_core import App, every
    >>> app = App("clock")
    >>> @app.on(every("5m"))
    ... async def strike() -> str:
    ...     return "ding"
    >>> async def main() -> str:
    ...     async with app.testing() as t:
    ...         response = await t.call(strike)
    ...         report = await t.sigterm()
    ...     return f"{response.value}, {report.finished} finished, {report.lost} lost"
    >>> asyncio.run(main())
    'ding, 0 finished, 0 lost'
    """

    __test__ = False  # pytest would take it for a class of tests

    def __init__(self, app: Insight, configuration: Configuration | None, fakes: Mapping[str, object]) -> None:
        self.app = app
        self.exchange = RecordingExchange()
        self.emitted: list[Emitted] = []
        self.decisions: list[object] = []
        self.lifespan: dict[str, object] = {}
        self.report: Report | None = None
        self._configuration, self._fakes = configuration, dict(fakes)
        self._noting, self._calls = Noting(), Calls()
        self.clock = MovableClock(lambda: self._noting.inside("schedule") > 0)
        self._stack = AsyncExitStack()
        self._running: InMemory | None = None
        self._running_down = False
        self._over = asyncio.Event()

    @property
    def errors(self) -> list[BaseException]:
        """What handlers have raised, whatever the rules made of it, and what parts have failed of."""
        return self._noting.errors

    @property
    def published(self) -> list[Published]:
        """What the application has published through the service ``amqp``."""
        return self.exchange.published

    @property
    def called(self) -> list[Called]:
        """What the application has called through the service ``amqp``."""
        return self.exchange.called

    @cached_property
    def http(self) -> httpx.AsyncClient:
        """A client of its HTTP service, in this event loop and without a socket."""
        from cordio_core.testing._http import client

        source = self.app._assembled().asgi
        if source is None:
            raise CoreError(f"{self.app.name} has no HTTP entrypoint: attach a handler with get(...)")
        return client(source.asgi, self.lifespan, self._calls)

    async def call(
        self,
        target: Event | Callable[..., object] | str,
        data: object = None,
        /,
        *,
        headers: Mapping[str, str] | None = None,
        caller: object = None,
        deadline: float | None = None,
        **values: object,
    ) -> Response:
        """Run the chain of an event, as its entrypoint would; a stop waits for it.

        Parameters
        ----------
        target : Event or callable or str
            An event, or a handler, of which the first event is meant; or the name of one of them.
        data : object
            What comes as one piece: the body, the message, what was emitted.
        headers : mapping of str to str or None
            The headers of the request.
        caller : object
            Who asks, as authorization would find out.
        deadline : float or None
            When the answer is of no use any more, by the event loop's clock, in seconds.
        **values : object
            Values of the path, parameters, or fields of the data.

        Returns
        -------
        Response
            What the chain answers; an exception that a rule has answered is in ``errors``.

        Raises
        ------
        CallError
            If there is no such event or handler, or several are meant.
        DataError
            If the data do not fit the handler.
        CoreError
            If the application is not up.
        """
        running = self._started()
        plan = found(self.app._assembled().plans, target)
        given = Given(plan, data, values, converters(self.app._converters))
        arguments = given.reader() if plan.reads_late else given.read()
        request = given.request(headers, caller, deadline)
        response = await self._calls.run(answered(running, plan, request, arguments), plan.event.name)
        given.settle()
        return response

    async def sigterm(self) -> Report:
        """Stop the application as SIGTERM does; again, while it stops, hurry it.

        Returns
        -------
        Report
            What was finished, cancelled and lost.

        Raises
        ------
        Exception
            What a part of the application has failed of.
        """
        running, is_first = self._started(), not self._running_down
        running.stop()
        if is_first:
            await self._down(None)
        else:
            await self._over.wait()
        assert self.report is not None  # the stop is over
        return self.report

    def state(self) -> State:
        """Tell how the application is, as ``App.state``.

        Returns
        -------
        State
            What is known at this moment.
        """
        return self.app.state()

    async def __aenter__(self) -> Self:
        """Start the application, with the fakes in their places."""
        if self._running is not None:
            raise CoreError(f"this test of {self.app.name} was run already: ask for another app.testing()")
        try:
            await self._begin()
        except BaseException as error:
            await self._stack.__aexit__(type(error), error, error.__traceback__)
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        """Stop the application, unless the test has, and put everything back."""
        try:
            if not self._running_down:
                await self._down(error)
        finally:
            if "http" in vars(self):
                await self.http.aclose()
            await self._stack.__aexit__(kind, error, trace)

    async def _begin(self) -> None:
        app, stack = self.app, self._stack
        assembly = app._assembled()
        app._refuse_second()
        for name, fake in self._replaced(assembly).items():
            stack.enter_context(_overridable(app.container).override(**{name: fake}))
        judged = getattr(app.errors, "testing", None)
        if callable(judged):
            self.decisions = stack.enter_context(judged())
        stack.enter_context(self._noting.around(assembly.plans))
        stack.enter_context(noted(app, self.emitted))
        reduced = in_memory(assembly, self._calls, self.clock)
        values = app._values(self._configuration)
        monitor = app._monitoring.monitor(app.name, values)
        running = InMemory(app.name, reduced, values, monitor, app.container, app._claim)
        running.rehearse(self._noting.errors)
        self._running = await running.__aenter__()

    def _replaced(self, assembly: Assembly) -> Mapping[str, object]:
        container = self.app.container
        if _EXCHANGE in self._fakes or not isinstance(container, Overridable):
            return self._fakes
        reached = container.describe(assembly.reached) if isinstance(container, Described) else None
        names = () if reached is None else [node.name for node in reached.services]
        return {**self._fakes, **({_EXCHANGE: self.exchange} if _EXCHANGE in names else {})}

    async def _down(self, error: BaseException | None) -> None:
        running, self._running_down = self._started(), True
        try:
            await running.__aexit__(
                type(error) if error else None, error, error.__traceback__ if error else None
            )
        finally:
            self.report = running.report
            self._over.set()

    def _started(self) -> InMemory:
        if self._running is None:
            raise CoreError(f"{self.app.name} is not started: async with app.testing() as t")
        return self._running


def _overridable(container: Container) -> Overridable:
    if not isinstance(container, Overridable):
        raise CoreError(f"{type(container).__name__} has no override(**fakes): give App a container that has")
    return container
