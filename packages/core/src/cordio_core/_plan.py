"""The way of one event through its handler, compiled once at the start."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping, Sequence

from cordio_core._request import Request, Response
from cordio_core._signature import code, place
from cordio_core._step import Run, Step, main_step, side_step
from cordio_core.events import Event
from cordio_core.protocols import Container, Guard

__all__ = ["Plan"]


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
        Handlers that run before it; one that returns a `Response` ends the chain with it.
    after : sequence of callable
        Handlers that run after it; one may take the ``response`` and return another.

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

    Examples
    --------
    >>> from cordio_core import App, get
    >>> async def read(order_id: int, limit: int = 5) -> str: ...
    >>> app = App("orders")
    >>> [parameter.name for parameter in Plan(get("/{order_id}"), read, app.container, app.errors).data]
    ['order_id', 'limit']
    """

    __slots__ = ("_chain", "_guard", "_steps", "code", "data", "event", "handler", "place", "returns")

    def __init__(
        self,
        event: Event,
        handler: Callable[..., object],
        container: Container,
        guard: Guard,
        *,
        before: Sequence[Callable[..., object]] = (),
        after: Sequence[Callable[..., object]] = (),
    ) -> None:
        main = main_step(handler, event, container)
        names = tuple(parameter.name for parameter in main.needs.data)
        early = [side_step(step, event, names, container) for step in before]
        late = [side_step(step, event, (*names, "response"), container) for step in after]
        self.event, self.handler = event, handler
        self.place, self.code = place(handler), code(handler)
        self.data, self.returns = main.needs.data, main.needs.returns
        self._steps = (*early, main, *late)
        self._guard = guard
        self._chain = _chain(main, early, late)

    @property
    def callables(self) -> dict[Callable[..., object], frozenset[str]]:
        """Each function of the chain, with the names that the event gives it."""
        given: dict[Callable[..., object], frozenset[str]] = {}
        for step in self._steps:
            given[step.handler] = given.get(step.handler, frozenset()) | step.needs.given
        return given

    async def run(self, request: Request, data: Mapping[str, object]) -> Response:
        """Answer one event.

        Parameters
        ----------
        request : Request
            The event's request.
        data : mapping of str to object
            A value for each parameter in ``self.data``; those with a default may be left out.

        Returns
        -------
        Response
            What the handler, or the rule for its exception, answers.
        """
        outcome = await self._guard.run(self._chain, request, data)
        if outcome.answer is None:
            return _response(outcome.value)
        answer = outcome.answer.render(self.event.kind)
        return Response(status=answer.status, headers=answer.headers, body=answer.body)


def _response(value: object) -> Response:
    return value if isinstance(value, Response) else Response(value)


def _chain(main: Step, before: Sequence[Step], after: Sequence[Step]) -> Run:
    """Make one callable of the steps, which bears the name of the handler."""
    if not before and not after:
        return _named(main.run, main.handler)
    defaults = {p.name: p.default for p in main.needs.data if p.default is not inspect.Parameter.empty}

    async def chain(request: Request, given: Mapping[str, object]) -> object:
        data = {**defaults, **given}
        for step in before:
            early = await step.run(request, data)
            if isinstance(early, Response):
                return early
        value = await main.run(request, data)
        for step in after:
            other = await step.run(request, {**data, "response": _response(value)})
            value = value if other is None else other
        return value

    return _named(chain, main.handler)


def _named(chain: Run, handler: Callable[..., object]) -> Run:
    return functools.update_wrapper(chain, handler)
