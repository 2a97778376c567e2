"""Frames of AMQP 0-9-1 that are written and read for each message (specification, sections 4.2 and 1.8)."""

from __future__ import annotations

from struct import Struct
from typing import TYPE_CHECKING

from pamqp import commands as spec
from pamqp.encode import encode_table_value
from pamqp.header import ContentHeader

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pamqp.common import FieldValue

    from cordio_amqp._letter import Letter

__all__ = [
    "IllegibleHeader",
    "acknowledgement",
    "content",
    "delivered",
    "header",
    "properties_of",
    "publishing",
    "rejection",
    "returned",
]

_END = b"\xce"
_FRAME = Struct(">BHI")
_CONTENT = Struct(">BHIHHQ")
_SETTLE = Struct(">BHIHHQBB")
_LONG_LONG = Struct(">Q")
_LONG = Struct(">I")
_FLAGS = Struct(">H")
_SIZE = Struct(">Q")
_RETURN = Struct(">H")
_TYPE, _ENCODING, _HEADERS, _MODE, _PRIORITY = 1 << 15, 1 << 14, 1 << 13, 1 << 12, 1 << 11
_CORRELATION, _REPLY_TO, _EXPIRATION, _ID, _TIME = 1 << 10, 1 << 9, 1 << 8, 1 << 7, 1 << 6
_KIND, _APP = 1 << 5, 1 << 3
_TRANSIENT, _PERSISTENT = b"\x01", b"\x02"
_MANDATORY = b"\x01"


def publishing(channel: int, exchange: str, key: str, *, mandatory: bool) -> bytes:
    """Return the frame ``basic.publish``."""
    flags = _MANDATORY if mandatory else b"\x00"
    payload = b"\x00\x3c\x00\x28\x00\x00" + _short(exchange) + _short(key) + flags
    return _FRAME.pack(1, channel, len(payload)) + payload + _END


def content(channel: int, properties: bytes, body: bytes, most: int) -> bytes:
    """Return the frames of a content: its header, and its body in pieces of so many bytes."""
    size = len(body)
    header = _CONTENT.pack(2, channel, 12 + len(properties), 60, 0, size) + properties + _END
    if size <= most:
        return header + _FRAME.pack(3, channel, size) + body + _END if size else header
    parts = [header]
    for at in range(0, size, most):
        part = body[at : at + most]
        parts += (_FRAME.pack(3, channel, len(part)), part, _END)
    return b"".join(parts)


def acknowledgement(channel: int, tag: int) -> bytes:
    """Return the frame ``basic.ack`` of one message."""
    return _SETTLE.pack(1, channel, 13, 60, 80, tag, 0, 0xCE)


def rejection(channel: int, tag: int, *, requeue: bool) -> bytes:
    """Return the frame ``basic.reject``."""
    return _SETTLE.pack(1, channel, 13, 60, 90, tag, requeue, 0xCE)


def properties_of(letter: Letter) -> bytes:
    """Return the properties of a letter as they are written: flags, then those that are there."""
    given, flags, parts = letter.properties, _MODE | _ID, []
    if letter.content_type:
        flags |= _TYPE
        parts.append(_short(letter.content_type))
    if text := given.get("content_encoding"):
        flags |= _ENCODING
        parts.append(_short(text))
    if letter.headers:
        flags |= _HEADERS
        parts.append(_table(letter.headers))
    parts.append(_PERSISTENT if letter.is_persistent else _TRANSIENT)
    if (priority := given.get("priority")) is not None:
        flags |= _PRIORITY
        parts.append(bytes([priority]))
    for flag, text in (
        (_CORRELATION, given.get("correlation_id")),
        (_REPLY_TO, given.get("reply_to")),
        (_EXPIRATION, letter.expiration),
    ):
        if text:
            flags |= flag
            parts.append(_short(text))
    parts.append(_short(letter.message_id))
    if (time := given.get("timestamp")) is not None:
        flags |= _TIME
        parts.append(_LONG_LONG.pack(int(time.timestamp())))
    for flag, text in ((_KIND, given.get("type")), (_APP, given.get("app_id"))):
        if text:
            flags |= flag
            parts.append(_short(text))
    return _FLAGS.pack(flags) + b"".join(parts)


def delivered(payload: bytes) -> spec.Basic.Deliver:
    """Read the frame ``basic.deliver``."""
    consumer, at = _read(payload, 4)
    (tag,) = _LONG_LONG.unpack_from(payload, at)
    exchange, after = _read(payload, at + 9)
    key, _ = _read(payload, after)
    frame = spec.Basic.Deliver(consumer, tag, bool(payload[at + 8] & 1), "", key)
    frame.exchange = exchange  # set later: pamqp refuses names that brokers have
    return frame


def returned(payload: bytes) -> spec.Basic.Return:
    """Read the frame ``basic.return``."""
    (code,) = _RETURN.unpack_from(payload, 4)
    text, at = _read(payload, 6)
    exchange, at = _read(payload, at)
    key, _ = _read(payload, at)
    frame = spec.Basic.Return(code, text, "", key)
    frame.exchange = exchange  # as in `delivered`
    return frame


class IllegibleHeader(ContentHeader):
    """The header of a content whose properties cannot be read: they are `raw`."""

    def __init__(self, payload: bytes) -> None:
        super().__init__(body_size=_SIZE.unpack_from(payload, 4)[0])
        self.raw = payload[12:]


def header(payload: bytes) -> ContentHeader:
    """Read the header of a content."""
    read = ContentHeader()
    try:
        read.unmarshal(payload)
    except Exception:  # whatever its sender has written: it ends no connection, and so no other consumer
        return IllegibleHeader(payload)
    return read


def _table(headers: Mapping[str, FieldValue]) -> bytes:
    """Write a table; values that are no text are left to pamqp, which has all their types."""
    parts = []
    for name, value in headers.items():
        parts.append(_short(name))
        if isinstance(value, str):
            raw = value.encode()
            parts += (b"S", _LONG.pack(len(raw)), raw)
        else:
            parts.append(encode_table_value(value))
    table = b"".join(parts)
    return _LONG.pack(len(table)) + table


def _short(text: str) -> bytes:
    raw = text.encode()
    return bytes((len(raw),)) + raw


def _read(payload: bytes, at: int) -> tuple[str, int]:
    end = at + 1 + payload[at]
    return payload[at + 1 : end].decode(errors="backslashreplace"), end
