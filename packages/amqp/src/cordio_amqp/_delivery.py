"""A message that came in, as the application sees it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from time import time
from typing import TYPE_CHECKING

from cordio_amqp._frames import IllegibleHeader
from cordio_amqp._letter import SENT_AT
from cordio_core import DataError, Request
from cordio_core.data import Payload
from cordio_core.events import Event

if TYPE_CHECKING:
    from aiormq.abc import DeliveredMessage
    from pamqp.common import FieldTable, FieldValue

__all__ = ["ATTEMPT", "Delivery", "Unreadable"]

ATTEMPT = "x-attempt"
_RETURNS = "x-delivery-count"  # of quorum queues
_MOST_RETURNS = 10  # less than RabbitMQ 4 allows by default, which drops the message then
_ILLEGIBLE = "its properties cannot be read"
_PROPERTIES = (
    "content_type",
    "content_encoding",
    "message_id",
    "correlation_id",
    "reply_to",
    "message_type",
    "app_id",
)


class Unreadable(Exception):
    """A message that its handler can never take; says why, without what is in it."""


class Delivery:
    """One message from its coming in until it is settled."""

    __slots__ = ("attempt", "deadline", "headers", "lag", "message", "problem", "properties", "table", "tag")

    def __init__(self, message: DeliveredMessage) -> None:
        self.message = message
        self.tag = message.delivery_tag or 0
        self.properties = message.header.properties
        self.table: FieldTable = self.properties.headers or {}
        self.headers = dict(self._texts())
        self.attempt = max(0, _whole(self.table.get(ATTEMPT))) + 1
        self.deadline = _deadline(self.properties.expiration)
        self.lag = self._age()  # when it came in, by the clock of its sender; None if that said nothing
        self.problem = _ILLEGIBLE if self.raw else ""  # why it cannot be handled, where that was seen early

    @property
    def raw(self) -> bytes:
        """Its properties as they came, if they cannot be read; else nothing."""
        return self.message.header.raw if isinstance(self.message.header, IllegibleHeader) else b""

    @property
    def returned_too_often(self) -> bool:
        """Whether the message came back again and again with no handler that settled it."""
        return _whole(self.table.get(_RETURNS)) >= _MOST_RETURNS

    @property
    def is_first(self) -> bool:
        """Whether it comes for the first time, straight from its sender."""
        return self.attempt == 1 and not self.message.redelivered

    def request(self, event: Event, body: bytes, trace: str) -> Request:
        """Return it as the request of an event, with its body as it was sent."""
        return Request(
            event,
            headers=self.headers,
            body=body,
            native=self.message,
            deadline=self.deadline,
            trace=trace,
        )

    def values(self, content: object, payload: Payload) -> dict[str, object]:
        """Return the arguments that its content gives; raise Unreadable."""
        try:
            return payload.read(content)
        except DataError as error:
            named = f"{error.name}: " if error.name else ""
            raise Unreadable(f"{named}{error.what}") from error
        except Exception as error:  # of a model's own code; its text may show what is in the message
            raise Unreadable(f"its model failed: {type(error).__name__}") from error

    def _age(self) -> float | None:
        exact, sent = self.table.get(SENT_AT), self.properties.timestamp
        if isinstance(exact, int):
            return max(0.0, time() - exact / 1000)
        return None if sent is None else max(0.0, time() - sent.timestamp())

    def _texts(self) -> Iterator[tuple[str, str]]:
        """Yield headers that are text or can be written as text; what the message says of itself wins."""
        for name, value in self.table.items():
            if isinstance(value, str | int | float):
                yield name.lower(), str(value)
        for name in _PROPERTIES:
            value = getattr(self.properties, name)
            if value is not None:
                yield name.replace("_", "-"), str(value)


def _deadline(expiration: str | None) -> float | None:
    if not (expiration and expiration.isascii() and expiration.isdigit()):
        return None
    return asyncio.get_running_loop().time() + int(expiration) / 1000


def _whole(value: FieldValue) -> int:
    return value if isinstance(value, int) else 0
