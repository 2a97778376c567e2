"""Making the object of a service, and closing it again, whatever it is made by."""

from __future__ import annotations

import inspect
import math
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, TypeVar, cast

from cordio_di._place import reason
from cordio_di._service import Service

__all__ = ["Opened", "ending", "opened", "started", "within"]

T = TypeVar("T")
Close = Callable[[BaseException | None], Awaitable[None]]


class _Contextual(Protocol):
    async def __aenter__(self) -> object: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> object: ...


async def _nothing(error: BaseException | None) -> None:
    return None


@dataclass(slots=True, eq=False)
class Opened:
    """An object that is there, and how it is closed: with the exception that ended its use, if one did.

    Closing never swallows that exception: the caller raises it again.
    """

    value: object
    close: Close = _nothing


async def opened(service: Service, arguments: Mapping[str, object]) -> Opened:
    """Make the object of a service, and enter it if it is of a class that can be entered."""
    made = service.make(**arguments)
    match service.kind:
        case "class" if hasattr(type(made), "__aenter__"):
            entered = await cast(_Contextual, made).__aenter__()
            return Opened(made if entered is None else entered, _leaver(cast(_Contextual, made)))
        case "coroutine":
            return Opened(await cast(Awaitable[object], made))
        case "generator":
            return _begun(cast(Generator[object, None, None], made))
        case "async generator":
            return await _async_begun(cast(AsyncGenerator[object, None], made))
    if inspect.isawaitable(made):
        return Opened(await made)
    return Opened(made)


async def started(service: Service, arguments: Mapping[str, object]) -> Opened:
    """Make the object of a service within the limit of its start; one that comes too late is closed again."""

    async def undo(late: Opened) -> None:
        await within(service.stop_within, late.close(None))

    return await within(service.start_within, opened(service, arguments), undo)


def ending(service: Service, end: object) -> Close:
    """Return how a started generator is closed, or an entered object."""
    if service.kind == "generator":
        return _finisher(cast(Generator[object, None, None], end))
    if service.kind == "async generator":
        return _async_finisher(cast(AsyncGenerator[object, None], end))
    return _leaver(cast(_Contextual, end))


async def within(limit: float, work: Awaitable[T], undo: Callable[[T], Awaitable[object]] | None = None) -> T:
    """Wait for `work`, but at most so many seconds; `undo` takes back what comes after that."""
    if limit == math.inf:
        return await work
    import asyncio

    timer = asyncio.timeout(limit)
    try:
        async with timer:
            found = await work
    except TimeoutError as error:
        if timer.expired():
            raise TimeoutError(f"it took longer than {limit:g} s") from error
        raise
    if timer.expired():
        await _refuse_late(limit, found, undo)
    return found


async def _refuse_late(limit: float, late: T, undo: Callable[[T], Awaitable[object]] | None) -> None:
    error = TimeoutError(f"it took longer than {limit:g} s, and went on after its cancellation")
    try:
        if undo is not None:
            await undo(late)
    except Exception as failure:
        error.add_note(f"besides, its stop failed: {reason(failure)}")
    raise error


def _leaver(made: _Contextual) -> Close:
    async def leave(error: BaseException | None) -> None:
        trace = error.__traceback__ if error else None
        try:
            await made.__aexit__(type(error) if error else None, error, trace)
        except BaseException as raised:
            if raised is not error:
                raise

    return leave


def _begun(generator: Generator[object, None, None]) -> Opened:
    try:
        value = next(generator)
    except StopIteration:
        raise RuntimeError("it ends without a yield: yield the object once") from None
    return Opened(value, _finisher(generator))


def _finisher(generator: Generator[object, None, None]) -> Close:
    async def finish(error: BaseException | None) -> None:
        trace = error.__traceback__ if error else None
        try:
            next(generator) if error is None else generator.throw(error)
        except StopIteration:
            return
        except BaseException as raised:
            if error is None or not _is_same(raised, error):
                raise
            error.__traceback__ = trace
            return
        generator.close()
        raise RuntimeError("it yields a second time: yield the object once")

    return finish


async def _async_begun(generator: AsyncGenerator[object, None]) -> Opened:
    try:
        value = await anext(generator)
    except StopAsyncIteration:
        raise RuntimeError("it ends without a yield: yield the object once") from None
    return Opened(value, _async_finisher(generator))


def _async_finisher(generator: AsyncGenerator[object, None]) -> Close:
    async def finish(error: BaseException | None) -> None:
        trace = error.__traceback__ if error else None
        try:
            await (anext(generator) if error is None else generator.athrow(error))
        except StopAsyncIteration:
            return
        except BaseException as raised:
            if error is None or not _is_same(raised, error):
                raise
            error.__traceback__ = trace
            return
        await generator.aclose()
        raise RuntimeError("it yields a second time: yield the object once")

    return finish


def _is_same(raised: BaseException, thrown: BaseException) -> bool:
    """Tell whether a generator raised what was thrown in; PEP 479 wraps the end of an iteration."""
    wrapped = isinstance(thrown, (StopIteration, StopAsyncIteration)) and raised.__cause__ is thrown
    return raised is thrown or wrapped
