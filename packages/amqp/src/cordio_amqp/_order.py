"""Order among messages with the same key, and none among others."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING

from cordio_amqp._consumption import OrderedBy
from cordio_amqp._delivery import Delivery, Unreadable
from cordio_core import Request

if TYPE_CHECKING:
    from cordio_amqp._content import Content
    from cordio_amqp._source import Source

__all__ = ["Order", "Ordering", "Place", "key_of"]


class Place:
    """A place in the row of a key; whoever has one leaves it, whether its turn came or not."""

    __slots__ = ("_key", "_order", "_turn")

    def __init__(self, order: Order, key: Hashable) -> None:
        self._order, self._key = order, key
        self._turn = asyncio.Event()

    async def turn(self) -> None:
        """Wait until all who came before with the same key have left."""
        await self._turn.wait()

    def leave(self, *_: object) -> None:
        """Let the next have its turn."""
        self._order.left(self._key, self)

    def call(self) -> None:
        """Tell that the turn has come."""
        self._turn.set()


class Order:
    """Keeps a row for each key.

    Examples
    --------
    >>> order = Order()
    >>> first, second = order.join("ann"), order.join("ann")
    >>> asyncio.run(first.turn())
    >>> first.leave()
    >>> asyncio.run(second.turn())
    """

    def __init__(self) -> None:
        self._rows: dict[Hashable, deque[Place]] = {}

    def join(self, key: Hashable) -> Place:
        """Return a place at the end of the row of a key."""
        place, row = Place(self, key), self._rows.setdefault(key, deque())
        row.append(place)
        if len(row) == 1:
            place.call()
        return place

    def left(self, key: Hashable, place: Place) -> None:
        """Take a place out of its row."""
        row = self._rows[key]
        was_first = row[0] is place
        row.remove(place)
        if not row:
            del self._rows[key]
        elif was_first:
            row[0].call()


class Ordering:
    """Gives each message of a source its place, as ``ordered_by`` says."""

    def __init__(self, source: Source, content: Content) -> None:
        assert source.consumption.ordered_by is not None
        self._event, self._content = source.plan.event, content
        self._find, self._order = key_of(source.consumption.ordered_by), Order()

    def place(self, delivery: Delivery) -> Place | None:
        """Return its place; None if it has no key, or cannot be handled at all."""
        try:
            key = self._find(delivery.request(self._event, self._content.body(delivery), ""))
        except Unreadable as error:
            delivery.problem = str(error)
        except Exception as error:  # of the user's function; its text may show what is in the message
            delivery.problem = f"what it is ordered by cannot be told: {type(error).__name__}"
        else:
            return None if key is None else self._order.join(key)
        return None


def key_of(ordered_by: OrderedBy) -> Callable[[Request], Hashable]:
    """Return what finds the key of a request; None stands for no order."""
    if callable(ordered_by):
        chosen = ordered_by
        return lambda request: _hashable(chosen(request))
    names = ordered_by.split(".")
    return lambda request: _hashable(_at(names, request))


def _at(names: list[str], request: Request) -> object:
    try:
        found = request.parsed
    except (ValueError, RecursionError):  # told where the message is read
        return None
    for name in names:
        found = found.get(name) if isinstance(found, dict) else None
    return found


def _hashable(key: object) -> Hashable:
    try:
        hash(key)
    except TypeError:
        return repr(key)
    return key
