"""What was handed over and is not worked out yet, bounded in records."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from cordio_monitor._raw import WARNING

if TYPE_CHECKING:
    from cordio_monitor._full import Limits
    from cordio_monitor._raw import Raw

__all__ = ["Intake"]


class Intake:
    """A queue of batches; its owner holds a lock around each change.

    Parameters
    ----------
    limits : Limits
        How much may wait.

    Attributes
    ----------
    batches : deque[list[Raw]]
        The batches, in the order in which they came.
    waiting : int
        How many records wait, with those that are being worked out.

    Examples
    --------
    >>> from cordio_monitor._full import Limits
    >>> intake = Intake(Limits(records=1))
    >>> intake.put(intake.fitting([("count", 10, 0, "reserved", n, None) for n in (1, 2)]))
    >>> [raw[4] for raw in intake.take(10)], intake.waiting
    ([1], 1)
    """

    __slots__ = ("_limits", "batches", "waiting")

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self.batches: deque[list[Raw]] = deque()
        self.waiting = 0

    @property
    def room(self) -> int:
        """How many records more find room; below 0 if there are some too many."""
        return self._limits.records - self.waiting

    def put(self, batch: list[Raw]) -> None:
        """Let records wait.

        Parameters
        ----------
        batch : list[Raw]
            The records; at least one.
        """
        self.waiting += len(batch)
        self.batches.append(batch)

    def take(self, most: int) -> list[Raw]:
        """Take the oldest batches out; they need their room until they are worked out.

        Parameters
        ----------
        most : int
            How many records are enough.

        Returns
        -------
        list[Raw]
            The records.
        """
        taken: list[Raw] = []
        while self.batches and len(taken) < most:
            taken += self.batches.popleft()
        return taken

    def fitting(self, batch: list[Raw]) -> list[Raw]:
        """Choose what finds room, when not everything does.

        Parameters
        ----------
        batch : list[Raw]
            The records.

        Returns
        -------
        list[Raw]
            Those that do.
        """
        room = max(self.room, 0)
        if self._limits.full != "lowest":
            return batch[:room]
        # A tenth more for what is above the crowd, so that it finds room in a flood.
        room += sum(raw[1] >= WARNING for raw in batch) if self.room > -self._limits.records // 10 else 0
        best = sorted(range(len(batch)), key=lambda index: -batch[index][1])[:room]
        return [batch[index] for index in sorted(best)]
