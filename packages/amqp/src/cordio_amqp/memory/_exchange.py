"""Exchanges: where a message goes, by its key and its headers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias
from zlib import crc32

if TYPE_CHECKING:
    from pamqp.common import FieldTable

    from cordio_amqp.memory._message import Message

__all__ = ["KINDS", "Binding", "Exchange"]


@dataclass(frozen=True, slots=True, eq=False)
class Binding:
    """A way from an exchange to a queue, or to another exchange."""

    target: str
    key: str
    arguments: FieldTable
    to_exchange: bool = False

    def same(self, other: Binding) -> bool:
        """Whether the two are one binding."""
        mine = (self.target, self.to_exchange, self.key, self.arguments)
        return mine == (other.target, other.to_exchange, other.key, other.arguments)


@dataclass(slots=True, eq=False)
class Exchange:
    """One exchange with its bindings."""

    name: str
    kind: str
    durable: bool = True
    auto_delete: bool = False
    internal: bool = False
    arguments: FieldTable = field(default_factory=dict)
    bindings: list[Binding] = field(default_factory=list)

    def targets(self, message: Message) -> Iterator[Binding]:
        """Yield the bindings that a message takes."""
        return KINDS[self.kind](self, message)

    def bind(self, binding: Binding) -> None:
        """Add a binding, unless it is there."""
        if not any(each.same(binding) for each in self.bindings):
            self.bindings.append(binding)

    def unbind(self, binding: Binding) -> None:
        """Take a binding away."""
        self.bindings = [each for each in self.bindings if not each.same(binding)]

    def forget(self, target: str, *, is_exchange: bool) -> None:
        """Take all bindings to a target away."""
        self.bindings = [
            each for each in self.bindings if (each.target, each.to_exchange) != (target, is_exchange)
        ]


Choice: TypeAlias = Callable[[Exchange, "Message"], Iterator[Binding]]


def _direct(exchange: Exchange, message: Message) -> Iterator[Binding]:
    return (each for each in exchange.bindings if each.key == message.key)


def _fanout(exchange: Exchange, message: Message) -> Iterator[Binding]:
    return iter(exchange.bindings)


def _topic(exchange: Exchange, message: Message) -> Iterator[Binding]:
    return (each for each in exchange.bindings if _matches(each.key, message.key))


def _headers(exchange: Exchange, message: Message) -> Iterator[Binding]:
    return (each for each in exchange.bindings if _fits(each.arguments, message.headers))


def _hashed(exchange: Exchange, message: Message) -> Iterator[Binding]:
    """Choose one binding by the hash of the key, or of a header: as often as its weight says."""
    places = [each for each in exchange.bindings for _ in range(_weight(each.key))]
    if places:
        header = exchange.arguments.get("hash-header")
        text = message.key if header is None else str(message.headers.get(str(header), ""))
        yield places[crc32(text.encode()) % len(places)]


def _weight(key: str) -> int:
    return int(key) if key.isascii() and key.isdigit() else 1


@lru_cache(maxsize=4096)
def _matches(pattern: str, key: str) -> bool:
    """Whether a key has the words of a binding key: ``*`` is one word, ``#`` any number of them."""
    words = _words(key)
    reached = {0}
    for wanted in _words(pattern):
        if wanted == "#":
            reached = set(range(min(reached), len(words) + 1))
        else:
            reached = {at + 1 for at in reached if at < len(words) and wanted in ("*", words[at])}
        if not reached:
            return False
    return len(words) in reached


def _words(key: str) -> list[str]:
    return key.split(".") if key else []


def _fits(wanted: FieldTable, headers: FieldTable) -> bool:
    mode = wanted.get("x-match", "all")
    names = [name for name in wanted if mode in _WITH_X or not name.startswith("x-")]
    found = (
        name in headers and (wanted[name] is None or wanted[name] == headers[name])
        for name in names
        if name != "x-match"
    )
    return any(found) if mode in ("any", "any-with-x") else all(found)


_WITH_X = ("all-with-x", "any-with-x")

KINDS: Mapping[str, Choice] = MappingProxyType(
    {
        "direct": _direct,
        "fanout": _fanout,
        "topic": _topic,
        "headers": _headers,
        "x-consistent-hash": _hashed,
    }
)
