"""An application started in memory, and what a test asks of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from cordio_core._exceptions import CoreError
from cordio_core._response import Response
from cordio_core.data import converters
from cordio_core.events import Event
from cordio_core.testing._calling import answered, found
from cordio_core.testing._data import Given
from cordio_core.testing._exchange import Called, Published
from cordio_core.testing._life import Life

if TYPE_CHECKING:
    import httpx

    from cordio_core.state import State

__all__ = ["Testing"]


class Testing(Life):
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
    >>> import asyncio
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
        made = client(source.asgi, self.lifespan, self._calls)
        self._stack.push_async_callback(made.aclose)
        return made

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

    def state(self) -> State:
        """Tell how the application is, as ``App.state``.

        Returns
        -------
        State
            What is known at this moment.
        """
        return self.app.state()
