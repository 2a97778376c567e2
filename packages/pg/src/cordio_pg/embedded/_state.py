"""The folder that root's servers live in when their account cannot get to the folder that was asked for."""

from __future__ import annotations

import hashlib
import os
import secrets
import tempfile
from collections.abc import Iterator
from pathlib import Path

__all__ = ["binaries", "forsaken", "moved", "reachable"]

ROOT = Path("/var/lib/cordio-pg")
_NOTE = "MOVED.txt"
_ORIGIN = "origin.txt"
_WHY = """\
The database is in the folder above: PostgreSQL does not run as root, and the user it runs as cannot get here.
Remove this folder to begin with an empty database.
"""


def binaries() -> Path:
    """Return where copies of programs are kept."""
    return ROOT / "binaries"


def moved(data: Path) -> Path:
    """Return the folder for the server of `data`, made when needed and noted there."""
    note = data / _NOTE
    name = hashlib.sha256(os.fsencode(data)).hexdigest()[:16]
    told = _first_line(note)
    # A note that came with a copy of the folder speaks of the database of the original.
    if told is None or told.parent != ROOT or not told.name.startswith(name):
        told = ROOT / f"{name}-{secrets.token_hex(4)}"
    reachable(told)
    (told / _ORIGIN).write_text(f"{data}\n", "utf-8")
    note.write_text(f"{told}\n\n{_WHY}", "utf-8")
    return told


def reachable(folder: Path) -> None:
    """Make a folder in here that the server's account can enter, whatever our umask is."""
    folder.mkdir(parents=True, exist_ok=True)
    for part in (folder, *folder.parents):
        if part.is_relative_to(ROOT):
            part.chmod(0o755)


def forsaken() -> Iterator[Path]:
    """Yield the folders whose note was removed, as temporary folders are; not those on an absent disk."""
    for folder in ROOT.glob("*-*"):
        data = _first_line(folder / _ORIGIN)
        if data is None or _first_line(data / _NOTE) == folder:
            continue
        if data.parent.is_dir() or data.is_relative_to(tempfile.gettempdir()):
            yield folder


def _first_line(path: Path) -> Path | None:
    try:
        return Path(path.read_text("utf-8").splitlines()[0])
    except (FileNotFoundError, NotADirectoryError, IndexError):
        return None
