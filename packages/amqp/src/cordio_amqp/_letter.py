"""A message on its way: what is sent, where to, and the id by which a repeat is recognised."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Self, TypedDict

from cordio_amqp._exceptions import InvalidMessage
from cordio_amqp._ids import new_id
from cordio_amqp._writing import Written, encoded, plain

if TYPE_CHECKING:
    from pamqp.common import FieldValue

__all__ = ["SENT_AT", "HeaderValue", "Letter", "Properties"]

HeaderValue = str | int | bool | bytes | None

SENT_AT = "timestamp_in_ms"  # as RabbitMQ's plugin for timestamps has it: the property knows seconds only
_TRACE = "traceparent"
_LONGEST = 255  # AMQP 0-9-1, section 4.2.5.3: short strings
_LONGEST_NAME = 128  # section 4.2.5.5: field names; pamqp cuts off the rest without a word
_WHOLE_NUMBERS = range(-(2**63), 2**63)


class Properties(TypedDict, total=False):
    """What else AMQP 0-9-1 (section 3.1.2.1) lets a message say of itself."""

    content_encoding: str | None
    correlation_id: str | None
    reply_to: str | None
    type: str | None
    app_id: str | None
    priority: int | None
    timestamp: datetime | None


@dataclass(frozen=True, slots=True)
class Letter:
    """One message, ready to be sent any number of times."""

    exchange: str
    key: str
    message_id: str
    body: bytes
    content_type: str | None
    headers: Mapping[str, FieldValue]
    properties: Properties = field(default_factory=Properties)
    is_persistent: bool = True
    expiration: str | None = None  # in milliseconds

    @classmethod
    def of(
        cls,
        exchange: str,
        key: str,
        message: object,
        headers: Mapping[str, HeaderValue] | None,
        message_id: str | None,
    ) -> Self:
        """Return the letter, with `message` as its body; raise InvalidMessage if any of it cannot be sent."""
        message_id = new_id() if message_id is None else message_id
        if not message_id:
            raise InvalidMessage("the message_id", "it is empty; leave it out to get a new one")
        for part, text in (("exchange name", exchange), ("routing key", key), ("message_id", message_id)):
            _check_short(f"the {part}", text)
        if isinstance(message, Written) and message.content_type is not None:
            _check_short("the content type", message.content_type)
        table = {name: _table_value(name, value) for name, value in (headers or {}).items()}
        made = message if isinstance(message, Written) else plain(message)
        now = datetime.now(UTC)
        if _TRACE in table:  # somebody wants to know how long it waits
            table.setdefault(SENT_AT, int(now.timestamp() * 1000))
        said = Properties(timestamp=now)
        if made.encoding is not None:
            said["content_encoding"] = made.encoding
        return cls(exchange, key, message_id, made.body, made.content_type, table, said)


def _check_short(part: str, text: str, longest: int = _LONGEST) -> None:
    if (size := len(encoded(part, text))) > longest:
        raise InvalidMessage(part, f"it has {size} bytes, and {longest} are allowed")


def _table_value(name: str, value: HeaderValue) -> HeaderValue | bytearray:
    """Return a header as it is written; raise InvalidMessage."""
    if len(name) > _LONGEST_NAME or not name.isascii():
        _check_short(_header(name), name, _LONGEST_NAME)
    if isinstance(value, str):
        if not value.isascii():
            encoded(_header(name), value)
    elif not isinstance(value, HeaderValue):
        raise InvalidMessage(_header(name), f"a {type(value).__name__} is no text, whole number or bytes")
    elif isinstance(value, bytes):
        return bytearray(value)  # which pamqp writes, and no bytes
    elif isinstance(value, int) and value not in _WHOLE_NUMBERS:
        raise InvalidMessage(_header(name), "whole numbers have at most 64 bits")
    return value


def _header(name: str) -> str:
    return f"the header {name[:40]!r}"
