"""A task of asyncio that tells its owner of its end only where nothing else does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any

from cordio_core.protocols import Outcome

__all__ = ["OwnedTask"]


class OwnedTask(asyncio.Task[Outcome]):
    """A task whose coroutine keeps the books itself, which spares the callback of a task that goes well.

    One that is cancelled before it begins runs nothing of its coroutine: then its owner is called.

    Attributes
    ----------
    owner : callable
        Called with the key and the task, at the end of one that somebody has cancelled.
    key : object
        What the owner knows it by.
    """

    __slots__ = ("key", "owner")

    owner: Callable[[object, asyncio.Task[Outcome]], None]
    key: object

    def cancel(self, msg: Any | None = None) -> bool:
        """Cancel it.

        Parameters
        ----------
        msg : object
            What the exception bears.

        Returns
        -------
        bool
            Whether it was still there.
        """
        if not self.done():
            self.add_done_callback(partial(self.owner, self.key))
        return super().cancel(msg)
