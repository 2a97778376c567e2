"""One mistake in a configuration, as a record."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Literal

from cordio_config._origin import Origin

__all__ = ["MASK", "Kind", "Problem", "shown"]

Kind = Literal["declaration", "duplicate", "format", "invalid", "missing", "renamed", "unknown", "unreadable"]

MASK = "***"
WIDTH = 80


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, where, what was expected, and what to do.

    Parameters
    ----------
    kind : str
        ``"declaration"`` (two options share a name, no such block), ``"duplicate"``,
        ``"format"`` (one was guessed), ``"invalid"``, ``"missing"``, ``"renamed"`` (an old name),
        ``"unknown"`` or ``"unreadable"`` (a file).
    what : str
        The mistake in words, key and value included; a secret value is masked.
    key : str
        The dotted key it is about, if it is about one.
    origin : Origin, optional
        Where it stands.
    expected : str
        What would be right.
    advice : str
        What to do.

    Examples
    --------
    >>> print(Problem("invalid", "limits.burst is -3", "limits.burst",
    ...               Origin("file", "config/main.yaml", 1, 17), expected="greater than 0"))
    config/main.yaml:1:17: limits.burst is -3
        expected: greater than 0
    """

    kind: Kind
    what: str
    key: str = ""
    origin: Origin | None = None
    expected: str = ""
    advice: str = ""

    def __str__(self) -> str:
        """Write the paragraph of a report."""
        place = f"{self.origin}: " if self.origin else ""
        expected = f"\n    expected: {self.expected}" if self.expected else ""
        advice = f"\n    {self.advice}" if self.advice else ""
        return f"{place}{self.what}{expected}{advice}"


def shown(value: object, is_secret: bool) -> str:
    """Write a value into a message: masked if it is secret, cut if it is long."""
    if is_secret:
        return MASK
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= WIDTH else f"{text[:WIDTH]}…"
