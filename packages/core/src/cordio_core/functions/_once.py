"""A call that is made once, however often it is asked for."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from cordio_core.functions._single_flight import SingleFlight

__all__ = ["Once", "once"]

T = TypeVar("T")


class Once(Generic[T]):
    """An async function without arguments whose first result is that of every call; made by `once`.

    Who asks while the first call goes on waits for it, as in `SingleFlight`. A call that fails, or that
    everybody gave up, is not remembered: the next one tries again.

    Parameters
    ----------
    function : callable
        The function.

    Raises
    ------
    TypeError
        If it cannot be called without arguments.
    """

    def __init__(self, function: Callable[[], Awaitable[T]]) -> None:
        functools.update_wrapper(self, function)
        _refuse_parameters(function)
        self._function = function
        self._flights = SingleFlight[T]()
        self._made: tuple[T] | None = None

    async def __call__(self) -> T:
        """Return the result; make it if there is none.

        Returns
        -------
        object
            What the function returned.
        """
        if self._made is None:
            return await self._flights.run("once", self._make)
        return self._made[0]

    def forget(self) -> None:
        """Let the next call make the result anew."""
        self._made = None

    async def _make(self) -> T:
        value = await self._function()
        self._made = (value,)
        return value


def once(function: Callable[[], Awaitable[T]], /) -> Once[T]:
    """Let an async function without arguments run once.

    Parameters
    ----------
    function : callable
        The function.

    Returns
    -------
    Once
        What passes for it; ``forget()`` lets the next call run again.

    Raises
    ------
    TypeError
        If it cannot be called without arguments.

    Examples
    --------
    >>> import asyncio
    >>> @once
    ... async def keys() -> list[str]:
    ...     print("reading")
    ...     return ["a"]
    >>> async def main() -> list[str]:
    ...     await keys()
    ...     return await keys()
    >>> asyncio.run(main())
    reading
    ['a']
    """
    return Once(function)


def _refuse_parameters(function: Callable[..., object]) -> None:
    try:
        inspect.signature(function).bind()
    except TypeError as error:
        named = getattr(function, "__qualname__", repr(function))
        raise TypeError(
            f"once remembers one result, but {named} wants arguments ({error}): bind them by functools.partial"
        ) from None
