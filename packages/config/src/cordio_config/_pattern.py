"""Patterns of file names: gitignore-like globs with braces, or a compiled regular expression."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

__all__ = ["Globs", "Pattern", "expanded", "pattern_of"]

Pattern = str | re.Pattern[str] | Iterable[str | re.Pattern[str]]

_ASIDE = frozenset({"__pycache__", "build", "dist", "node_modules", "var", "venv"})
_BRACES = re.compile(r"\{([^{}]*)\}")


class Globs:
    """Tells which files are meant, and which folders cannot hold one.

    Hidden files and folders, and folders such as ``var`` or ``__pycache__``, are left aside unless a pattern
    names them.
    """

    def __init__(self, globs: Sequence[str], expressions: Sequence[re.Pattern[str]] = ()) -> None:
        from pathspec import GitIgnoreSpec

        lines = [line.removeprefix("./") for glob in globs for line in expanded(glob)]
        self._spec = GitIgnoreSpec.from_lines(lines)
        self._expressions = expressions
        self._ways = [_way(line) for line in lines if not line.startswith("!")]
        self._named = {step for line in lines for step in line.split("/")}

    def matches(self, relative: str) -> bool:
        """Tell whether a file, relative to the search path, is meant."""
        name = relative.rpartition("/")[2]
        if name.startswith(".") and name not in self._named:
            return False
        return self._spec.match_file(relative) or any(one.search(relative) for one in self._expressions)

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
