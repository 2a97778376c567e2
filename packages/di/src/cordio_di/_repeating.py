"""What repeats the start of a service; a part that brings retry schemes satisfies it by its shape."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from typing import Protocol

__all__ = ["Repeating"]


class Repeating(Protocol):
    """A retry scheme: wraps an async function that takes nothing, as a decorator does.

    Decorators that repeat satisfy it as they are: ``errors.service`` of cordio-errors, ``tenacity.retry(…)``.

    Examples
    --------
    >>> def twice(start):
    ...     async def repeated():
    ...         try:
    ...             return await start()
    ...         except OSError:
    ...             return await start()
    ...     return repeated
    >>> from cordio_di import Container
    >>> container = Container()
    >>> @container.service(retry=twice)
    ... async def pool() -> object: ...
    """

    def __call__(
        self, start: Callable[[], Coroutine[object, object, object]], /
    ) -> Callable[[], Awaitable[object]]:
        """Return a function that calls `start` until it succeeds, or raises what it failed with at last.

        Parameters
        ----------
        start : callable
            One attempt. Its result is to be returned; no cancellation may be kept from it.

        Returns
        -------
        callable
            An async function.
        """
        ...
