"""Builds a document from YAML's events: without recursion, within bounds, no key twice, no foreign objects."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from yaml.events import (
    AliasEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from cordio_config._place import DEPTH, Unreadable

__all__ = ["CORE", "Composer", "refusal", "refusal_at", "told"]

T = TypeVar("T")

CORE = "tag:yaml.org,2002:"
EXPANSION = 100_000

_COLLECTIONS = (None, "!", f"{CORE}map", f"{CORE}seq")


class Mark(Protocol):
    """A place in the text, as the parser in C and the one in Python tell it."""

    @property
    def line(self) -> int: ...

    @property
    def column(self) -> int: ...


@dataclass(slots=True)
class _Frame(Generic[T]):
    start: CollectionStartEvent
    keys: dict[str, T] | None
    items: list[T]
    pending: ScalarEvent | None = None
    size: int = 1


class Composer(Generic[T]):
    """Takes events one by one; what is built of them is `result`.

    Parameters
    ----------
    scalar : callable
        Builds a scalar from its event.
    collection : callable
        Builds a collection from its first event and its content.
    keyed : callable
        Makes of a value and of its key's event what is put there.
    """

    def __init__(
        self,
        scalar: Callable[[ScalarEvent], T],
        collection: Callable[[CollectionStartEvent, dict[str, T] | list[T]], T],
        keyed: Callable[[T, ScalarEvent], T] | None = None,
    ) -> None:
        self.result: T | None = None
        self._scalar = scalar
        self._collection = collection
        self._keyed = keyed
        self._frames: list[_Frame[T]] = []
        self._anchors: dict[str, tuple[T, int]] = {}
        self._documents = 0
        self._expanded = 0
        self._reactions: dict[type[Event], Callable[..., None]] = {
            AliasEvent: self._alias,
            DocumentStartEvent: self._document,
            MappingEndEvent: self._end,
            MappingStartEvent: self._begin,
            ScalarEvent: self._text,
            SequenceEndEvent: self._end,
            SequenceStartEvent: self._begin,
        }

    def take(self, event: Event) -> None:
        """Go on by one event."""
        reaction = self._reactions.get(type(event))
        if reaction is not None:
            reaction(event)

    def _document(self, event: DocumentStartEvent) -> None:
        self._documents += 1
        if self._documents > 1:
            raise refusal("a second document begins; one file holds one", event)

    def _text(self, event: ScalarEvent) -> None:
        frame = self._frames[-1] if self._frames else None
        if frame is None or frame.keys is None or frame.pending is not None:
            self._put(self._scalar(event), 1, event)
        elif event.value in frame.keys:
            raise refusal(f"the key {event.value!r} stands twice", event)
        elif event.value == "<<" and event.implicit[0]:
            raise refusal("merge keys (<<) are not part of YAML 1.2; write the keys out", event)
        else:
            frame.pending = event

    def _begin(self, event: CollectionStartEvent) -> None:
        frame = self._frames[-1] if self._frames else None
        if frame is not None and frame.keys is not None and frame.pending is None:
            raise refusal("a key must be plain text", event)
        if event.tag not in _COLLECTIONS:
            raise refusal(f"{told(event.tag)} is refused: values are plain data", event)
        if len(self._frames) >= DEPTH:
            raise refusal(f"it is nested deeper than {DEPTH} levels", event)
        self._frames.append(_Frame(event, {} if isinstance(event, MappingStartEvent) else None, []))

    def _end(self, event: Event) -> None:
        frame = self._frames.pop()
        content = frame.items if frame.keys is None else frame.keys
        self._put(self._collection(frame.start, content), frame.size, frame.start)

    def _alias(self, event: AliasEvent) -> None:
        found = self._anchors.get(event.anchor or "")
        frame = self._frames[-1] if self._frames else None
        if found is None or frame is None:
            raise refusal("an alias (*) must name an anchor (&) that stands complete before it", event)
        if frame.keys is not None and frame.pending is None:
            raise refusal("a key must be plain text", event)
        self._expanded += found[1]
        if self._expanded > EXPANSION:
            raise refusal(f"its aliases expand to more than {EXPANSION} values", event)
        self._put(*found)

    def _put(self, value: T, size: int, event: NodeEvent | None = None) -> None:
        if event is not None and event.anchor is not None:
            self._anchors[event.anchor] = (value, size)
        if not self._frames:
            self.result = value
            return
        frame = self._frames[-1]
        frame.size += size
        if frame.keys is None:
            frame.items.append(value)
        elif frame.pending is not None:
            key, frame.pending = frame.pending, None
            frame.keys[key.value] = self._keyed(value, key) if self._keyed is not None else value


def refusal(reason: str, event: Event) -> Unreadable:
    """Say why an event is refused, and where."""
    return refusal_at(reason, event.start_mark)


def refusal_at(reason: str, mark: Mark | None) -> Unreadable:
    """Say why, at a mark."""
    return Unreadable(reason) if mark is None else Unreadable(reason, mark.line + 1, mark.column + 1)


def told(tag: str | None) -> str:
    """Name a tag; one that is not YAML's own may be a secret that begins with ``!``, so it is not quoted."""
    return f"the tag !!{tag.removeprefix(CORE)}" if tag and tag.startswith(CORE) else "a tag of one's own (!)"
