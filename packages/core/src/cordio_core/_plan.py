"""The way of one event through its handler, compiled once at the start."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from types import CoroutineType

from cordio_core._chain import Data
from cordio_core._compiling import compiled, data_of
from cordio_core._ended import Halt, ended
from cordio_core._exceptions import HandlerError
from cordio_core._request import Request
from cordio_core._responded import responded
from cordio_core._response import Response
from cordio_core._signature import code, place
from cordio_core._step import awaitable
from cordio_core.events import Event
from cordio_core.protocols import Answer, Container, Guard, TellingGuard

__all__ = ["Plan"]

Handler = Callable[..., object]
Way = Callable[..., Awaitable[object]]


class Plan:
    """One handler for one event, with everything worked out that is known at the start.

    Parameters
    ----------
    event : Event
        The event it answers.
    handler : callable
        The handler: async, or sync and then run in a thread.
    container : Container
        Where services come from.
    guard : Guard
        The handler layer.
    before : sequence of callable
        Handlers that run before it; one that returns a `Response` ends the chain with it, and what else one
        returns is there for the next by its name.
    after : sequence of callable
        Handlers that run after it; one may take the ``response`` and return another.
    around : sequence of callable
        Generators with one yield that run around all of these; the yield gives them the response.
    rules : sequence of object
        The error rules of this handler alone, as the guard takes them.
    halt : callable or None
        Stops the application for an exception; called if a rule says so.

    Raises
    ------
    HandlerError
        If a parameter fits nothing.

    Attributes
    ----------
    data : tuple of inspect.Parameter
        The parameters that the event's data fill: names of its path first; annotations resolved.
    returns : object
        The annotation of what the handler returns; ``inspect.Signature.empty`` if there is none.
    place : str
        The handler and where it stands.
    code : CodeType or None
        The handler's code, as records of answers name it; None for what is not written in Python.
    way : callable
        The chain as one function of the request and the data; a test may put its own around it.
    reads_late : bool
        Whether something runs before the data are read, so that `run` is to be given a function that reads.

    Examples
    --------
    >>> from cordio_core import App, get
    >>> async def read(order_id: int, limit: int = 5) -> str: ...
    >>> app = App("orders")
    >>> [parameter.name for parameter in Plan(get("/{order_id}"), read, app.container, app.errors).data]
    ['order_id', 'limit']
    """

    __slots__ = (
        "_call",
        "_container",
        "_guard",
        "_guarded",
        "_halt",
        "_layered",
        "chain",
        "code",
        "data",
        "event",
        "handler",
        "place",
        "reads_late",
        "returns",
        "rules",
        "way",
    )

    def __init__(
        self,
        event: Event,
        handler: Handler,
        container: Container,
        guard: Guard,
        *,
        before: Sequence[Handler] = (),
        after: Sequence[Handler] = (),
        around: Sequence[Handler] = (),
        rules: Sequence[object] = (),
        halt: Halt | None = None,
    ) -> None:
        self.event, self.handler, self.rules = event, handler, tuple(rules)
        self.place, self.code = place(handler), code(handler)
        self._container, self._halt = container, halt
        self._guard, self._guarded = guard, guard.run
        self._layered = guard.handler(rules=self.rules) if self.rules else _unruled
        self.chain = compiled(event, handler, container, before, after, around)
        self.data = tuple(data_of(event, self.chain, self.place))
        self.returns, self.reads_late = self.chain.main.needs.returns, self.chain.reads_late and bool(
            self.data
        )
        self.way: Way = self.chain.main.run if self.chain.is_single else self.chain.run
        self._call = self._layered(_named(handler, bool(self.rules)))

    @property
    def callables(self) -> dict[Handler, frozenset[str]]:
        """Each function of the chain, with the names that the event gives it."""
        given: dict[Handler, frozenset[str]] = {}
        for step in self.chain.steps:
            given[step.handler] = given.get(step.handler, frozenset()) | step.needs.names
        return given

    @property
    def answers(self) -> Mapping[str, Answer]:
        """What rules may answer in its place, by code, for documents; empty where the guard does not tell."""
        return self._guard.answers(rules=self.rules) if isinstance(self._guard, TellingGuard) else {}

    def filled(self, function: Handler) -> Callable[..., Awaitable[object]]:
        """Return one of the functions that the event itself uses, its services filled in.

        Parameters
        ----------
        function : callable
            The function.

        Returns
        -------
        callable
            An async function without parameters.
        """
        return self._container.inject(awaitable(function))

    def settle(self) -> None:
        """Let the functions of the chain share the services of an event, if they reach any."""
        if not self.chain.is_single and self._container.scoped(list(self.callables)):
            self.chain.opened = self._container.scope

    async def run(self, request: Request, data: Data) -> Response:
        """Answer one event.

        Parameters
        ----------
        request : Request
            The event's request.
        data : mapping of str to object, or callable
            A value for each parameter in ``self.data``; those with a default may be left out. Where
            ``reads_late``, an async function that returns them.

        Returns
        -------
        Response
            What the handler, or the rule for its exception, answers.
        """
        outcome = await self._guarded(self._call, self.way, request, data)
        if outcome.answer is None and outcome.ended is None:
            value = outcome.value
            if type(value) is not CoroutineType:
                return responded(value)
            outcome = await self._guarded(functools.update_wrapper(_refusing(value, self.place), self.handler))
        return ended(outcome, request, self._halt)

    async def finish(self, work: Callable[[], Awaitable[object]]) -> None:
        """Do what is left once the answer has gone; what goes wrong is judged and recorded by the rules.

        Parameters
        ----------
        work : callable
            An async function without parameters.
        """
        outcome = await self._guarded(self._call, _done, work)
        if outcome.ended == "halt" and outcome.error is not None and self._halt is not None:
            self._halt(outcome.error)


def _done(work: Callable[[], Awaitable[object]]) -> Awaitable[object]:
    return work()


def _refusing(forgotten: Coroutine[object, object, object], where: str) -> Way:
    """Make the failure of a handler that returns a coroutine nobody has awaited; its layer judges it."""

    def refuse() -> Awaitable[object]:
        forgotten.close()
        raise HandlerError(where, "answers with a coroutine that nobody awaited", "await it: return await ...")

    return refuse


def _unruled(call: Way) -> Way:
    return call


def _named(handler: Handler, is_async: bool) -> Way:
    """Return what calls a way, with the name of the handler for layers and records.

    A coroutine between costs a step.
    """

    def call(way: Way, *args: object) -> Awaitable[object]:
        return way(*args)

    async def called(way: Way, *args: object) -> object:
        return await way(*args)

    return functools.update_wrapper(called if is_async else call, handler)
