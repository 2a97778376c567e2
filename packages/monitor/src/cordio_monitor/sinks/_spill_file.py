"""The file of a spill: lines that are appended at its end and taken from its front."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["SpillFile"]

_FRONT = b'{"spill": 1, "from": %020d}\n'
_START = len(_FRONT % 0)
_SLOTS = 64


class SpillFile:
    """Keeps lines for one process; its first line says how far the others were taken.

    A second process with the same path has a file of its own beside the first, ``name.1`` and so on. What
    an ended process left in one is taken over by the next that opens it.

    Parameters
    ----------
    path : Path
        The file. Its folder is made; both are for the owner alone.
    most : int
        How many bytes the file may have.

    Raises
    ------
    OSError
        If it cannot be opened, or each file beside it belongs to a running process.
    ValueError
        If something else is in it.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = SpillFile(Path(folder, "zipkin.spill"), 1_000)
    ...     file.put([b"one\\n", b"two\\n"])
    ...     file.take(1)
    ...     file.done(1)
    ...     file.take(5)
    ...     file.close()
    True
    [b'one\\n']
    [b'two\\n']
    """

    def __init__(self, path: Path, most: int) -> None:
        self._most = most
        self._taken: list[int] = []
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        names = [path, *(path.with_name(f"{path.name}.{number}") for number in range(1, _SLOTS))]
        self._own, self._descriptor = _first_free(names)
        try:
            self._front = _front(self._descriptor, self._own)
            self._size = os.fstat(self._descriptor).st_size
        except BaseException:  # it goes on
            os.close(self._descriptor)
            raise
        for other in names:
            if other != self._own and other.exists():
                self._take_over(other)

    def put(self, lines: Sequence[bytes]) -> bool:
        """Append lines, all or none.

        Parameters
        ----------
        lines : Sequence[bytes]
            The lines, each with its end.

        Returns
        -------
        bool
            Whether there was room.
        """
        data = b"".join(lines)
        if self._size + len(data) > self._most:
            self._compact()
        if self._size + len(data) > self._most:
            return False
        self._append(data)
        return True

    def take(self, most: int) -> list[bytes]:
        """Return the oldest lines; they stay until `done`.

        Parameters
        ----------
        most : int
            How many at most.

        Returns
        -------
        list[bytes]
            The lines; the last one has no end if its process was killed while it wrote it.
        """
        with open(self._descriptor, "rb", closefd=False) as stream:
            stream.seek(self._front)
            lines = [line for _, line in zip(range(most), stream, strict=False)]
        self._taken = [len(line) for line in lines]
        return lines

    def done(self, number: int) -> None:
        """Forget the oldest lines.

        Parameters
        ----------
        number : int
            How many of those that were taken last.
        """
        self._front += sum(self._taken[:number])
        del self._taken[:number]
        if self._front >= self._size:
            # Cut before it is noted: a process that is killed in between leaves an empty file.
            os.ftruncate(self._descriptor, _START)
            self._front = self._size = _START
        os.pwrite(self._descriptor, _FRONT % self._front, 0)

    def count(self) -> int:
        """Return how many lines there are.

        Returns
        -------
        int
            The lines; a part of one counts.
        """
        with open(self._descriptor, "rb", closefd=False) as stream:
            stream.seek(self._front)
            return sum(1 for _ in stream)

    def close(self) -> None:
        """Let go of the file; an empty one is removed."""
        if self._front >= self._size:
            with suppress(OSError):
                self._own.unlink()
        os.close(self._descriptor)

    def forget(self) -> None:
        """Let go of the parent's file, in a child process."""
        os.close(self._descriptor)

    def _append(self, data: bytes) -> None:
        if self._size > self._front and os.pread(self._descriptor, 1, self._size - 1) != b"\n":
            # The part of a line that a killed process left.
            data = b"\n" + data
        rest = memoryview(data)
        os.lseek(self._descriptor, self._size, os.SEEK_SET)
        try:
            while rest:
                rest = rest[os.write(self._descriptor, rest) :]
        except OSError:
            os.ftruncate(self._descriptor, self._size)
            raise
        self._size += len(data)

    def _compact(self) -> None:
        """Move what waits to the front of the file, where much of it was taken."""
        waiting = self._size - self._front
        if self._front - _START < waiting:
            return
        # Both parts fit beside each other, so that a process that is killed meanwhile loses nothing.
        data = os.pread(self._descriptor, waiting, self._front)
        os.pwrite(self._descriptor, data, _START)
        os.pwrite(self._descriptor, _FRONT % _START, 0)
        os.ftruncate(self._descriptor, _START + waiting)
        self._front, self._size = _START, _START + waiting

    def _take_over(self, other: Path) -> None:
        descriptor = _locked(other)
        if descriptor is None:
            return
        try:
            front = _front(descriptor, other)
            data = os.pread(descriptor, os.fstat(descriptor).st_size - front, front)
            if self._size + len(data) + 1 <= self._most:
                if data:
                    self._append(data)
                other.unlink()
        except ValueError:
            # Not a spill: it is left where it is.
            return
        finally:
            os.close(descriptor)


def _first_free(names: Sequence[Path]) -> tuple[Path, int]:
    for name in names:
        descriptor = _locked(name)
        if descriptor is not None:
            return name, descriptor
    raise BlockingIOError(f"{names[0]} and the {len(names) - 1} files beside it belong to running processes")


def _locked(path: Path) -> int | None:
    """Open a file that no other process has; None if one has it."""
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0)
    descriptor = os.open(path, flags, 0o600)
    try:
        if not _lock(descriptor) or not os.path.samestat(os.stat(path), os.fstat(descriptor)):
            os.close(descriptor)
            return None
        os.chmod(descriptor, 0o600)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _lock(descriptor: int) -> bool:
    try:
        import fcntl
    except ImportError:
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _front(descriptor: int, path: Path) -> int:
    """Return where the first line begins that is not taken; a new file is begun."""
    first, size = os.pread(descriptor, _START, 0), os.fstat(descriptor).st_size
    if size < _START and (_FRONT % _START).startswith(first):
        os.pwrite(descriptor, _FRONT % _START, 0)
        return _START
    digits = first[-22:-2]
    if not digits.isdigit() or first != _FRONT % int(digits) or int(digits) < _START:
        raise ValueError(f"{path} is not a spill file: name another one, or move it away")
    front = int(digits)
    if front > size:
        os.pwrite(descriptor, _FRONT % _START, 0)
        return _START
    return front
