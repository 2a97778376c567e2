"""What waits for one sink, bounded in records and bytes."""

from __future__ import annotations

from collections import deque
from itertools import repeat
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cordio_monitor._record import Record

__all__ = ["Buffer", "pieces"]

_LEVELS = ("debug", "info", "warning", "error")
# What a delivery has to say of itself finds room in a full buffer too, but not without end.
_EXTRA = 100
# A slot holds the order of arrival, the size in bytes and the record.
_Slot = tuple[int, int, "Record"]


class Buffer:
    """A queue with a limit; by choice the lowest level makes room for what is more important.

    Parameters
    ----------
    records : int
        How many records may wait.
    size : int
        How many bytes they may have, written as JSON.
    lowest : bool
        Whether a full buffer drops the lowest level first, rather than the newest record.

    Examples
    --------
    >>> from cordio_monitor.sinks import Record
    >>> buffer = Buffer(1, 1_000_000, lowest=True)
    >>> buffer.put([Record("log", "info", 0, "orders", "", "placing", {})])
    (0, 0)
    >>> buffer.put([Record("log", "error", 0, "orders", "", "no stock", {})])
    (0, 1)
    >>> [record.message for record in buffer.take(10)]
    ['no stock']
    """

    def __init__(self, records: int, size: int, *, lowest: bool = False) -> None:
        self._bounds = records, size
        self._most, self._largest = self._bounds
        self._lowest = lowest
        self._lanes: tuple[deque[_Slot], ...] = tuple(deque() for _ in (_LEVELS if lowest else _LEVELS[:1]))
        self._order = 0
        self._held = 0
        self.size = 0
        self.length = 0

    @property
    def is_full(self) -> bool:
        """Whether nothing more finds room."""
        return self.length + self._held >= self._most or self.size >= self._largest

    @property
    def is_half_full(self) -> bool:
        """Whether it is time to make room."""
        return 2 * (self.length + self._held) >= self._most or 2 * self.size >= self._largest

    def has_room_for(self, number: int, size: int) -> bool:
        """Tell whether so many records of so many bytes find room, or as many as ever do."""
        fits = self.length + self._held + min(number, self._most) <= self._most
        return fits and self.size + min(size, self._largest) <= self._largest

    def widen(self, times: int) -> None:
        """Let so many times what was asked for wait."""
        records, size = self._bounds
        self._most, self._largest = times * records, times * size

    def put(self, records: Sequence[Record], *, force: bool = False) -> tuple[int, int]:
        """Add records.

        Parameters
        ----------
        records : Sequence[Record]
            The records.
        force : bool
            Whether they are added although there is no room, as far as a hundred more.

        Returns
        -------
        tuple[int, int]
            How many of them found no room, and how many that waited had to make room for them.
        """
        if not self._lowest and self._put_all(records, force):
            return 0, 0
        refused = evicted = 0
        for record in records:
            size = len(record.line())
            if not self._has_room(size, force):
                evicted += self._make_room(record, size)
                if not self._has_room(size, force):
                    refused += 1
                    continue
            self._add(record, size)
        return refused, evicted

    def take(self, most: int) -> list[Record]:
        """Take the oldest records out; they need their room until `release`.

        Parameters
        ----------
        most : int
            How many at most.

        Returns
        -------
        list[Record]
            The records.
        """
        if not self._lowest:
            return self._take_oldest(most)
        taken: list[Record] = []
        while self.length and len(taken) < most:
            lane = min((lane for lane in self._lanes if lane), key=_first)
            _, size, record = lane.popleft()
            self.length -= 1
            self.size -= size
            taken.append(record)
        self._held = len(taken)
        return taken

    def release(self) -> None:
        """Give the room of the records back that were taken last."""
        self._held = 0

    def _put_all(self, records: Sequence[Record], force: bool) -> bool:
        """Add all records at once, the usual case, if there is room for all of them."""
        sizes = [len(record.json or record.line()) for record in records]
        whole, number = sum(sizes), len(records)
        held = self.length + self._held + number
        fits = held <= self._most and self.size + whole <= self._largest
        if fits or (force and held <= self._most + _EXTRA):
            self._lanes[0].extend(zip(repeat(0), sizes, records))
            self.size += whole
            self.length += number
            return True
        return False

    def _take_oldest(self, most: int) -> list[Record]:
        lane = self._lanes[0]
        slots = [lane.popleft() for _ in range(min(most, self.length))]
        self.size -= sum(slot[1] for slot in slots)
        self.length -= len(slots)
        self._held = len(slots)
        return [slot[2] for slot in slots]

    def _has_room(self, size: int, force: bool = False) -> bool:
        if force:
            return self.length + self._held < self._most + _EXTRA
        return self.length + self._held < self._most and self.size + size <= self._largest

    def _add(self, record: Record, size: int) -> None:
        lane = self._lanes[_LEVELS.index(record.level) if self._lowest else 0]
        lane.append((self._order, size, record))
        self._order += 1
        self.size += size
        self.length += 1

    def _make_room(self, record: Record, size: int) -> int:
        """Drop the newest of what is less important, and tell how many records that were."""
        if not self._lowest or size > self._largest:
            return 0
        evicted = 0
        lanes = self._lanes[: _LEVELS.index(record.level)]
        while not self._has_room(size) and (lane := next(filter(None, lanes), None)) is not None:
            self.size -= lane.pop()[1]
            self.length -= 1
            evicted += 1
        return evicted


def pieces(records: list[Record], size: int) -> Iterator[list[Record]]:
    """Cut records into pieces that find room together.

    Parameters
    ----------
    records : list[Record]
        The records.
    size : int
        How many bytes a piece may have, if it is more than one record.

    Yields
    ------
    list[Record]
        A piece.

    Examples
    --------
    >>> from cordio_monitor.sinks import Record
    >>> record = Record("log", "info", 0, "orders", "", "placing", {})
    >>> [len(piece) for piece in pieces([record] * 3, 2 * len(record.line()))]
    [2, 1]
    """
    piece: list[Record] = []
    held = 0
    for record in records:
        length = len(record.line())
        if piece and held + length > size:
            yield piece
            piece, held = [], 0
        piece.append(record)
        held += length
    if piece:
        yield piece


def _first(lane: deque[_Slot]) -> int:
    return lane[0][0]
