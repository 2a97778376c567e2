"""The names of one value: in files, on the command line, in the environment."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path

__all__ = ["Key", "collapse", "dotted", "flag", "fold", "nearest", "program_prefix", "variable"]

Key = tuple[str | int, ...]

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_ODD = re.compile(r"\W")
_SEVERAL = re.compile(r"_{2,}")


@lru_cache(maxsize=4096)
def fold(key: str) -> str:
    """Bring ``per-minute``, ``per_minute`` and ``perMinute`` to one spelling."""
    return _HUMP.sub("_", key).replace("-", "_").lower()


def dotted(path: Iterable[str | int]) -> str:
    """Write a path as files name it: ``limits.per_minute``, ``hosts[2]``."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".")


def flag(path: Sequence[str]) -> str:
    """Write a path as the command line names it: ``--limits-per-minute``."""
    return "--" + "-".join(fold(step).replace("_", "-") for step in path)


def variable(prefix: str, path: Sequence[str]) -> str:
    """Write a path as the environment names it: ``PROG_LIMITS_PER_MINUTE``."""
    name = collapse("_".join(_ODD.sub("_", fold(step)) for step in path)).upper()
    return f"{prefix.upper()}_{name}" if prefix else name


def collapse(name: str) -> str:
    """Let ``__`` between levels count as ``_``."""
    return _SEVERAL.sub("_", name) if "__" in name else name


def nearest(word: str, known: Iterable[str], likeness: float = 0.6) -> str | None:
    """Find the known word that is most like this one, if any is like it at all."""
    from difflib import get_close_matches

    spelled = {fold(name): name for name in known}
    return next((spelled[found] for found in get_close_matches(fold(word), spelled, 1, likeness)), None)


def program_prefix(program: str | None = None) -> str:
    """Make the prefix of variables from the program's name: ``my-prog.py`` gives ``MY_PROG``."""
    path = Path(sys.argv[0] if program is None else program)
    stem = path.parent.name if path.stem == "__main__" else path.stem
    return re.sub(r"^(?=\d)", "_", _ODD.sub("_", stem)).upper()
