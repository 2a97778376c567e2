"""The moment by which a call must be done; layers below inherit it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextvars import ContextVar, Token
from types import TracebackType
from typing import Self

from cordio_errors._context import restore
from cordio_errors._duration import seconds
from cordio_errors._exceptions import RetryMistake
from cordio_errors._failures import LimitExceeded
from cordio_errors._pause import now

__all__ = ["Armed", "deadline", "earliest", "end"]

end: ContextVar[float | None] = ContextVar("cordio_errors_end", default=None)


class Armed:
    """A block that is cut at a moment.

    Parameters
    ----------
    moment : float
        By `now`; an earlier end that is inherited wins.
    cut : callable
        Makes the exception for a block that was cut.
    """

    __slots__ = ("_cut", "_moment", "_timer", "_token")

    def __init__(self, moment: float, cut: Callable[[], Exception]) -> None:
        self._moment, self._cut = earliest(moment), cut

    async def __aenter__(self) -> Self:
        """Begin."""
        self._token: Token[float | None] = end.set(self._moment)
        self._timer = asyncio.timeout_at(_loop_time(self._moment))
        await self._timer.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        """End; what was cut by somebody else, or failed by itself, passes as it is."""
        restore(end, self._token)
        timer, make = self._timer, self._cut
        del self._timer, self._cut  # the one holds the task, the other who holds us
        try:
            await timer.__aexit__(kind, error, trace)
            return
        except TimeoutError:
            cut = make()
        try:
            raise cut from error
        finally:
            del cut, error, timer, make  # the traceback holds this frame

    @property
    def inherited(self) -> float | None:
        """The end that was in force around the block."""
        outer = self._token.old_value
        return None if outer is Token.MISSING else outer

    def move(self, moment: float | None) -> None:
        """Cut at another moment; too late once the block is being cut.

        Parameters
        ----------
        moment : float or None
            By `now`; None where only an inherited end counts.
        """
        inherited = self.inherited
        moment = inherited if moment is None else _earlier(moment, inherited)
        end.set(moment)
        if not self._timer.expired():
            self._timer.reschedule(None if moment is None else _loop_time(moment))


class deadline:
    """A limit on a block: no layer in it waits or repeats beyond, whatever its own rules say.

    ``async with`` cuts the block at the limit; ``with``, for code that is not async, only makes the layers
    in it give up in time. A limit inside another never ends later than that one.

    Parameters
    ----------
    within : str or float
        As in ``"2s"``; a number is seconds.

    Raises
    ------
    RetryMistake
        If it is no duration.

    Examples
    --------
    >>> import asyncio
    >>> async def main() -> None:
    ...     async with deadline("10ms"):
    ...         await asyncio.Event().wait()
    >>> asyncio.run(main())
    Traceback (most recent call last):
    cordio_errors._failures.LimitExceeded: the block was cut: it has 0.01 s (deadline(...))
    """

    __slots__ = ("_armed", "_seconds", "_token")

    def __init__(self, within: str | float, /) -> None:
        try:
            self._seconds = seconds(within)
        except ValueError as error:
            raise RetryMistake("within", str(error), "deadline") from None

    def __enter__(self) -> Self:
        """Let the limit run."""
        self._token = end.set(earliest(now() + self._seconds))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        """Take the limit away."""
        restore(end, self._token)

    async def __aenter__(self) -> Self:
        """Let the limit run, and cut the block at it."""
        self._armed = Armed(now() + self._seconds, self._exceeded)
        await self._armed.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        """Take the limit away; say so if it has cut the block."""
        await self._armed.__aexit__(kind, error, trace)

    def _exceeded(self) -> Exception:
        return LimitExceeded("the block", self._seconds, "deadline(...)")


def earliest(moment: float) -> float:
    """Return the earlier of a moment and of the end that is inherited.

    Parameters
    ----------
    moment : float
        A moment by `now`.

    Returns
    -------
    float
        The earlier.
    """
    return _earlier(moment, end.get())


def _earlier(moment: float, other: float | None) -> float:
    return moment if other is None or moment < other else other


def _loop_time(moment: float) -> float:
    return asyncio.get_running_loop().time() + moment - now()
