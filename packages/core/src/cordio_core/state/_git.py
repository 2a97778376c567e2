"""What a checkout says of itself, read from its files: git need not be installed, and is not run."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Checkout", "checkout"]

_HASH = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_REF = re.compile(r"ref: (refs/[^\s\0]{1,200})")
_MOST = 2**24  # bytes of a file that are read
_HOPS = 5  # how many symbolic references are followed


@dataclass(frozen=True, slots=True)
class Checkout:
    """A working tree.

    Parameters
    ----------
    top : pathlib.Path
        Its top folder.
    folder : pathlib.Path
        Its git folder.
    commit : str
        The hash of the commit that is checked out.
    """

    top: Path
    folder: Path
    commit: str


def checkout(within: Path) -> Checkout | None:
    """Find the working tree that a folder lies in.

    Parameters
    ----------
    within : pathlib.Path
        The folder.

    Returns
    -------
    Checkout or None
        None if there is none, or what it says cannot be read.

    Examples
    --------
    >>> checkout(Path("/proc/self")) is None
    True
    """
    for top in (within, *within.parents):
        folder = _folder(top / ".git")
        if folder is not None:
            commit = _commit(folder)
            return None if commit is None else Checkout(top, folder, commit)
    return None


def _folder(named: Path) -> Path | None:
    """Follow the file that stands for the folder in worktrees and submodules."""
    if named.is_dir():
        return named
    text = _text(named)
    if text is None or not text.startswith("gitdir: "):
        return None
    folder = named.parent / text.removeprefix("gitdir: ").strip()
    return folder if folder.is_dir() else None


def _commit(folder: Path) -> str | None:
    common = folder / (_text(folder / "commondir") or ".").strip()
    text = _text(folder / "HEAD")
    for _ in range(_HOPS):
        found = (text or "").strip()
        if _HASH.fullmatch(found):
            return found
        name = _REF.fullmatch(found)
        if name is None or ".." in name[1]:
            return None
        text = _text(folder / name[1]) or _text(common / name[1]) or _packed(common, name[1])
    return None


def _packed(common: Path, name: str) -> str | None:
    for line in (_text(common / "packed-refs") or "").splitlines():
        commit, _, found = line.partition(" ")
        if found == name:
            return commit
    return None


def _text(file: Path) -> str | None:
    try:
        with file.open("rb") as opened:
            return opened.read(_MOST).decode()
    except (OSError, ValueError):
        return None
