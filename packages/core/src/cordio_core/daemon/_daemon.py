"""Start, stop, restart and state of an application in the background."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from cordio_core._calling import told
from cordio_core._exits import Exit
from cordio_core.daemon._detached import detached
from cordio_core.daemon._exceptions import DaemonError
from cordio_core.daemon._pid_file import PidFile

__all__ = ["Daemon"]

_TICK = 0.05
_MOST = 8192
_DEAD, _NOT_RUNNING = 1, 3  # Linux Standard Base 5.0, section 22.2: the exit codes of `status`


class Daemon:
    """An application in the background, of which there is one.

    Parameters
    ----------
    name : str
        The application.
    root : pathlib.Path
        Its root folder: the pid file is ``var/run/NAME.pid``, its output ``var/log/NAME.log``.
    program : callable
        Runs the application until it is told to stop; takes what is to be called once it is up, returns the
        exit code.
    within : float
        How long a stop may take, in seconds.

    Raises
    ------
    DaemonError
        If the application has a name that files cannot have.

    Examples
    --------
    >>> Daemon("orders", Path("."), lambda ready: 0).log
    PosixPath('var/log/orders.log')
    """

    def __init__(
        self, name: str, root: Path, program: Callable[[Callable[[], None]], int], within: float = 35.0
    ) -> None:
        if name in ("", ".", "..") or set(name) & {"/", "\0"}:
            cure = "give App a name without '/'"
            raise DaemonError(f"{name!r}:", "its pid file and its log cannot be named after it", cure)
        self.name, self._root, self._program, self._within = name, root, program, within
        self.log = root / "var" / "log" / f"{name}.log"
        self._file = PidFile(root / "var" / "run" / f"{name}.pid", name)

    def start(self) -> int:
        """Start it, and wait until it is up.

        Returns
        -------
        int
            The exit code: 0 if it is up, 69 if it runs already, else that with which it ended.
        """
        return told(self._started)

    def _started(self) -> int:
        if self._file.is_held():
            raise self._file.held()
        stale = self._file.pid()
        if stale is not None:
            what = f"process {stale} ended without a word; its pid file is taken over"
            print(f"{self.name}: {what}", file=sys.stderr)
        said = self.log.stat().st_size if self.log.exists() else 0
        code = detached(self.name, self._root, self.log, self._file, self._program)
        if code:
            print(self._since(said), end="", file=sys.stderr)
            print(f"{self.name} did not start: see {self.log}", file=sys.stderr)
        else:
            print(f"{self.name} is up, as process {self._file.pid()}")
        return code

    def _since(self, size: int) -> str:
        """Return the end of what was said since the log had a size."""
        with self.log.open("rb") as log:
            log.seek(max(size, self.log.stat().st_size - _MOST))
            return log.read().decode(errors="replace")

    def stop(self) -> int:
        """Ask it to stop, and wait until it has.

        Returns
        -------
        int
            The exit code: 0, also if it did not run; 75 if it does not stop in time.
        """
        return told(self._stopped)

    def _stopped(self) -> int:
        if not self._file.is_held():
            print(f"{self.name} does not run")
            return Exit.OK
        pid = self._file.pid()
        if pid is None:
            cure = f"find who holds {self._file.path}, and stop it"
            raise DaemonError(self.name, "runs, but its pid file names no process", cure, Exit.LOCKED)
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + self._within
        while self._file.is_held():
            if time.monotonic() > deadline:
                what = f"runs on, as process {pid}, though it was told to stop {self._within:g} s ago"
                raise DaemonError(self.name, what, f"see {self.log}, or kill it: kill -9 {pid}", Exit.CUT)
            time.sleep(_TICK)
        print(f"{self.name} has stopped")
        return Exit.OK

    def restart(self) -> int:
        """Stop it if it runs, and start it.

        Returns
        -------
        int
            The exit code of the start, or of a stop that failed.
        """
        return self.stop() or self.start()

    def status(self) -> int:
        """Tell how it is.

        Returns
        -------
        int
            0 if it runs, 1 if it died and left its pid file, 3 if it does not run (Linux Standard Base).
        """
        return told(self._said)

    def _said(self) -> int:
        pid = self._file.pid()
        if self._file.is_held():
            print(f"{self.name} runs, as process {pid}")
            return Exit.OK
        if pid is not None:
            print(f"{self.name} does not run: process {pid} ended without a word; see {self.log}")
            return _DEAD
        print(f"{self.name} does not run")
        return _NOT_RUNNING
