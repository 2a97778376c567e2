"""Each statement as a call of the service layer: a span, and a word about those that are slow."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, TypeAlias, TypeVar, runtime_checkable

from cordio_pg._explained import Explained
from cordio_pg._literals import masked, shown
from cordio_pg._observer import Observer

if TYPE_CHECKING:
    from cordio_pg._raw import Raw

__all__ = ["Following", "Span", "Watch", "watch"]

T = TypeVar("T")
Call: TypeAlias = "Callable[[Raw], Awaitable[T]]"
_log = logging.getLogger("cordio_pg")


class Span(Protocol):
    """What is done to another service, timed from its entering to its leaving.

    Attributes
    ----------
    point : str
        The standard point that it stands for; chosen before it is entered.
    fields : mapping of str to object, or None
        What else is known of it; there until it is left.
    """

    point: str
    fields: Mapping[str, object] | None

    @property
    def headers(self) -> Mapping[str, str]:
        """What the other is to get, so that the trace goes on (W3C Trace Context)."""
        ...

    def __enter__(self) -> object: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> bool | None: ...


@runtime_checkable
class Following(Protocol):
    """An observer that follows each statement; the ``Monitor`` of cordio-monitor is one.

    The span is called by what is done, ``pg.select``, stands for the point ``queries``, and has the fields
    ``statement``, without its literals, and ``rows``, as far as they are known. That of a message which is
    left in the outbox stands for the point ``messages``, and its headers go with the message.

    Examples
    --------
    >>> from contextlib import AbstractContextManager
    >>> class Timed(AbstractContextManager):
    ...     point, fields, headers = "", None, {}
    ...     def __exit__(self, kind, error, trace):
    ...         print(self.point, self.fields)
    >>> class Prints:
    ...     def outgoing(self, name):
    ...         print("begun", name)
    ...         return Timed()
    >>> isinstance(Prints(), Following)
    True
    """

    def outgoing(self, name: str, /) -> Span:
        """Return the span of what is done to another service."""
        ...


@runtime_checkable
class Selective(Protocol):
    """An observer that may have no use for some spans; the ``Monitor`` of cordio-monitor is one."""

    def sees(self, point: str, /) -> bool:
        """Tell whether it takes spans of a standard point."""
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
        self._is_seen = not isinstance(following, Selective) or following.sees("queries")
        self._clock = asyncio.get_running_loop().time

    async def call(
        self, run: Callable[[Call[T]], Awaitable[T]], call: Call[T], query: str, args: tuple[object, ...]
    ) -> T:
        """Have a call made, and tell of it."""
        timed = self._timed(call, query, args) if self._slow else call
        if self._following is None or not self._is_seen:
            return await run(timed)
        name, statement = shown(query)
        span = self._begun(name, "queries")
        if span is None:
            return await run(timed)
        try:
            result = await run(timed)
        except BaseException as error:
            self._ended(span, {"statement": statement}, error)
            raise
        rows = _rows(result)
        self._ended(
            span, {"statement": statement} if rows is None else {"statement": statement, "rows": rows}, None
        )
        return result

    @contextmanager
    def message(self, name: str) -> Iterator[Mapping[str, str]]:
        """Follow the writing of a message into the outbox; give the headers by which its trace goes on."""
        span = self._begun(f"outbox {name}", "messages")
        if span is None:
            yield {}
            return
        try:
            yield dict(span.headers)
        except BaseException as error:
            self._ended(span, {}, error)
            raise
        self._ended(span, {}, None)

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

    def _begun(self, name: str, point: str) -> Span | None:
        if self._following is None:
            return None
        try:
            span = self._following.outgoing(name)
            span.point = point
            span.__enter__()
        except Exception:  # a stranger's: whatever it raises, the statement goes on
            self._deaf()
            return None
        return span

    def _ended(self, span: Span, fields: dict[str, object], error: BaseException | None) -> None:
        try:
            span.fields = {**span.fields, **fields} if span.fields else fields
            if error is None:
                span.__exit__(None, None, None)
            else:
                span.__exit__(type(error), error, error.__traceback__)
        except Exception:  # a stranger's: whatever it raises, the statement is done
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
