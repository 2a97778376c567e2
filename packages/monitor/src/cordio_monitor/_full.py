"""What happens when a buffer is full."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

__all__ = ["Full", "Limits"]

Full: TypeAlias = Literal["newest", "lowest", "wait"]


@dataclass(frozen=True, slots=True)
class Limits:
    """How much may wait, and what gives way beyond that.

    Parameters
    ----------
    records : int
        How many records may wait for a sink.
    size : int
        How many bytes they may have.
    full : Literal["newest", "lowest", "wait"]
        What a full buffer does: drop the newest records, drop the lowest level first, or make the caller wait.
    patience : float
        For how many seconds a caller waits at most; then the newest are dropped.

    Examples
    --------
    >>> Limits(records=1_000).full
    'newest'
    """

    records: int = 100_000
    size: int = 256 * 2**20
    full: Full = "newest"
    patience: float = 5.0
