"""The flight recorder of an event: messages below the threshold, until it is known whether they are wanted."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from cordio_monitor._weight import weight_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cordio_monitor._raw import Raw

__all__ = ["Flight"]

_MOST = 1_000


class Flight:
    """The last messages of an event, bounded in number and bytes.

    Parameters
    ----------
    size : int
        How many bytes the large ones of them may hold.

    Examples
    --------
    >>> flight = Flight(12_000)
    >>> for moment in range(3):
    ...     flight.add(("log", 10, moment, "placing", {"body": "x" * 5_000}, None), 5_000)
    >>> [raw[2] for raw in flight.among([])]
    [2]
    """

    __slots__ = ("_held", "_records", "_size")

    def __init__(self, size: int) -> None:
        self._size = size
        self._records: deque[Raw] = deque(maxlen=_MOST)
        self._held = 0

    def add(self, raw: Raw, weight: int) -> None:
        """Keep a message, if need be instead of the oldest ones.

        Parameters
        ----------
        raw : Raw
            The message.
        weight : int
            About how many bytes it holds, if it is large.
        """
        self._records.append(raw)
        self._held += weight
        if weight and self._held > self._size:
            self._lighten()

    def among(self, records: Iterable[Raw]) -> list[Raw]:
        """Put what was kept in its place among others.

        Parameters
        ----------
        records : Iterable[Raw]
            The others.

        Returns
        -------
        list[Raw]
            All of them, in the order of time.
        """
        return sorted((*records, *self._records.copy()), key=_moment)

    def _lighten(self) -> None:
        # Half of it, so that this is seldom; what went for its number is still counted up to here.
        left = sum(map(weight_of, self._records.copy()))
        while self._records and left > self._size // 2:
            left -= weight_of(self._records.popleft())
        self._held = left


def _moment(raw: Raw) -> int:
    return raw[2]
