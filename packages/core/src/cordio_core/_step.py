"""One function of a handler's chain, ready to be called."""

from __future__ import annotations

import functools
import inspect
import types
import typing
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from cordio_core._exceptions import HandlerError
from cordio_core._request import Request
from cordio_core._response import Response
from cordio_core._signature import Needs, needs, place
from cordio_core._threads import THREADS
from cordio_core.events import Event
from cordio_core.protocols import Container

__all__ = ["Run", "Step", "awaitable", "main_step", "refuse_generator", "side_step"]

Run = Callable[[Request, Mapping[str, object]], Awaitable[object]]
_SILENT = (type(None), Response)


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
        Calls it with the request and the values there are.
    offers : str or None
        The name under which handlers after it get what it returns.
    """

    handler: Callable[..., object]
    needs: Needs
    run: Run
    offers: str | None


def offer(handler: Callable[..., object]) -> str | None:
    """Return the name under which handlers after this one get what it returns.

    Parameters
    ----------
    handler : callable
        A function, or an object that can be called.

    Returns
    -------
    str or None
        Its name; None if it has none, or says that it returns nothing but a `Response`.

    Examples
    --------
    >>> def caller() -> str: ...
    >>> def allow() -> Response | None: ...
    >>> offer(caller), offer(allow)
    ('caller', None)
    """
    try:
        returns = typing.get_type_hints(handler).get("return", object)
    except Exception:  # an annotation is code of the user's; what is wrong with it is told where it is read
        returns = object
    union = typing.get_origin(returns) in (typing.Union, types.UnionType)
    kinds = typing.get_args(returns) if union else (returns,)
    name = getattr(handler, "__name__", None)
    is_name = isinstance(name, str) and name.isidentifier()
    return name if is_name and any(kind not in _SILENT for kind in kinds) else None


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


def refuse_generator(handler: Callable[..., object]) -> None:
    """Refuse a generator where a function is wanted: nobody would run its body.

    Parameters
    ----------
    handler : callable
        The function.

    Raises
    ------
    HandlerError
        If it is a generator.
    """
    found = inspect.unwrap(handler)
    if inspect.isgeneratorfunction(found) or inspect.isasyncgenfunction(found):
        raise HandlerError(
            place(handler),
            "is a generator",
            "return what it answers, or Response(stream=...); or use around=[...]",
        )


def main_step(
    handler: Callable[..., object],
    event: Event,
    container: Container,
    offered: frozenset[str] = frozenset(),
    *,
    is_followed: bool = False,
) -> Step:
    """Compile the handler itself: it takes all of the event's data.

    Parameters
    ----------
    handler : callable
        The handler.
    event : Event
        The event it answers.
    container : Container
        Where its services come from.
    offered : frozenset of str
        What handlers before it return, by their names.
    is_followed : bool
        Whether handlers after it may ask for what it returns.

    Returns
    -------
    Step
        The handler, ready to be called.
    """
    call = event.called(handler)
    if call is None:
        refuse_generator(handler)
    own = needs(handler, event, container, offered)
    run = _requested(container.inject(call or awaitable(handler)), own.request)
    return Step(call or handler, own, run, offer(handler) if is_followed else None)


def side_step(
    handler: Callable[..., object],
    event: Event,
    names: tuple[str, ...],
    container: Container,
    call: Callable[..., Awaitable[object]] | None = None,
) -> Step:
    """Compile a handler that runs before, after or around another: it takes what it names of what there is.

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
    call : callable or None
        What is called in its place, with its parameters.

    Returns
    -------
    Step
        The handler, ready to be called.

    Raises
    ------
    HandlerError
        If it wants what is not there.
    """
    if call is None:
        refuse_generator(handler)
    own = needs(handler, Event(event.kind, event.name, names), container)
    wanted = tuple(parameter.name for parameter in own.data if parameter.name in names)
    for parameter in own.data:
        if parameter.name not in wanted and parameter.default is parameter.empty:
            raise HandlerError(
                place(handler),
                f"has the parameter {parameter.name!r}: no service, and not of the data of {event.name!r}",
                f"take one of {', '.join(map(repr, names))}" if names else "take what it needs of the request",
            )
    run = _requested(container.inject(call or awaitable(handler)), own.request)
    return Step(handler, own, selected(run, wanted), offer(handler))


def selected(run: Run, names: tuple[str, ...]) -> Run:
    """Let a function see nothing but what it names.

    Parameters
    ----------
    run : callable
        The function.
    names : tuple of str
        Its names.

    Returns
    -------
    callable
        The same function, to be called with all the values there are.
    """
    return lambda request, values: run(request, {name: values[name] for name in names if name in values})


def _requested(call: Callable[..., Awaitable[object]], names: tuple[str, ...]) -> Run:
    """Give the request under the names that it has in the handler."""
    if not names:
        return lambda request, data: call(**data)
    if len(names) == 1:
        (name,) = names
        return lambda request, data: call(**data, **{name: request})
    return lambda request, data: call(**data, **dict.fromkeys(names, request))
