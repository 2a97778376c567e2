"""A handler around another: a generator with one yield."""

from __future__ import annotations

import asyncio
import functools
import inspect
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Mapping
from typing import cast

from cordio_core._exceptions import HandlerError
from cordio_core._request import Request
from cordio_core._response import Response
from cordio_core._signature import place
from cordio_core._step import Step, side_step
from cordio_core._threads import THREADS
from cordio_core.events import Event
from cordio_core.protocols import Container

__all__ = ["Ring", "ring"]

Generated = AsyncGenerator[object, Response]
Inner = Callable[[], Awaitable[Response]]
_END = object()


class _Exit(Exception):
    """The exit of a generator in a thread."""


class Ring:
    """A generator around what is inside: before its yield, and after it with the response.

    Parameters
    ----------
    step : Step
        Makes the generator.
    """

    def __init__(self, step: Step) -> None:
        self.step, self._place = step, place(step.handler)

    async def run(self, request: Request, values: Mapping[str, object], inner: Inner) -> Response:
        """Run what is inside, between the two halves of the generator.

        Parameters
        ----------
        request : Request
            The event's request.
        values : mapping of str to object
            What it may take.
        inner : callable
            Runs what is inside; not called if the generator yields a `Response`.

        Returns
        -------
        Response
            What was yielded, or what is inside answers.

        Raises
        ------
        HandlerError
            If the generator does not yield once.
        """
        generator = cast(Generated, await self.step.run(request, values))
        early = await self._begin(generator)
        try:
            response = early if isinstance(early, Response) else await inner()
        except BaseException as error:
            await self._throw(generator, error)
            raise
        await self._end(generator, response)
        return response

    async def _begin(self, generator: Generated) -> object:
        try:
            early = await anext(generator)
        except StopAsyncIteration:
            raise self._fault("ended without its yield") from None
        except (GeneratorExit, _Exit) as error:
            raise self._exited(error) from None
        if early is not None and not isinstance(early, Response):
            await generator.aclose()
            raise self._fault(f"yields {early!r}")
        return early

    async def _end(self, generator: Generated, response: Response) -> None:
        try:
            await generator.asend(response)
        except StopAsyncIteration:
            return
        except (GeneratorExit, _Exit) as error:
            raise self._exited(error) from None
        await generator.aclose()
        raise self._fault("yields a second time")

    async def _throw(self, generator: Generated, error: BaseException) -> None:
        """Let it see the exception; it may raise another one, and may not swallow it."""
        trace = error.__traceback__
        try:
            await generator.athrow(error)
        except StopAsyncIteration:
            return
        except BaseException as raised:
            if not _is_same(raised, error):
                if isinstance(raised, GeneratorExit | _Exit):
                    raise self._exited(raised) from error
                raise
            error.__traceback__ = trace
            return
        await generator.aclose()
        raise self._fault("yields a second time") from error

    def _exited(self, error: BaseException) -> BaseException:
        """Return what a generator's exit is to others; itself, if the whole event is closed with its loop."""
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            return error
        what = "raises GeneratorExit, which is for whoever closes a generator"
        return HandlerError(self._place, what, "return, or raise an exception of its own")

    def _fault(self, what: str) -> HandlerError:
        return HandlerError(self._place, what, "yield once: nothing to go on, or a Response to answer at once")


def ring(handler: Callable[..., object], event: Event, names: tuple[str, ...], container: Container) -> Ring:
    """Compile a handler around another.

    Parameters
    ----------
    handler : callable
        A generator function, async or not.
    event : Event
        The event that the other answers.
    names : tuple of str
        What there is to take.
    container : Container
        Where its services come from.

    Returns
    -------
    Ring
        The handler, ready to be run.

    Raises
    ------
    HandlerError
        If it is no generator, or wants what is not there.
    """
    found = inspect.unwrap(handler)
    if inspect.isasyncgenfunction(found):
        made = _made(handler)
    elif inspect.isgeneratorfunction(found):
        made = _threaded(handler)
    else:
        raise HandlerError(
            place(handler), "stands around a handler, but is no generator", "let it yield once, or use before="
        )
    return Ring(side_step(handler, event, names, container, made))


def _made(handler: Callable[..., object]) -> Callable[..., Awaitable[object]]:
    @functools.wraps(handler)
    async def make(*args: object, **kwargs: object) -> object:
        return handler(*args, **kwargs)

    return make


def _threaded(handler: Callable[..., object]) -> Callable[..., Awaitable[object]]:
    @functools.wraps(handler)
    async def make(*args: object, **kwargs: object) -> object:
        return _stepped(cast("Generator[object, Response, None]", handler(*args, **kwargs)))

    return make


async def _stepped(generator: Generator[object, Response, None]) -> Generated:
    """Run a sync generator in threads, a step at a time, so that it never holds up the event loop."""
    value = await THREADS.run(_resumed, generator.send, None)
    while value is not _END:
        try:
            response = yield value
        except GeneratorExit:
            await THREADS.run(generator.close)
            raise
        except BaseException as error:  # noqa: B036  # the generator raises it again
            value = await THREADS.run(_resumed, generator.throw, error)
        else:
            value = await THREADS.run(_resumed, generator.send, response)


def _resumed(resume: Callable[..., object], sent: object) -> object:
    try:
        return resume(sent)
    except StopIteration:
        return _END
    except GeneratorExit as error:  # it would end the async generator that waits for this thread
        raise _Exit from error


def _is_same(raised: BaseException, thrown: BaseException) -> bool:
    """Tell whether a generator raised what was thrown in; PEP 479 wraps the end of an iteration."""
    is_wrapped = isinstance(thrown, StopIteration | StopAsyncIteration) and raised.__cause__ is thrown
    return raised is thrown or is_wrapped
