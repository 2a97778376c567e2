"""Patterns of file names: gitignore-like globs with braces, or a compiled regular expression."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from fnmatch import fnmatchcase
from functools import lru_cache
from os.path import splitext

__all__ = ["Globs", "Pattern", "expanded", "pattern_of"]

Pattern = str | re.Pattern[str] | Iterable[str | re.Pattern[str]]

_ASIDE = frozenset({"__pycache__", "build", "dist", "node_modules", "var", "venv"})
_SIMPLE = re.compile(r"/?(?:\*\*/)?(?:(?:\*(?!\*)|[\w.-])+(?:/\*\*)?/)*(?:(?:\*(?!\*)|[\w.-])+|\*\*)")
_PARTS = re.compile(r"^\*\*/|/\*\*/|/\*\*$|^\*\*$|\*|[^*/]+|/")
_MEANS = {"**/": "(?:.*/)?", "/**/": "/(?:.*/)?", "/**": "/.+", "**": ".*", "*": "[^/]*"}
_BRACES = re.compile(r"\{([^{}]*)\}")


class Globs:
    """Tells which files are meant, and which folders cannot hold one.

    Hidden files and folders, and folders such as ``var`` or ``__pycache__``, are left aside unless a pattern
    names them.
    """

    def __init__(self, globs: Sequence[str], expressions: Sequence[re.Pattern[str]] = ()) -> None:
        lines = [line.removeprefix("./") for glob in globs for line in expanded(glob)]
        self._lines = lines
        self._matches = matcher(tuple(lines))
        self._expressions = expressions
        self._ways = [_way(line) for line in lines if not line.startswith("!")]
        self._named = {step for line in lines for step in line.split("/")}

    def matches(self, relative: str) -> bool:
        """Tell whether a file, relative to the search path, is meant."""
        name = relative.rpartition("/")[2]
        if name.startswith(".") and name not in self._named:
            return False
        return bool(self._matches(relative) or any(one.search(relative) for one in self._expressions))

    def names(self, name: str) -> bool:
        """Tell whether a pattern spells the extension of a file, or the name of one that has none."""
        suffix = splitext(name)[1]
        ends = suffix or name
        return any(line.endswith(ends) if suffix else line.rpartition("/")[2] == ends for line in self._lines)

    def reaches(self, folder: Sequence[str]) -> bool:
        """Tell whether a folder may hold a file that is meant."""
        name = folder[-1]
        if (name.startswith(".") or name in _ASIDE) and name not in self._named:
            return False
        return bool(self._expressions) or any(_leads(way, folder) for way in self._ways)


def pattern_of(pattern: Pattern) -> Globs:
    """Take what a caller gives as a pattern: a glob, a regular expression, or several of them."""
    several = [pattern] if isinstance(pattern, str | re.Pattern) else list(pattern)
    globs = [one for one in several if isinstance(one, str)]
    return Globs(globs, [one for one in several if isinstance(one, re.Pattern)])


@lru_cache(maxsize=64)
def matcher(lines: tuple[str, ...]) -> Callable[[str], object]:
    """Tell a path that one of the patterns means, as gitignore has it."""
    if all(_SIMPLE.fullmatch(line) for line in lines):
        return re.compile("|".join(map(_expression, lines)) or "(?!)").fullmatch
    # Its import takes longer than all the rest of reading a configuration.
    from pathspec import GitIgnoreSpec

    return GitIgnoreSpec.from_lines(lines).match_file


def _expression(line: str) -> str:
    """Write a glob without its rarer means as an expression; what it means as a folder has all below it."""
    start = "" if "/" in line else "(?:.*/)?"
    parts = (_MEANS.get(part) or re.escape(part) for part in _PARTS.findall(line.removeprefix("/")))
    return f"{start}{''.join(parts)}(?:/.*)?"


def expanded(glob: str) -> list[str]:
    """Expand braces: ``main.{json,yaml}`` gives ``main.json`` and ``main.yaml``."""
    match = _BRACES.search(glob)
    if match is None:
        return [glob]
    before, after = glob[: match.start()], glob[match.end() :]
    return [whole for choice in match[1].split(",") for whole in expanded(f"{before}{choice}{after}")]


def _way(line: str) -> list[str]:
    anchored = "/" in line.rstrip("/")
    steps = line.strip("/").split("/")
    return steps if anchored else ["**", *steps]


def _leads(way: Sequence[str], folder: Sequence[str]) -> bool:
    for step, name in zip(way, folder, strict=False):
        if step == "**":
            return True
        if not fnmatchcase(name, step):
            return False
    return True
