"""A span around each call of a function."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar, overload

from cordio_monitor._span import span

__all__ = ["observed"]

P = ParamSpec("P")
R = TypeVar("R")


@overload
def observed(function: Callable[P, R], /) -> Callable[P, R]: ...


@overload
def observed(
    name: str | None = None, /, *, stage: str | None = None, point: str = ""
) -> Callable[[Callable[P, R]], Callable[P, R]]: ...


def observed(
    target: Callable[P, R] | str | None = None, /, *, stage: str | None = None, point: str = ""
) -> Callable[P, R] | Callable[[Callable[P, R]], Callable[P, R]]:
    """Make a span of each call of a function: plain, async, or a generator of either kind.

    The signature is kept. The span of a stream lasts from its first item to its end.

    Parameters
    ----------
    target : Callable[P, R] | str | None
        The function; or the name of the spans, by default that of the function.
    stage : str | None
        The stage of the business process that the calls belong to.
    point : str
        The standard point that they stand for; it can be switched off there.

    Returns
    -------
    Callable[P, R] | Callable[[Callable[P, R]], Callable[P, R]]
        The observed function, or a decorator.

    Raises
    ------
    NotAFunction
        If it is no function: a class, a method of one that is made by a decorator, what is built in.

    Examples
    --------
    >>> import inspect
    >>> @observed(stage="stock")
    ... def reserve(sku: str, n: int = 1) -> int:
    ...     return n
    >>> reserve("A-1"), str(inspect.signature(reserve))
    (1, "(sku: 'str', n: 'int' = 1) -> 'int'")
    """
    if target is not None and not isinstance(target, str):
        return _observed(target, None, stage, point)
    name = target

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        return _observed(function, name, stage, point)

    return decorate


def _observed(function: Callable[P, R], name: str | None, stage: str | None, point: str) -> Callable[P, R]:
    from cordio_monitor._wrapping import wrapped

    called = name or getattr(function, "__qualname__", repr(function)).replace("<locals>.", "")
    return wrapped(function, lambda: span(called, stage, point))
