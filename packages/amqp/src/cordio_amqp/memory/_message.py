"""A message as the broker in this process keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pamqp import commands as spec

from cordio_amqp._tables import writable

if TYPE_CHECKING:
    from pamqp.common import FieldTable, FieldValue

__all__ = ["Message", "copied", "dead"]

RETURNS = "x-delivery-count"


@dataclass(slots=True, eq=False)
class Message:
    """One message in one queue.

    `order` is its place in the queue; `returns` how often it came back, where the queue counts that; `gone_at`
    the loop's time at which it is too old.
    """

    exchange: str
    key: str
    properties: spec.Basic.Properties
    body: bytes
    order: int = 0
    returns: int | None = None
    is_redelivered: bool = False
    gone_at: float | None = None

    @property
    def headers(self) -> FieldTable:
        """Its headers."""
        return self.properties.headers or {}

    @property
    def ttl(self) -> int | None:
        """How long its sender lets it live, in milliseconds."""
        text = self.properties.expiration or ""
        return int(text) if text.isascii() and text.isdigit() else None

    def out(self) -> spec.Basic.Properties:
        """Return the properties to hand out, which nobody else has."""
        properties = copied(self.properties)
        if self.returns is not None:
            properties.headers = {**(properties.headers or {}), RETURNS: self.returns}
        return properties


def copied(properties: spec.Basic.Properties) -> spec.Basic.Properties:
    """Return properties as they come out at the other end of a wire."""
    headers, properties.headers = properties.headers, writable(properties.headers or {}) or None
    try:
        written = properties.marshal()
    finally:
        properties.headers = headers
    made = spec.Basic.Properties()
    made.unmarshal(int.from_bytes(written[:2]), written[2:])
    return made


def dead(message: Message, queue: str, reason: str, exchange: str, key: str | None) -> Message:
    """Return a message as it leaves for a dead-letter exchange, with the header ``x-death`` of RabbitMQ."""
    properties = copied(message.properties)
    headers = dict(properties.headers or {})
    headers["x-death"] = _deaths(message, headers.get("x-death"), queue, reason)
    for name, value in (("reason", reason), ("queue", queue), ("exchange", message.exchange)):
        headers.setdefault(f"x-first-death-{name}", value)
        headers[f"x-last-death-{name}"] = value
    properties.headers, properties.expiration = headers, None
    return Message(exchange, message.key if key is None else key, properties, message.body)


def _deaths(message: Message, before: FieldValue, queue: str, reason: str) -> list[FieldValue]:
    """Return the list of deaths, the last first; the same queue and reason are counted in one entry."""
    # One that a sender has made up may hold anything: what is no table is left out.
    former = [each for each in before if isinstance(each, dict)] if isinstance(before, list) else []
    same = [each for each in former if (each.get("queue"), each.get("reason")) == (queue, reason)]
    entry: FieldTable = (
        same[0]
        if same
        else {
            "queue": queue,
            "reason": reason,
            "exchange": message.exchange,
            "routing-keys": [message.key],
            "time": datetime.now(UTC),
        }
    )
    count = entry.get("count", 0)
    entry = {**entry, "count": (count if isinstance(count, int) else 0) + 1}
    if message.properties.expiration is not None:
        entry["original-expiration"] = message.properties.expiration
    return [entry, *(each for each in former if each not in same)]
