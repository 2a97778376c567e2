"""Each statement as a call of the service layer: a span, and a word about those that are slow."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Protocol, TypeAlias, TypeVar, runtime_checkable

from cordio_pg._explained import Explained
from cordio_pg._literals import masked, verb
from cordio_pg._observer import Observer

if TYPE_CHECKING:
    from cordio_pg._raw import Raw

__all__ = ["Following", "Watch", "watch"]

T = TypeVar("T")
Call: TypeAlias = "Callable[[Raw], Awaitable[T]]"
_Span: TypeAlias = AbstractContextManager[object]
_log = logging.getLogger("cordio_pg")


@runtime_checkable
class Following(Protocol):
    """An observer that follows each statement; the module ``cordio_monitor`` is one.

    The span is called by what is done, ``pg.select``, stands for the point ``queries``, and has the fields
    ``statement``, without its literals, and ``rows``, as far as they are known.

    Examples
    --------
    >>> from contextlib import contextmanager
    >>> class Prints:
    ...     @contextmanager
    ...     def span(self, name, stage=None, point=""):
    ...         print("begun", name)
    ...         yield
    ...         print("done", name)
    ...     def annotate(self, **fields):
    ...         print(fields)
    >>> isinstance(Prints(), Following)
    True
    """

    def span(self, name: str, stage: str | None = None, point: str = "") -> AbstractContextManager[object]:
        """Time what is done in the block."""
        ...

    def annotate(self, **fields: object) -> object:
        """Put fields on the current span."""
        ...


class Watch:
    """What is done around each statement.

    Parameters
    ----------
    following : Following or None
        Who gets the spans.
    observer : Observer or None
        Who is told how many are slow.
    slow : float
        What takes the server so many seconds is slow; 0 for nothing.
    explained : Explained or None
        Asks for the plans of what is slow.
    """

    def __init__(
        self, following: Following | None, observer: Observer | None, slow: float, explained: Explained | None
    ) -> None:
        self._following, self._observer = following, observer
        self._slow, self._explained = slow, explained
        self._clock = asyncio.get_running_loop().time

    async def call(
        self, run: Callable[[Call[T]], Awaitable[T]], call: Call[T], query: str, args: tuple[object, ...]
    ) -> T:
        """Have a call made, and tell of it."""
        timed = self._timed(call, query, args) if self._slow else call
        if self._following is None:
            return await run(timed)
        return await self._followed(self._following, run(timed), query)

    def _timed(self, call: Call[T], query: str, args: tuple[object, ...]) -> Call[T]:
        """Look how long the server takes: waiting for a connection, or in an outage, is no part of it.

        What fails is told by its error: in an outage that is not to be one record for each call.
        """

        async def timed(raw: Raw) -> T:
            began = self._clock()
            result = await call(raw)
            took = self._clock() - began
            if took >= self._slow:
                self._told(query, args, took)
            return result

        return timed

    async def _followed(self, following: Following, made: Awaitable[T], query: str) -> T:
        try:
            span = following.span(verb(query), None, "queries")
            span.__enter__()
        except Exception:
            self._deaf()
            return await made
        try:
            result = await made
        except BaseException as error:
            self._ended(following, span, {"statement": masked(query)}, error)
            raise
        rows = _rows(result)
        fields: dict[str, object] = {"statement": masked(query)}
        if rows is not None:
            fields["rows"] = rows
        self._ended(following, span, fields, None)
        return result

    def _ended(
        self, following: Following, span: _Span, fields: dict[str, object], error: BaseException | None
    ) -> None:
        try:
            following.annotate(**fields)
            if error is None:
                span.__exit__(None, None, None)
            else:
                span.__exit__(type(error), error, error.__traceback__)
        except Exception:
            self._deaf()

    def _deaf(self) -> None:
        _log.exception("the observer %r fails, and follows no statement any more", self._following)
        self._following = None

    def _told(self, query: str, args: tuple[object, ...], took: float) -> None:
        _log.warning("a statement took %.3f s: %s", took, masked(query))
        if self._observer is not None:
            self._observer.count("pg.slow")
        if self._explained is not None:
            self._explained.ask(query, args)


def watch(
    observer: Observer | None,
    slow: float,
    explain: Callable[[str, tuple[object, ...]], Awaitable[object]] | None,
) -> tuple[Watch | None, Explained | None]:
    """Return what watches, if something is to be watched, and what asks for plans."""
    following = observer if isinstance(observer, Following) else None
    if following is None and not slow:
        return None, None
    explained = Explained(explain) if explain is not None and slow else None
    return Watch(following, observer, slow, explained), explained


def _rows(result: object) -> int | None:
    """Return how many rows an answer has, or a statement did something to."""
    if isinstance(result, list):
        return len(result)
    if isinstance(result, str):  # a status of the server: INSERT 0 1
        last = result.rpartition(" ")[2]
        return int(last) if last.isdigit() else None
    return None
