"""How data become the body of a message and back, by content type."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from importlib.metadata import EntryPoint, entry_points
from typing import Protocol, runtime_checkable

__all__ = ["Codec", "Codecs", "bare"]

_GROUP = "cordio.amqp.codecs"


@runtime_checkable
class Codec(Protocol):
    """Writes and reads one content type; a package announces one as an entry point in ``cordio.amqp.codecs``.

    The name of the entry point is the content type, and it loads to such an object.
    """

    @property
    def content_type(self) -> str:
        """The content type, in lower case and without parameters: ``application/msgpack``."""
        ...

    def encode(self, value: object, /) -> bytes:
        """Return plain data, a model or whatever it knows as bytes."""
        ...

    def decode(self, body: bytes, /) -> object:
        """Return plain data, as JSON has them; raise on a mistake."""
        ...


class Codecs:
    """Those that were given, and those that packages announce; JSON, text and bytes are not among them."""

    def __init__(self, own: Sequence[Codec] = ()) -> None:
        self._known: dict[str, Codec] = {bare(each.content_type): each for each in own}

    def find(self, content_type: str) -> Codec | None:
        """Return the codec of a content type, if there is one."""
        kind = bare(content_type)
        if kind not in self._known and kind in self._announced:
            self._known[kind] = self._announced[kind].load()
        return self._known.get(kind)

    @cached_property
    def _announced(self) -> dict[str, EntryPoint]:
        return {bare(each.name): each for each in entry_points(group=_GROUP)}


def bare(content_type: str) -> str:
    """Return a content type in lower case and without its parameters (RFC 9110, section 8.3.1)."""
    return content_type.partition(";")[0].strip().lower()
