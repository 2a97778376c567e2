"""Lays out the values in force for a terminal or a pipe."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Line", "laid_out"]

HEAD = ("KEY", "VALUE", "TYPE", "FROM")
LEAST = 12
_RESET = "\x1b[0m"
_TONES = {
    "head": "\x1b[1m",
    "default": "\x1b[2m",
    "hidden": "\x1b[2m",
    "option": "\x1b[33m",
    ".env": "\x1b[36m",
}
_TONES |= {"environment": "\x1b[36m", "file": "\x1b[32m"}


@dataclass(frozen=True, slots=True)
class Line:
    """One line: a value in force, or one that it hides."""

    key: str
    value: str
    kind: str
    place: str
    tone: str

    @property
    def cells(self) -> tuple[str, ...]:
        """What stands in the columns."""
        return self.key, self.value, self.kind, self.place


def laid_out(lines: Sequence[Line], width: int | None, colour: bool) -> str:
    """Align the columns; with a width, long values are cut so that lines fit if they can."""
    whole = [Line(*HEAD, "head"), *lines]
    widths = [
        max(len(cell) for cell in column) for column in zip(*(line.cells for line in whole), strict=True)
    ]
    if width is not None:
        over = sum(widths) + 2 * (len(widths) - 1) - width
        widths[1] = max(min(widths[1], LEAST), widths[1] - max(over, 0))
    return "\n".join(_written(line, widths, colour) for line in whole)


def _written(line: Line, widths: Sequence[int], colour: bool) -> str:
    cells = [_cut(cell, width).ljust(width) for cell, width in zip(line.cells, widths[:-1], strict=False)]
    text = "  ".join([*cells, line.place]).rstrip()
    tone = _TONES.get(line.tone, "") if colour else ""
    return f"{tone}{text}{_RESET}" if tone else text


def _cut(cell: str, width: int) -> str:
    return cell if len(cell) <= width else f"{cell[: width - 1]}…"
