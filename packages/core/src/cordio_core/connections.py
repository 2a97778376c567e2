"""How the handler of a connection is called: by whom holds the connection, for as long as it lasts."""

from __future__ import annotations

import functools
import inspect
from collections.abc import AsyncIterable, Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeAlias

from cordio_core._exceptions import HandlerError
from cordio_core._response import Response
from cordio_core._signature import place
from cordio_core._step import awaitable, refuse_generator

__all__ = ["Began", "Holder", "connected", "holding", "streamed"]

Began: TypeAlias = Callable[[], Awaitable[object]]
Holder: TypeAlias = Callable[[Began], Awaitable[object]]

_HOLDER: ContextVar[Holder | None] = ContextVar("cordio_core.holder", default=None)


@contextmanager
def holding(holder: Holder) -> Iterator[None]:
    """Let an entrypoint call the handler of the connection that it holds.

    Parameters
    ----------
    holder : callable
        Called in the handler's layer and with its services, in place of the handler, with what calls it; what
        it returns is the handler's answer.

    Yields
    ------
    None
        For the block that runs the plan.

    Examples
    --------
    >>> import asyncio
    >>> async def greet() -> str:
    ...     return "hello"
    >>> async def loudly(began: Began) -> object:
    ...     return str(await began()).upper()
    >>> with holding(loudly):
    ...     asyncio.run(connected(greet)())
    'HELLO'
    """
    token = _HOLDER.set(holder)
    try:
        yield
    finally:
        _HOLDER.reset(token)


def connected(handler: Callable[..., object]) -> Callable[..., Awaitable[object]]:
    """Return what is called in place of a handler that has a connection to itself.

    Parameters
    ----------
    handler : callable
        The handler: a function, async or not.

    Returns
    -------
    callable
        An async function with the same parameters: whoever holds the connection calls the handler.

    Raises
    ------
    HandlerError
        If it is a generator.
    """
    refuse_generator(handler)
    call = awaitable(handler)

    @functools.wraps(handler)
    async def run(*args: object, **kwargs: object) -> object:
        holder, began = _HOLDER.get(), functools.partial(call, *args, **kwargs)
        return await (began() if holder is None else holder(began))

    return run


def streamed(handler: Callable[..., object]) -> Callable[..., Awaitable[object]]:
    """Return what is called in place of a handler whose answer is a stream of events.

    Parameters
    ----------
    handler : callable
        An async generator, or a function that returns an async iterable.

    Returns
    -------
    callable
        An async function with the same parameters: whoever holds the connection takes the events. Where
        nobody does, it returns a list of them.

    Raises
    ------
    HandlerError
        If it is a generator that is not async.
    """
    found = inspect.unwrap(handler)
    if inspect.isgeneratorfunction(found):
        raise HandlerError(place(handler), "is a generator that is not async", "write async def")
    call = handler if inspect.isasyncgenfunction(found) else awaitable(handler)

    @functools.wraps(handler)
    async def run(*args: object, **kwargs: object) -> object:
        async def begun() -> object:
            made = call(*args, **kwargs)
            return _checked(handler, await made if inspect.isawaitable(made) else made)

        holder = _HOLDER.get()
        return await (_listed(begun) if holder is None else holder(begun))

    return run


def _checked(handler: Callable[..., object], answer: object) -> object:
    if isinstance(answer, AsyncIterable | Response):
        return answer
    raise HandlerError(
        place(handler),
        f"answers with {type(answer).__name__} where a stream is wanted",
        "yield the events, or return an async iterable, or a Response",
    )


async def _listed(begun: Began) -> object:
    answer = await begun()
    return [item async for item in answer] if isinstance(answer, AsyncIterable) else answer
