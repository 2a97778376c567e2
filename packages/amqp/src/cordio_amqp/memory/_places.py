"""Which broker a program of this process means."""

from __future__ import annotations

import asyncio
import logging
from weakref import WeakKeyDictionary

from cordio_amqp.memory._broker import Broker

__all__ = ["announce", "broker"]

_log = logging.getLogger("cordio_amqp")

_places: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, Broker]] = WeakKeyDictionary()


def announce(where: str) -> None:
    """Say what this is, once for each broker; it is made with that."""
    if where not in _places.get(asyncio.get_running_loop(), {}):
        _log.warning(
            "messages are kept in this process only (%s): none survives its end, and no other process sees "
            "them; set amqp.host or amqp.url for RabbitMQ",
            where,
        )
    broker(where)


def broker(where: str) -> Broker:
    """Return the broker of an address: the same one for all who run in this event loop."""
    return _places.setdefault(asyncio.get_running_loop(), {}).setdefault(where, Broker())
