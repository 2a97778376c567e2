"""A block that is repeated: each round of a loop is one attempt."""

from __future__ import annotations

from collections.abc import Coroutine, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Self

from cordio_errors._course import Course
from cordio_errors._deadline import Armed
from cordio_errors._flow import Flow
from cordio_errors._frame import Block, Frame, current, leave
from cordio_errors._layer import Layer
from cordio_errors._mark import marks
from cordio_errors._pause import now, pause, pause_now
from cordio_errors._signal import Break
from cordio_errors._tables import Tables

__all__ = ["Attempts"]


class Attempts:
    """The attempts at a block, for one loop; `FreeLayer.attempts` makes it.

    Each round gives an attempt for ``with``. The loop ends after the first attempt that is done; the
    last one that fails is judged as a block of the layer is.

    Parameters
    ----------
    flow : Flow
        Who decides about what is not repeated.
    layer : Layer
        The layer of the block.
    tables : Tables
        Which failures are repeated, and how.

    Examples
    --------
    >>> from cordio_errors import Errors, Retry
    >>> errors, line = Errors(), [OSError("busy"), None]
    >>> errors.on(OSError, retry=Retry(attempts=3, wait="1ms"))
    >>> for attempt in errors.layer("sending").attempts():
    ...     with attempt:
    ...         if (error := line.pop(0)) is not None:
    ...             raise error
    >>> line
    []
    """

    __slots__ = ("_course", "_first", "_flow", "_frame", "_rules", "_tables", "_wait", "_within")

    def __init__(self, flow: Flow, layer: Layer, tables: Tables) -> None:
        self._flow, self._tables, self._frame = flow, tables, Frame()
        self._frame.layer, self._frame.outer, self._frame.since = layer, current.get(), marks.latest
        self._course, self._rules = Course(layer.name, now()), tables.inside(self._frame)
        self._first, self._within = True, self._rules.within
        self._wait: float | None = None

    def __iter__(self) -> Self:
        """Loop in code that is not async; an attempt that hangs cannot be cut."""
        return self

    def __aiter__(self) -> Self:
        """Loop in async code; the limits cut an attempt that hangs."""
        return self

    def __next__(self) -> AbstractContextManager[Block[object]]:
        """Wait in the thread, then give the next attempt."""
        wait, first = self._due()
        if wait is not None:
            pause_now(wait)
        elif not first:
            raise StopIteration
        return self._attempt(cut=False)

    async def __anext__(self) -> AbstractContextManager[Block[object]]:
        """Wait, then give the next attempt."""
        wait, first = self._due()
        if wait is not None:
            await pause(wait, self._course.failed)
        elif not first:
            raise StopAsyncIteration
        return self._attempt(cut=True)

    def _due(self) -> tuple[float | None, bool]:
        wait, first = self._wait, self._first
        self._wait, self._first = None, False
        return wait, first

    @contextmanager
    def _attempt(self, *, cut: bool) -> Iterator[Block[object]]:
        frame = Block[object]()
        frame.layer, frame.outer, frame.value = self._frame.layer, current.get(), None
        frame.since = self._frame.since
        current.set(frame)
        verdict = None
        try:
            with self._limited(cut):
                since = marks.latest
                try:
                    with self._guarded(cut):
                        yield frame
                except Exception as error:
                    self._failed(error, since)
                    if self._wait is None:
                        raise
        except (Exception, Break, BaseExceptionGroup) as error:
            verdict = self._flow.judged(error, frame)
            if verdict is None:
                raise
        finally:
            leave(frame)
        if verdict is not None:
            frame.value = verdict.carried_out_now((), {})

    def _failed(self, error: Exception, since: int) -> None:
        retry = self._tables.retry(error, self._frame)
        self._wait = self._course.wait(error, since, retry)
        self._within = retry.within_seconds if retry is not None else None

    @contextmanager
    def _limited(self, cut: bool) -> Iterator[None]:
        """One attempt at a time: a loop that is left between two leaves no timer."""
        if not cut or self._within is None:
            yield
            return
        try:
            with _armed(self._course.armed(self._within)):
                yield
        finally:
            self._course.disarm()

    @contextmanager
    def _guarded(self, cut: bool) -> Iterator[None]:
        guards = self._rules.guards(self._frame.name)
        if guards is None:
            yield
            return
        with guards.around():
            armed = guards.armed() if cut else None
            with nullcontext() if armed is None else _armed(armed):
                yield


@contextmanager
def _armed(armed: Armed) -> Iterator[None]:
    _at_once(armed.__aenter__())
    try:
        yield
    except BaseException as error:
        _at_once(armed.__aexit__(type(error), error, error.__traceback__))
        raise
    _at_once(armed.__aexit__(None, None, None))


def _at_once(coroutine: Coroutine[object, object, object]) -> None:
    """Timers are set and cleared without a turn of the loop, so ``with`` can do it."""
    try:
        coroutine.send(None)
    except StopIteration:
        return
    finally:
        coroutine.close()
