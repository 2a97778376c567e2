"""One function of a handler's chain, ready to be called."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from cordio_core._exceptions import HandlerError
from cordio_core._request import Request
from cordio_core._signature import Needs, needs, place
from cordio_core._threads import THREADS
from cordio_core.events import Event
from cordio_core.protocols import Container

__all__ = ["Run", "Step", "awaitable", "main_step", "side_step"]

Run = Callable[[Request, Mapping[str, object]], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Step:
    """A function, what it needs, and how it is run.

    Parameters
    ----------
    handler : callable
        The function.
    needs : Needs
        What fills its parameters, but for services.
    run : callable
        Calls it with the request and the event's data.
    """

    handler: Callable[..., object]
    needs: Needs
    run: Run


def awaitable(handler: Callable[..., object]) -> Callable[..., Awaitable[object]]:
    """Return a sync handler as one that runs in a thread, so that it never holds up the event loop.

    Parameters
    ----------
    handler : callable
        The handler; a sync one may return a coroutine, as the wrapper of a decorator does.

    Returns
    -------
    callable
        An async function with the same parameters.
    """
    if inspect.iscoroutinefunction(handler):
        return handler

    @functools.wraps(handler)
    async def threaded(*args: object, **kwargs: object) -> object:
        result = await THREADS.run(handler, *args, **kwargs)
        return await result if inspect.isawaitable(result) else result

    return threaded


def main_step(handler: Callable[..., object], event: Event, container: Container) -> Step:
    """Compile the handler itself: it takes all of the event's data.

    Parameters
    ----------
    handler : callable
        The handler.
    event : Event
        The event it answers.
    container : Container
        Where its services come from.

    Returns
    -------
    Step
        The handler, ready to be called.
    """
    own = needs(handler, event, container)
    return Step(handler, own, _requested(container.inject(awaitable(handler)), own.request))


def side_step(
    handler: Callable[..., object], event: Event, names: tuple[str, ...], container: Container
) -> Step:
    """Compile a handler that runs before or after another: it takes what it names of that one's data.

    Parameters
    ----------
    handler : callable
        The handler.
    event : Event
        The event that the other answers.
    names : tuple of str
        What there is to take.
    container : Container
        Where its services come from.

    Returns
    -------
    Step
        The handler, ready to be called.

    Raises
    ------
    HandlerError
        If it wants what is not there.
    """
    wanted = tuple(name for name in inspect.signature(handler).parameters if name in names)
    own = needs(handler, Event(event.kind, event.name, wanted), container)
    for parameter in own.data:
        if parameter.name not in wanted and parameter.default is parameter.empty:
            raise HandlerError(
                place(handler),
                f"has the parameter {parameter.name!r}: no service, and not of the data of {event.name!r}",
                f"take one of {', '.join(map(repr, names))}" if names else "take what it needs of the request",
            )
    run = _requested(container.inject(awaitable(handler)), own.request)
    return Step(handler, own, _selected(run, wanted))


def _requested(call: Callable[..., Awaitable[object]], names: tuple[str, ...]) -> Run:
    """Give the request under the names that it has in the handler."""
    if not names:
        return lambda request, data: call(**data)
    if len(names) == 1:
        (name,) = names
        return lambda request, data: call(**data, **{name: request})
    return lambda request, data: call(**data, **dict.fromkeys(names, request))


def _selected(run: Run, names: tuple[str, ...]) -> Run:
    return lambda request, data: run(request, {name: data[name] for name in names if name in data})
