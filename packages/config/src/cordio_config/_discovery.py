"""Finds the files of a configuration."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from cordio_config._formats import EXTENSIONS
from cordio_config._names import fold
from cordio_config._pattern import Globs

__all__ = ["Found", "discover", "label_of", "ordered"]


@dataclass(frozen=True, slots=True)
class Found:
    """A file, as messages name it, and the section it is named after, if any."""

    path: Path
    label: str
    section: str | None


def discover(
    root: Path,
    paths: Iterable[Path],
    globs: Globs,
    sections: Collection[str],
    refused: Callable[[OSError], None],
) -> list[Found]:
    """Find the files below the search paths, ordered by bare name, ties by path.

    A search path that does not exist holds no file; one that is a file is taken as it is. Beside a file that
    matches, a file named after a section is taken too. `refused` is told a folder that cannot be listed.
    """
    named = {fold(section) for section in sections}
    files = (file for path in paths for file in _below(root / path, globs, named, refused))
    return ordered(files, root, sections)


def ordered(files: Iterable[Path], root: Path, sections: Collection[str]) -> list[Found]:
    """Put files in the order in which they count, each once."""
    named = {fold(section): section for section in sections}
    once = {os.path.abspath(file): file for file in files}
    found = [Found(file, label_of(file, root), named.get(fold(file.stem))) for file in once.values()]
    return sorted(found, key=lambda one: (one.path.name, one.label))


def label_of(path: Path, root: Path) -> str:
    """Name a file relative to the root when it is below it."""
    whole = Path(os.path.abspath(path))
    return (whole.relative_to(root) if whole.is_relative_to(root) else whole).as_posix()


def _below(
    top: Path, globs: Globs, named: Collection[str], refused: Callable[[OSError], None]
) -> Iterator[Path]:
    if os.path.isfile(top):
        yield top
        return
    for folder, inner, files in os.walk(top, onerror=refused if os.path.lexists(top) else None):
        steps = Path(folder).relative_to(top).parts
        # A folder that is called like a file is a mistake to be told, so it is taken for one.
        odd = [name for name in inner if _is_supported(name) and _is_meant(steps, name, globs)]
        inner[:] = sorted(name for name in inner if name not in odd and globs.reaches([*steps, name]))
        yield from (Path(folder, name) for name in _taken(steps, [*files, *odd], globs, named))


def _taken(steps: tuple[str, ...], names: list[str], globs: Globs, named: Collection[str]) -> list[str]:
    meant = [name for name in names if _is_meant(steps, name, globs)]
    if not meant:
        return []
    return [
        name for name in names if name in meant or (_is_supported(name) and fold(Path(name).stem) in named)
    ]


def _is_meant(steps: tuple[str, ...], name: str, globs: Globs) -> bool:
    if not _is_supported(name) and not globs.names(name):
        return False
    return globs.matches("/".join([*steps, name]))


def _is_supported(name: str) -> bool:
    return os.path.splitext(name)[1].lower() in EXTENSIONS and not name.lower().endswith(".schema.json")
