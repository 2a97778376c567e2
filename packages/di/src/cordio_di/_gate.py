"""Waiting for the first of several starts to be over."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import asyncio

__all__ = ["Gate", "first_of"]

Wake: TypeAlias = Callable[[object], object]


class Gate:
    """Opens once; it calls its callbacks at once, where a future lets a turn of the loop pass before."""

    __slots__ = ("_callbacks", "_is_open")

    def __init__(self) -> None:
        self._is_open = False
        self._callbacks: dict[Wake, None] = {}

    def done(self) -> bool:
        """Tell whether it is open."""
        return self._is_open

    def open(self) -> None:
        """Let everybody in who waits."""
        self._is_open = True
        for wake in tuple(self._callbacks):
            wake(self)

    def add_done_callback(self, wake: Wake) -> None:
        """Call `wake` when it opens; it is not open yet."""
        self._callbacks[wake] = None

    def remove_done_callback(self, wake: Wake) -> None:
        """Forget a callback."""
        self._callbacks.pop(wake, None)


async def first_of(waited: Collection[Gate | asyncio.Task[None]]) -> None:
    """Wait until one of several is done; half the work of `asyncio.wait`, which counts at each start."""
    from asyncio import get_running_loop

    woken = get_running_loop().create_future()

    def wake(done: object) -> None:
        if not woken.done():
            woken.set_result(None)

    for one in waited:
        one.add_done_callback(wake)
    try:
        await woken
    finally:
        for one in waited:
            one.remove_done_callback(wake)
