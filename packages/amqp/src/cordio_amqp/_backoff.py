"""Pauses between attempts."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Self

from cordio_core import Duration

if TYPE_CHECKING:
    from cordio_amqp._settings import AmqpSettings

__all__ = ["Backoff", "pauses"]


class Backoff:
    """Pauses that double from the first to the longest, each with a part of chance.

    Parameters
    ----------
    first : float
        The first, in seconds.
    longest : float
        The longest, in seconds.

    Examples
    --------
    >>> pauses = Backoff(0.05, 1.0)
    >>> 0.025 <= pauses.next() <= 0.05 <= pauses.next() <= 0.1
    True
    """

    def __init__(self, first: float, longest: float) -> None:
        self._first, self._longest = first, longest
        self._pause = first

    @classmethod
    def of(cls, settings: AmqpSettings) -> Self:
        """Make those that the settings want."""
        return cls(*pauses(settings.reconnect))

    def next(self) -> float:
        """Return the next pause, in seconds."""
        pause, self._pause = self._pause, min(2 * self._pause, self._longest)
        return pause * random.uniform(0.5, 1.0)

    def reset(self) -> None:
        """Begin anew with the shortest."""
        self._pause = self._first


def pauses(text: str) -> tuple[float, float]:
    """Return the first pause and the longest, in seconds.

    Parameters
    ----------
    text : str
        Both, or one that stays.

    Returns
    -------
    tuple of float
        The pauses.

    Examples
    --------
    >>> pauses("50ms..1s"), pauses("2s")
    ((0.05, 1.0), (2.0, 2.0))
    """
    first, _, longest = text.partition("..")
    return float(Duration(first)), float(Duration(longest or first))
