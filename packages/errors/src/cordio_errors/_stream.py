"""The handler layer around an async generator: open while it runs, closed while its reader works."""

from __future__ import annotations

import functools
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator
from typing import Generic, ParamSpec, Self, TypeVar, cast

from cordio_errors._flow import Flow
from cordio_errors._frame import Frame, current, shared
from cordio_errors._layer import LAYER, Layer
from cordio_errors._mark import marks
from cordio_errors._signal import Break

__all__ = ["Stream", "stream_handler"]

P = ParamSpec("P")
T = TypeVar("T")


class Stream(AsyncIterator[T], Generic[T]):
    """What a handler that is an async generator returns.

    What goes wrong in it is committed and raised: an answer that has begun is not replaced. Awaited, it goes
    to its first item, so that what fails before that is still answered by `Errors.run`.

    Parameters
    ----------
    flow : Flow
        Who decides.
    frame : Frame
        The call of the handler.
    rows : async generator
        What the handler gives.
    """

    __slots__ = ("_ahead", "_flow", "_frame", "_inside", "_rows")

    def __init__(self, flow: Flow, frame: Frame, rows: AsyncGenerator[T, None]) -> None:
        self._flow, self._frame, self._rows = flow, frame, rows
        self._inside: Frame | None = frame
        self._ahead: list[T] | None = None

    def __await__(self) -> Generator[object, None, Self]:
        """Go to the first item, which is then the next."""
        return self._begun().__await__()

    async def __anext__(self) -> T:
        """Give the next item."""
        if self._ahead is None:
            return await self._step()
        ahead, self._ahead = self._ahead, None
        if not ahead:
            raise StopAsyncIteration
        return ahead[0]

    async def aclose(self) -> None:
        """End it early; all that cleans up in it runs."""
        token, self._ahead = current.set(self._inside), []
        try:
            await self._rows.aclose()
            return
        except (Exception, Break, BaseExceptionGroup) as error:
            verdict = self._flow.judged(error, self._frame)
            if verdict is None:
                raise
        finally:
            self._frame.closed = True
            current.reset(token)
        await verdict.carried_out((), {})

    async def _begun(self) -> Self:
        if self._ahead is None:
            try:
                self._ahead = [await self._step()]
            except StopAsyncIteration:
                self._ahead = []
        return self

    async def _step(self) -> T:
        # A block that is open in the generator is its current layer again when it goes on.
        token, ends = current.set(self._inside), True
        try:
            item = await self._rows.__anext__()
            ends = False
            return item
        except StopAsyncIteration:
            raise
        except (Exception, Break, BaseExceptionGroup) as error:
            verdict = self._flow.judged(error, self._frame)
            if verdict is None:
                raise
        finally:
            if ends:
                self._frame.closed = True
            self._inside = current.get()
            current.reset(token)
        await verdict.carried_out((), {})
        raise StopAsyncIteration


def stream_handler(
    flow: Flow,
    layer: Layer,
    function: Callable[P, AsyncGenerator[T, None]],
    sibling: Callable[P, AsyncGenerator[T, None]] | None = None,
) -> Callable[P, AsyncIterator[T]]:
    """Put a handler layer around an async generator function.

    Parameters
    ----------
    flow : Flow
        Who decides.
    layer : Layer
        The layer.
    function : callable
        The function.
    sibling : callable or None
        What is called instead, without a layer, inside the layer of another method of the same object.

    Returns
    -------
    callable
        The function in its layer.
    """

    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> AsyncIterator[T]:
        frame = Frame()
        frame.layer, frame.outer, frame.since = layer, current.get(), marks.latest
        if sibling is not None:
            if frame.outer is not None and shared(frame.outer, args):
                return sibling(*args, **kwargs)
            frame.owner = args[0] if args else None
        return Stream(flow, frame, function(*args, **kwargs))

    setattr(call, LAYER, layer)
    return cast("Callable[P, AsyncIterator[T]]", call)
