"""What is published, as the body of a message."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic_core import to_json

from cordio_amqp._codecs import Codecs
from cordio_amqp._exceptions import InvalidMessage
from cordio_amqp._gzip import GZIP, packed

if TYPE_CHECKING:
    from cordio_amqp._settings import AmqpSettings

__all__ = ["Writing", "Written", "encoded", "plain"]

_THE_MESSAGE = "the message"


@dataclass(frozen=True, slots=True)
class Written:
    """A body with what it is."""

    body: bytes
    content_type: str | None
    encoding: str | None = None


class Writing:
    """Writes messages as the settings and the codecs say."""

    def __init__(self, settings: AmqpSettings, codecs: Codecs) -> None:
        self._most, self._from, self._codecs = settings.body_limit, settings.compress_from, codecs

    def written(self, message: object, content_type: str | None, compress: bool | None) -> Written:
        """Return it as a body; `compress` None leaves that to its size. Raises InvalidMessage."""
        made = plain(message) if content_type is None else self._by_type(message, content_type)
        return self.fitted(made, compress)

    def fitted(self, made: Written, compress: bool | None = None) -> Written:
        """Return it compressed, if that is wanted or its size says so; raise InvalidMessage for too much."""
        if len(made.body) > self._most:
            reason = f"it has {len(made.body)} bytes, and {self._most} are allowed (body_limit)"
            raise InvalidMessage(_THE_MESSAGE, reason)
        is_large = self._from is not None and len(made.body) >= self._from
        if compress or (compress is None and is_large):
            return Written(packed(made.body), made.content_type, GZIP)
        return made

    def _by_type(self, message: object, content_type: str) -> Written:
        if isinstance(message, bytes | bytearray | memoryview):
            return Written(bytes(message), content_type)
        codec = self._codecs.find(content_type)
        if codec is None:
            reason = f"there is no codec for {content_type!r}: give Amqp(codecs=[...]) one, or bytes"
            raise InvalidMessage("the content type", reason)
        try:
            return Written(codec.encode(message), content_type)
        except Exception as error:  # of foreign code
            raise InvalidMessage(f"the message, a {type(message).__name__},", str(error)) from error


def plain(message: object) -> Written:
    """Return bytes and text as they are, and everything else as JSON; raise InvalidMessage."""
    if isinstance(message, bytes | bytearray | memoryview):
        return Written(bytes(message), "application/octet-stream")
    if isinstance(message, str):
        return Written(encoded(_THE_MESSAGE, message), "text/plain; charset=utf-8")
    try:
        return Written(to_json(message), "application/json")
    except (ValueError, RecursionError) as error:
        raise InvalidMessage(f"the message, a {type(message).__name__},", str(error)) from error


def encoded(part: str, text: str) -> bytes:
    """Return a text in UTF-8; raise InvalidMessage."""
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise InvalidMessage(part, f"it cannot be written as UTF-8: {error.reason}") from error
