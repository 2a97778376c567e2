"""Where the reading of a stream goes on after a loss."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pamqp.common import FieldValue

    from cordio_amqp._delivery import Delivery

__all__ = ["OFFSET", "Offsets"]

OFFSET = "x-stream-offset"


class Offsets:
    """Knows which messages of a stream were taken and are not settled; all before them are done."""

    def __init__(self, begin: FieldValue) -> None:
        self._begin = begin
        self._open: set[int] = set()
        self._next: int | None = None

    @property
    def begin(self) -> FieldValue:
        """Where to begin: at the first message that is not settled, or after the last; first as told."""
        if self._next is None:
            return self._begin
        return min(self._open, default=self._next)

    @property
    def following(self) -> FieldValue:
        """Where to go on with nothing lost: after the last that came."""
        return self._begin if self._next is None else self._next

    def taken(self, delivery: Delivery) -> None:
        """Remember that a message came in."""
        offset = _number(delivery)
        if offset is not None:
            self._open.add(offset)
            self._next = max(self._next or 0, offset + 1)

    def settled(self, delivery: Delivery) -> None:
        """Remember that it needs not come again."""
        offset = _number(delivery)
        if offset is not None:
            self._open.discard(offset)


def _number(delivery: Delivery) -> int | None:
    offset = delivery.table.get(OFFSET)
    return offset if isinstance(offset, int) else None
