"""Whether a working tree differs from its commit, as ``git describe --dirty`` means it: of tracked files."""

from __future__ import annotations

import hashlib
import os
import stat
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

__all__ = ["is_dirty"]

_STAT = struct.Struct(">10I")  # Documentation/gitformat-index: ctime, mtime, dev, ino, mode, uid, gid, size
_MOST = 5000  # files: more are not looked at, for somebody waits
_LARGEST = 2**26  # bytes of a file, or of the index
_EXTENDED, _ASSUMED, _STAGE, _SKIPPED = 0x4000, 0x8000, 0x3000, 0x4000
_UNKNOWN = frozenset({b"link", b"sdir"})  # a split index, folders in place of their files
_LINK, _MODULE = 0o120000, 0o160000


class _Unknown(Exception):
    """What the index says cannot be told."""


class _Entry(NamedTuple):
    path: bytes
    mode: int
    size: int
    mtime: tuple[int, int]
    digest: bytes


def is_dirty(top: Path, folder: Path) -> bool | None:
    """Compare the tracked files of a working tree with its index, and the index with its commit.

    Parameters
    ----------
    top : pathlib.Path
        The top folder of the working tree.
    folder : pathlib.Path
        Its git folder.

    Returns
    -------
    bool or None
        Whether something differs; None where that cannot be told without git: there are too many files, a
        file is changed by a filter, or the index has a form that is not known.
    """
    try:
        index = (folder / "index").read_bytes()
        if len(index) > _LARGEST:
            return None
        entries, after = _entries(index)
        if not _UNKNOWN.isdisjoint(name for name, _ in _extensions(index, after)):
            return None
        if any(_differs(top, entry) for entry in entries):
            return None if (top / ".gitattributes").exists() else True
        return False if _is_committed(index, after) else None
    except (OSError, ValueError, struct.error, IndexError, _Unknown):
        return None


def _entries(index: bytes) -> tuple[list[_Entry], int]:
    magic, version, count = struct.unpack_from(">4sII", index)
    if magic != b"DIRC" or version not in (2, 3) or count > _MOST:
        raise _Unknown
    found, at = [], 12
    for _ in range(count):
        entry, at = _entry(index, at)
        if entry is not None:
            found.append(entry)
    return found, at


def _entry(index: bytes, at: int) -> tuple[_Entry | None, int]:
    fields = _STAT.unpack_from(index, at)
    digest = index[at + 40 : at + 60]  # of SHA-1; of SHA-256 the rest does not fit, and is unknown
    (flags,) = struct.unpack_from(">H", index, at + 60)
    begin, skipped = at + 62, False
    if flags & _STAGE:
        raise _Unknown  # a merge is under way
    if flags & _EXTENDED:
        skipped = bool(struct.unpack_from(">H", index, begin)[0] & _SKIPPED)
        begin += 2
    end = index.index(b"\0", begin)
    entry = _Entry(index[begin:end], fields[6], fields[9], (fields[2], fields[3]), digest)
    untouched = skipped or flags & _ASSUMED or stat.S_IFMT(entry.mode) == _MODULE
    return (None if untouched else entry), at + (end - at + 8) // 8 * 8


def _differs(top: Path, entry: _Entry) -> bool:
    file = os.fsencode(top) + b"/" + entry.path
    try:
        found = os.lstat(file)
    except (FileNotFoundError, NotADirectoryError):
        return True
    if stat.S_IFMT(found.st_mode) != stat.S_IFMT(entry.mode):
        return True
    if os.name == "posix" and stat.S_ISREG(found.st_mode) and (found.st_mode ^ entry.mode) & 0o100:
        return True
    seconds, rest = divmod(found.st_mtime_ns, 10**9)
    if found.st_size & 0xFFFFFFFF == entry.size and (seconds & 0xFFFFFFFF, rest) == entry.mtime:
        return False
    return _digest(file, found.st_size, entry.mode) != entry.digest


def _digest(file: bytes, size: int, mode: int) -> bytes:
    if size > _LARGEST:
        raise _Unknown
    if stat.S_IFMT(mode) == _LINK:
        content = os.readlink(file)
    else:
        with open(file, "rb") as opened:
            content = opened.read()
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).digest()


def _is_committed(index: bytes, at: int) -> bool:
    """Tell whether nothing is staged: git then knows the tree of the index; it forgets it with a change."""
    for name, content in _extensions(index, at):
        if name == b"TREE":
            root = content.split(b"\n", 1)[0]
            return root.startswith(b"\0") and not root[1:].startswith(b"-")
    return False


def _extensions(index: bytes, at: int) -> Iterator[tuple[bytes, bytes]]:
    while at < len(index) - 20:
        name, size = struct.unpack_from(">4sI", index, at)
        yield name, index[at + 8 : at + 8 + size]
        at += 8 + size
