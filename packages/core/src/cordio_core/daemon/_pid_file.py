"""A file with the number of the process that holds its lock."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from cordio_core._exits import Exit
from cordio_core.daemon._exceptions import DaemonError

__all__ = ["PidFile"]

_FLAGS = os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW  # who may write to the folder is to overwrite no other file


class PidFile:
    """Holds a lock as long as its context is open, in this process and those forked from it.

    The lock is the kernel's (flock(2)) and ends with the last of these processes, however it dies: a file that
    is left behind by a dead process keeps nobody out.

    Parameters
    ----------
    path : pathlib.Path
        The file; its folder is made.
    name : str
        The application, for what is told.
    """

    def __init__(self, path: Path, name: str) -> None:
        self.path, self._name = path, name
        self._descriptor = -1

    def __enter__(self) -> Self:
        """Take the lock and write this process's number.

        Returns
        -------
        PidFile
            Itself.

        Raises
        ------
        DaemonError
            If another process holds the lock, or the file cannot be used.
        """
        with self._used():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self.path, _FLAGS | os.O_CREAT, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            raise self.held() from None
        self._descriptor = descriptor
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        """Empty the file and let go of the lock; the file stays, for removing it would race with the next."""
        os.ftruncate(self._descriptor, 0)
        os.close(self._descriptor)
        self._descriptor = -1

    def is_held(self) -> bool:
        """Tell whether a process holds the lock.

        Returns
        -------
        bool
            Whether one does.

        Raises
        ------
        DaemonError
            If the file cannot be used.
        """
        try:
            with self._used():
                descriptor = os.open(self.path, _FLAGS)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(descriptor)
        return False

    def pid(self) -> int | None:
        """Return the process that the file names, dead or alive.

        Returns
        -------
        int or None
            Its number; None if the file names none.

        Raises
        ------
        DaemonError
            If the file cannot be used.
        """
        try:
            with self._used():
                text = self.path.read_text().strip()
        except (FileNotFoundError, UnicodeDecodeError):
            return None
        return int(text) if text.isascii() and text.isdecimal() else None

    def held(self) -> DaemonError:
        """Say who holds the lock.

        Returns
        -------
        DaemonError
            What to raise.
        """
        pid = self.pid()
        whose = f"as process {pid}" if pid is not None else "as another process"
        return DaemonError(
            self._name, f"runs already, {whose} ({self.path})", "stop it first: daemon stop", Exit.LOCKED
        )

    @contextmanager
    def _used(self) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError:
            raise
        except OSError as error:
            what = f"cannot use {self.path} ({error.strerror})"
            raise DaemonError(
                self._name, what, "make it a file of this user, in a folder of theirs"
            ) from error
