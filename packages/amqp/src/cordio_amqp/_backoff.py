"""Pauses between attempts."""

from __future__ import annotations

import random

__all__ = ["Backoff"]

_FIRST = 0.05
_LONGEST = 1.0


class Backoff:
    """Pauses that double from 50 ms to a second, each with a part of chance."""

    def __init__(self) -> None:
        self._pause = _FIRST

    def next(self) -> float:
        """Return the next pause, in seconds."""
        pause, self._pause = self._pause, min(2 * self._pause, _LONGEST)
        return pause * random.uniform(0.5, 1.0)

    def reset(self) -> None:
        """Begin anew with the shortest."""
        self._pause = _FIRST
