"""A file as a sink: one JSON object a line, rotated by size and time."""

from __future__ import annotations

import os
from pathlib import Path
from time import time
from typing import TYPE_CHECKING

from cordio_monitor._exceptions import SettingError
from cordio_monitor._unit import seconds, size, whole
from cordio_monitor.sinks._sink import Sink

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cordio_monitor._record import Record
    from cordio_monitor._settings import LogSettings
    from cordio_monitor.sinks._choice import Choice

__all__ = ["File"]


class File(Sink):
    """Appends to a file; its folder is made. Files are for the owner and the group alone to read.

    A file that is full or old becomes ``main.log.1``, the one before it ``main.log.2``, and so on. One that
    somebody else moved is opened anew, at the next record or at SIGHUP.

    Parameters
    ----------
    path : str | os.PathLike[str]
        The file.
    rotate : str | int
        At which size it is rotated, such as ``"100MiB"``; 0 for never.
    every : str | float
        At which age it is rotated, such as ``"1d"``, counted from midnight UTC; 0 for never.
    keep : int
        How many rotated files are kept.
    choice : Choice | None
        What it takes.

    Raises
    ------
    SettingError
        If the path is none, or a number, a size or a duration means nothing.

    Examples
    --------
    >>> import tempfile
    >>> from cordio_monitor import LogSettings
    >>> from cordio_monitor.sinks import Record
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = File(f"{folder}/log/main.log", rotate="100MiB", keep=7)
    ...     file.open(LogSettings())
    ...     file.write([Record("log", "info", 0, "orders", "", "placing", {})])
    ...     file.close()
    ...     print(Path(f"{folder}/log/main.log").read_text(), end="")
    {"time": "1970-01-01T00:00:00.000000Z", ... "message": "placing"}
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        rotate: str | int = 0,
        every: str | float = 0,
        keep: int = 7,
        choice: Choice | None = None,
    ) -> None:
        if not isinstance(path, (str, os.PathLike)) or not os.fspath(path):
            raise SettingError("file", path, "the path of a file")
        self.path = Path(path)
        self.choice = choice
        self._rotate = size("rotate", rotate)
        self._every = seconds("every", every)
        self._keep = whole("keep", keep)
        self._descriptor = -1
        self._written = 0
        self._period = 0
        self._moved = False

    def open(self, settings: LogSettings) -> None:
        """Open the file.

        Parameters
        ----------
        settings : LogSettings
            Not used: the format is always JSON.
        """
        self._open()

    def takes(self, record: Record) -> bool:
        """Take every kind, the books too.

        Parameters
        ----------
        record : Record
            The record.

        Returns
        -------
        bool
            Always true.
        """
        return True

    def write(self, records: Sequence[Record]) -> None:
        """Append records, each as a line.

        Parameters
        ----------
        records : Sequence[Record]
            The records.
        """
        text = "".join([record.json or record.line() for record in records])
        data = text.encode("utf-8", "backslashreplace")
        if self._moved or self._is_elsewhere():
            self._close()
            self._open()
        if self._is_due(len(data)):
            self._turn()
        self._append(data)

    def close(self) -> None:
        """Close the file."""
        self._close()

    def reopen(self) -> None:
        """Open the file anew before the next record."""
        self._moved = True

    def forked(self) -> None:
        """Close the child's copy of the descriptor."""
        self._close()

    def rehearse(self, records: Sequence[Record]) -> str:
        """Tell what would be appended.

        Parameters
        ----------
        records : Sequence[Record]
            The records.

        Returns
        -------
        str
            The lines.
        """
        return "".join(record.line() for record in records)

    def _append(self, data: bytes) -> None:
        """Append all of it or, as far as the file system lets us, nothing: a part would come twice."""
        start = os.fstat(self._descriptor).st_size
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[os.write(self._descriptor, rest) :]
        except OSError:
            if len(rest) < len(data) and os.fstat(self._descriptor).st_size == start + len(data) - len(rest):
                os.ftruncate(self._descriptor, start)
            raise
        self._written = start + len(data)

    def _open(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_CLOEXEC", 0)
        self._descriptor = os.open(self.path, flags, 0o640)
        self._moved = False
        status = os.fstat(self._descriptor)
        self._written = status.st_size
        self._period = self._of(status.st_mtime if status.st_size else time())

    def _close(self) -> None:
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)

    def _is_elsewhere(self) -> bool:
        if self._descriptor < 0:
            return True
        try:
            return not os.path.samestat(os.stat(self.path), os.fstat(self._descriptor))
        except FileNotFoundError:
            return True

    def _is_due(self, more: int) -> bool:
        if not self._written:
            return False
        if self._rotate and self._written + more > self._rotate:
            return True
        return bool(self._every) and self._of(time()) != self._period

    def _of(self, moment: float) -> int:
        return int(moment // self._every) if self._every else 0

    def _turn(self) -> None:
        self._close()
        for number in range(self._keep - 1, 0, -1):
            old = self._numbered(number)
            if old.exists():
                old.replace(self._numbered(number + 1))
        if self._keep > 0:
            self.path.replace(self._numbered(1))
        else:
            self.path.unlink()
        self._open()

    def _numbered(self, number: int) -> Path:
        return self.path.with_name(f"{self.path.name}.{number}")
