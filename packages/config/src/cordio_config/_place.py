"""Where the values of a text stand in it."""

from __future__ import annotations

from dataclasses import dataclass

from cordio_config._names import Key

__all__ = ["DEPTH", "Place", "Unreadable", "check_depth", "position"]

DEPTH = 100


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
    """A text that its format refuses."""

    def __init__(self, reason: str, line: int | None = None, column: int | None = None) -> None:
        self.reason = reason
        self.line = line
        self.column = column
        super().__init__(reason, line, column)

    @classmethod
    def at(cls, reason: str, text: str, offset: int) -> Unreadable:
        """Make it from an offset."""
        return cls(reason, *position(text, offset))


def position(text: str, offset: int) -> tuple[int, int]:
    """Turn an offset into line and column, both from 1."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def check_depth(value: object, text: str) -> None:
    """Refuse what is nested deeper than anyone would write."""
    if text.count("[") + text.count("{") <= DEPTH:
        return
    level: list[object] = [value]
    for _ in range(DEPTH + 1):
        level = [inner for outer in level for inner in _contents(outer) if isinstance(inner, dict | list)]
        if not level:
            return
    raise Unreadable(f"it is nested deeper than {DEPTH} levels")


def _contents(value: object) -> list[object]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []
