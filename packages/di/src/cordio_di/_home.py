"""Which event loop a container is open in, told by one comparison."""

from __future__ import annotations

from _thread import get_ident
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    import asyncio

    from cordio_di._protocols import Home

__all__ = ["home"]


class _Told:
    """Stands for a loop that is not derived from asyncio's, such as uvloop's."""

    __slots__ = ("_loop",)

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    @property
    def _thread_id(self) -> int | None:
        from asyncio import _get_running_loop

        return get_ident() if _get_running_loop() is self._loop else None


def home(loop: asyncio.AbstractEventLoop) -> Home:
    """Return what tells where a loop runs."""
    from asyncio import BaseEventLoop

    return cast("Home", loop if isinstance(loop, BaseEventLoop) else _Told(loop))
