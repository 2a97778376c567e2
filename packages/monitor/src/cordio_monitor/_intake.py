"""What was handed over and is not worked out yet, bounded in records and bytes."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from cordio_monitor._raw import WARNING
from cordio_monitor._weight import weight_of

if TYPE_CHECKING:
    from collections.abc import Sequence

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
    size : int
        About how many bytes the large ones of them hold.

    Examples
    --------
    >>> from cordio_monitor._full import Limits
    >>> intake = Intake(Limits(records=1))
    >>> intake.put(intake.fitting([("count", 10, 0, "reserved", n, None) for n in (1, 2)]))
    >>> [raw[4] for raw in intake.take(10)], intake.waiting
    ([1], 1)
    """

    __slots__ = ("_limits", "_taken", "_weights", "batches", "size", "waiting")

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self.batches: deque[list[Raw]] = deque()
        self._weights: deque[int] = deque()
        self._taken = 0
        self.waiting = self.size = 0

    @property
    def room(self) -> int:
        """How many records more find room; below 0 if there are some too many."""
        return self._limits.records - self.waiting

    def is_short_of(self, number: int, weight: int) -> bool:
        """Tell whether there is too little room.

        Parameters
        ----------
        number : int
            For how many records.
        weight : int
            And how many bytes in the large ones of them.

        Returns
        -------
        bool
            Whether there is.
        """
        return self.waiting + number > self._limits.records or (
            weight > 0 and self.size + weight > self._limits.size
        )

    def is_roomy(self, weight: int) -> bool:
        """Tell whether at least one more record finds room, and so many bytes, or as many as ever do.

        Parameters
        ----------
        weight : int
            The bytes.

        Returns
        -------
        bool
            Whether it does.
        """
        return self.room > 0 and self.size + min(weight, self._limits.size) <= self._limits.size

    def put(self, batch: list[Raw], weight: int = 0) -> None:
        """Let records wait.

        Parameters
        ----------
        batch : list[Raw]
            The records; at least one.
        weight : int
            About how many bytes the large ones of them hold.
        """
        self.waiting += len(batch)
        self.size += weight
        self._weights.append(weight)
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
            self._taken += self._weights.popleft()
        return taken

    def release(self) -> None:
        """Give the bytes back of what was taken out."""
        self.size -= self._taken
        self._taken = 0

    def clear(self) -> None:
        """Forget what waits."""
        self.batches.clear()
        self._weights.clear()

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
        batch = self._light(batch)
        room = max(self.room, 0)
        if self._limits.full != "lowest":
            return batch[:room]
        # A tenth more for what is above the crowd, so that it finds room in a flood.
        room += sum(raw[1] >= WARNING for raw in batch) if self.room > -self._limits.records // 10 else 0
        best = sorted(range(len(batch)), key=lambda index: -batch[index][1])[:room]
        return [batch[index] for index in sorted(best)]

    def _light(self, batch: list[Raw]) -> list[Raw]:
        """Choose what finds room by its bytes; large records by their level, if that matters."""
        weights = list(map(weight_of, batch))
        room = self._limits.size - self.size
        if sum(weights) <= room:
            return batch
        order: Sequence[int] = range(len(batch))
        if self._limits.full == "lowest":
            order = sorted(order, key=lambda index: -batch[index][1])
        kept = []
        for index in order:
            if not weights[index] or weights[index] <= room:
                room -= weights[index]
                kept.append(index)
        return [batch[index] for index in sorted(kept)]
