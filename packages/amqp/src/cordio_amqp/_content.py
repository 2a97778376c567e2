"""What is in a message that came in: its body as it was sent, and the data in that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cordio_amqp._codecs import Codecs, bare
from cordio_amqp._delivery import Delivery, Unreadable
from cordio_amqp._gzip import GZIP, unpacked

if TYPE_CHECKING:
    from pamqp import commands as spec

    from cordio_core import Request

__all__ = ["Content", "unpacked_body"]

_PLAIN = ("identity", "utf-8", "")
_JSON = "application/json"


class Content:
    """Reads messages up to a size; nothing in one makes it take more memory than that."""

    def __init__(self, most: int, codecs: Codecs) -> None:
        self._most, self._codecs = most, codecs

    def body(self, delivery: Delivery) -> bytes:
        """Return the body, unpacked if it is compressed; raise Unreadable."""
        return unpacked_body(delivery.message.body, delivery.properties, self._most)

    def data(self, delivery: Delivery, request: Request) -> object:
        """Return what is in the body by its content type; raise Unreadable."""
        kind = bare(delivery.properties.content_type or _JSON)
        if kind == _JSON or kind.endswith("+json"):
            return _parsed(request)
        if kind.startswith("text/"):
            return _text(request.body)
        codec = self._codecs.find(kind)
        if codec is None:
            return request.body
        try:
            return codec.decode(request.body)
        except Exception as error:  # of foreign code; its text may show what is in the message
            raise Unreadable(f"its {kind} cannot be read: {type(error).__name__}") from error


def unpacked_body(body: bytes, properties: spec.Basic.Properties, most: int) -> bytes:
    """Return a body of at most so many bytes, unpacked if it is compressed; raise Unreadable."""
    if len(body) > most:
        raise Unreadable(f"it has {len(body)} bytes, and {most} are allowed (body_limit)")
    encoding = (properties.content_encoding or "").lower()
    if encoding in _PLAIN:
        return body
    if encoding != GZIP:
        raise Unreadable("the content encoding is not known")
    try:
        return unpacked(body, most)
    except ValueError as error:
        raise Unreadable(str(error)) from error


def _parsed(request: Request) -> object:
    try:
        return request.parsed
    except (ValueError, RecursionError) as error:
        raise Unreadable("it is no JSON in UTF-8") from error


def _text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise Unreadable("it is no text in UTF-8") from error
