"""The hold that code has on a task it has spawned."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator
from functools import partial
from typing import NamedTuple, cast

from cordio_core.protocols import Outcome

__all__ = ["Spawned", "spawned"]


class Spawned(NamedTuple):
    """A task that the application owns: it need not be kept, nor awaited.

    ``await`` gives what the task returned, and None if it failed: its failure was recorded and judged where
    it happened. To stop waiting does not stop the task.

    Parameters
    ----------
    task : asyncio.Task
        The task; reachable under this name.
    began : float
        When it was spawned, in seconds.
    wanted : object
        What it runs.
    """

    task: asyncio.Task[Outcome]
    began: float
    wanted: object

    @property
    def name(self) -> str:
        """How it is called where it is told of."""
        return self.task.get_name()

    @property
    def is_over(self) -> bool:
        """Whether it has come to an end, whichever."""
        return self.task.done()

    def cancel(self) -> None:
        """Cancel it."""
        self.task.cancel()

    def __await__(self) -> Generator[object, None, object]:
        """Wait for its end."""
        return self._value().__await__()

    async def _value(self) -> object:
        return (await asyncio.shield(self.task)).value


# A named tuple's own constructor takes three times as long; there may be very many tasks.
spawned = partial(
    cast("Callable[[type[Spawned], tuple[asyncio.Task[Outcome], float, object]], Spawned]", tuple.__new__),
    Spawned,
)
