"""Where the values of a text stand in it."""

from __future__ import annotations

from dataclasses import dataclass

from cordio_config._names import Key

__all__ = ["DEPTH", "Place", "Unreadable", "check_depth", "count_pairs", "position"]

DEPTH = 100

_NESTING = frozenset({dict, list})


@dataclass(slots=True)
class Place:
    """A value in a text, by offsets; what it holds is found by key or index."""

    start: int
    end: int = -1
    key: int = -1
    keys: dict[str, Place] | None = None
    items: list[Place] | None = None

    def find(self, path: Key) -> Place:
        """Go down as far as the path can be followed."""
        place = self
        for step in path:
            inner = place._inner(step)
            if inner is None:
                break
            place = inner
        return place

    def _inner(self, step: str | int) -> Place | None:
        if isinstance(step, int):
            return self.items[step] if self.items is not None and step < len(self.items) else None
        return self.keys.get(step) if self.keys is not None else None


class Unreadable(Exception):
    """A text that its format refuses; one that is final is not tried in another format."""

    def __init__(
        self, reason: str, line: int | None = None, column: int | None = None, is_final: bool = True
    ) -> None:
        self.reason = reason
        self.line = line
        self.column = column
        self.is_final = is_final
        super().__init__(reason, line, column, is_final)

    @classmethod
    def at(cls, reason: str, text: str, offset: int, is_final: bool = True) -> Unreadable:
        """Make it from an offset."""
        return cls(reason, *position(text, offset), is_final)


def position(text: str, offset: int) -> tuple[int, int]:
    """Turn an offset into line and column, both from 1."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def check_depth(value: object, text: str) -> None:
    """Refuse what is nested deeper than anyone would write."""
    if text.count("[") + text.count("{") + text.count(".") >= DEPTH:
        count_pairs(value)


def count_pairs(value: object) -> int:
    """Count the keys of all mappings; refuse what is nested too deep."""
    pairs = 0
    level: list[object] = [value]
    for _ in range(DEPTH):
        below: list[object] = []
        for outer in level:
            pairs += len(outer) if isinstance(outer, dict) else 0
            inner = outer.values() if isinstance(outer, dict) else outer if isinstance(outer, list) else ()
            # Most groups hold no other: that is seen without a step in Python for each value.
            if not _NESTING.isdisjoint(map(type, inner)):
                below += [one for one in inner if isinstance(one, dict | list)]
        if not below:
            return pairs
        level = below
    raise Unreadable(f"it is nested deeper than {DEPTH} levels")
