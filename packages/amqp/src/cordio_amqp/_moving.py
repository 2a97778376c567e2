"""A message that came in, as it goes out again to another queue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cordio_amqp._ids import new_id
from cordio_amqp._letter import Letter, Properties
from cordio_amqp._tables import writable

if TYPE_CHECKING:
    from pamqp.common import FieldTable

    from cordio_amqp._delivery import Delivery

__all__ = ["moved"]

# What the broker writes into headers of a message that it moves or hands out again.
_OF_THE_BROKER = ("x-death", "x-first-death-", "x-last-death-", "x-delivery-count", "x-acquired-count")


def moved(delivery: Delivery, key: str, about: FieldTable, without: tuple[str, ...] = ()) -> Letter:
    """Return the message as it was, but for what is said `about` it, its expiration, and headers `without`."""
    left = (*_OF_THE_BROKER, *without)
    table = {name: value for name, value in delivery.table.items() if not name.startswith(left)}
    said = delivery.properties
    properties = Properties(
        content_encoding=said.content_encoding,
        correlation_id=said.correlation_id,
        reply_to=said.reply_to,
        type=said.message_type,
        app_id=said.app_id,
        priority=said.priority,
        timestamp=said.timestamp,
    )
    name, body = said.message_id or new_id(), delivery.message.body
    return Letter("", key, name, body, said.content_type, {**writable(table), **about}, properties)
