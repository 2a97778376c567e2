"""An application under test for those who cannot await."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, Generic, TypeVar

from cordio_core.testing._testing import Testing

__all__ = ["Blocking", "blocking"]

T = TypeVar("T")
Run = Callable[[Coroutine[Any, Any, Any]], Any]

_INNER = ("clock", "exchange", "http")


class Blocking(Generic[T]):
    """Has what another object has, but waits for what would have to be awaited.

    The application goes on as long as such a call does, and stands still between them.

    Parameters
    ----------
    target : object
        The other object.
    run : callable
        Runs a coroutine to its end.
    """

    def __init__(self, target: T, run: Run) -> None:
        self._target, self._run = target, run

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._target, name)
        if name in _INNER:
            return Blocking(found, self._run)
        if not inspect.iscoroutinefunction(found):
            return found
        return lambda *args, **kwargs: self._run(found(*args, **kwargs))


@contextmanager
def blocking(testing: Testing) -> Iterator[Blocking[Testing]]:
    """Start an application under test in an event loop of its own, which goes on while something is asked.

    Parameters
    ----------
    testing : Testing
        What ``App.testing`` returns.

    Yields
    ------
    Blocking[Testing]
        The same, to be called without ``await``.

    Raises
    ------
    Exception
        What a part of the application has failed of.

    Examples
    --------
    >>> from cordio_core import App, emitted
    >>> app = App("orders")
    >>> @app.on(emitted("order.placed"))
    ... async def greet(sku: str) -> str:
    ...     return f"thanks for {sku}"
    >>> with blocking(app.testing()) as t:
    ...     t.call(greet, sku="A-1").value
    'thanks for A-1'
    """
    with asyncio.Runner() as runner:
        runner.run(testing.__aenter__())
        try:
            yield Blocking(testing, runner.run)
        finally:
            runner.run(testing.__aexit__(None, None, None))
