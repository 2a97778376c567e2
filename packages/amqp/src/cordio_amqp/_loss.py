"""Our own cancellation, told from that with which aiormq ends what waits for a lost channel."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["foreign_cancellation_is_loss"]


@contextmanager
def foreign_cancellation_is_loss() -> Iterator[None]:
    """Raise ConnectionError for a cancellation that nobody has asked this task for."""
    task = asyncio.current_task()
    before = task.cancelling() if task is not None else 0
    try:
        yield
    except asyncio.CancelledError as error:
        if task is None or task.cancelling() > before:
            raise
        raise ConnectionError("the connection was lost") from error
