"""Where in the code a task waits."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from types import FrameType
from typing import Any

__all__ = ["line"]


def line(task: asyncio.Task[Any]) -> str:
    """Return the line that a task waits at: the innermost one that is not asyncio's.

    Parameters
    ----------
    task : asyncio.Task
        The task.

    Returns
    -------
    str
        File and line; empty if the task is over, or waits nowhere.

    Examples
    --------
    >>> async def main() -> str:
    ...     task = asyncio.create_task(asyncio.Event().wait())
    ...     await asyncio.sleep(0)
    ...     task.cancel()
    ...     return line(task)
    >>> asyncio.run(main())
    ''
    """
    found = ""
    for frame in _frames(task.get_coro()):
        if "/asyncio/" not in frame.f_code.co_filename.replace("\\", "/"):
            found = f"{frame.f_code.co_filename}:{frame.f_lineno}"
    return found


def _frames(awaited: object) -> Iterator[FrameType]:
    """Go from a coroutine inwards, through generators too."""
    while awaited is not None:
        for prefix, inner in (("cr", "cr_await"), ("ag", "ag_await"), ("gi", "gi_yieldfrom")):
            if hasattr(awaited, inner):
                frame = getattr(awaited, f"{prefix}_frame")
                if frame is not None:
                    yield frame
                awaited = getattr(awaited, inner)
                break
        else:
            return
