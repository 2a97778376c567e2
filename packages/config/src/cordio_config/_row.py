"""A value in force as reports show it, with the values that it hides."""

from __future__ import annotations

from dataclasses import dataclass

from cordio_config._origin import Origin
from cordio_config._problem import MASK, Problem
from cordio_config._setting import NOTHING, Setting, as_text
from cordio_config._table import Line

__all__ = ["Row", "lines_of", "place_of", "reason", "record_of", "relation", "shown_in"]


@dataclass(frozen=True, slots=True)
class Row:
    """A value in force: plain data, where it comes from, and what it hides or is merged with."""

    setting: Setting
    value: object
    origin: Origin
    hidden: tuple[tuple[object, Origin], ...]


def lines_of(row: Row) -> list[Line]:
    """Lay out a value in force and what it hides, for a table."""
    first = Line(
        row.setting.key, shown_in(row, row.value), row.setting.kind, str(row.origin), row.origin.source
    )
    others = [
        Line("", shown_in(row, value), "", f"{relation(row, value)} {origin}", "hidden")
        for value, origin in row.hidden
    ]
    return [first, *others]


def shown_in(row: Row, value: object) -> str:
    """Write a value for people; a secret one is masked."""
    if value is NOTHING:
        return "(missing)" if row.setting.required else "(none)"
    if value is None:
        return "(none)"
    return MASK if row.setting.field.secret else as_text(value)


def relation(row: Row, value: object) -> str:
    """Say whether a value lies below the one in force or is merged with it."""
    return "with" if isinstance(value, dict) and isinstance(row.value, dict) else "over"


def reason(winner: Origin, loser: Origin) -> str:
    """Say why one source counts more than another."""
    if winner.source == loser.source:
        return "of several files the last counts, by name, then by path"
    return f"{winner.source} counts more than {loser.source}"


def place_of(origin: Origin | None) -> dict[str, object] | None:
    """Write an origin for programs."""
    if origin is None:
        return None
    return {"source": origin.source, "name": origin.name, "line": origin.line, "column": origin.column}


def record_of(problem: Problem) -> dict[str, object]:
    """Write a problem for programs."""
    told: dict[str, object] = {"kind": problem.kind, "key": problem.key, "what": problem.what}
    return told | {"origin": place_of(problem.origin), "expected": problem.expected, "advice": problem.advice}
