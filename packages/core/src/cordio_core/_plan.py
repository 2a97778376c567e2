"""The way of one event through its handler, compiled once at the start."""

from __future__ import annotations

import asyncio
import functools
import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence

from cordio_core._request import Request, Response
from cordio_core._signature import Needs, needs, place
from cordio_core.events import Event
from cordio_core.protocols import Container, Guard

__all__ = ["Plan"]

_Step = Callable[[Request, Mapping[str, object]], Awaitable[object]]


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
    """

    __slots__ = ("_chain", "_guard", "after", "before", "data", "event", "handler", "place", "returns")

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
        own = needs(handler, event, container)
        self.event, self.handler, self.data, self.returns = event, handler, own.data, own.returns
        self.before, self.after = tuple(before), tuple(after)
        self.place = place(handler)
        self._guard = guard
        self._chain = _chain(handler, _step(handler, own, container), *_around(self, container))

    @property
    def callables(self) -> dict[Callable[..., object], frozenset[str]]:
        """Each function of the chain, with the names that the event gives it."""
        given = frozenset(parameter.name for parameter in self.data) | {"request"}
        steps = {step: given for step in self.before} | {step: given | {"response"} for step in self.after}
        return {**steps, self.handler: given | _requests(self.handler)}

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


def _requests(handler: Callable[..., object]) -> frozenset[str]:
    parameters = inspect.signature(handler).parameters.values()
    return frozenset(p.name for p in parameters if p.annotation in (Request, "Request"))


def _chain(
    handler: Callable[..., object], main: _Step, before: Sequence[_Step], after: Sequence[_Step]
) -> Callable[[Request, Mapping[str, object]], Awaitable[object]]:
    if not before and not after:
        return _named(main, handler)

    async def chain(request: Request, data: Mapping[str, object]) -> object:
        for step in before:
            early = await step(request, data)
            if isinstance(early, Response):
                return early
        value = await main(request, data)
        for step in after:
            other = await step(request, {**data, "response": _response(value)})
            value = value if other is None else other
        return value

    return _named(chain, handler)


def _named(chain: _Step, handler: Callable[..., object]) -> _Step:
    functools.update_wrapper(chain, handler)
    return chain


def _around(plan: Plan, container: Container) -> tuple[list[_Step], list[_Step]]:
    names = tuple(parameter.name for parameter in plan.data)
    before = [_side(step, plan.event, names, container) for step in plan.before]
    after = [_side(step, plan.event, (*names, "response"), container) for step in plan.after]
    return before, after


def _side(handler: Callable[..., object], event: Event, names: tuple[str, ...], container: Container) -> _Step:
    """Compile a handler beside the main one: it takes what it names of the event's data."""
    wanted = tuple(name for name in inspect.signature(handler).parameters if name in names)
    own = needs(handler, Event(event.kind, event.name, wanted), container)
    return _step(handler, own, container, only=wanted)


def _step(
    handler: Callable[..., object], own: Needs, container: Container, only: tuple[str, ...] | None = None
) -> _Step:
    call = container.inject(_awaitable(handler))
    requests = own.request

    async def step(request: Request, data: Mapping[str, object]) -> object:
        given = data if only is None else {name: data[name] for name in only if name in data}
        if requests:
            given = {**given, **dict.fromkeys(requests, request)}
        return await call(**given)

    return step


def _awaitable(handler: Callable[..., object]) -> Callable[..., Awaitable[object]]:
    """Return a sync handler as one that runs in a thread, so that it never holds up the event loop."""
    if inspect.iscoroutinefunction(handler):
        return handler

    @functools.wraps(handler)
    async def threaded(*args: object, **kwargs: object) -> object:
        return await asyncio.to_thread(handler, *args, **kwargs)

    return threaded
