"""Start a program anew when its code changes, for development."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import sysconfig
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import FrameType

from cordio_core._exits import Exit

__all__ = ["Reloader", "is_reloaded", "reloading"]

_MARK = "CORDIO_RELOADED"
_TICK = 0.25

Looks = Mapping[str, tuple[int, int]]


def is_reloaded() -> bool:
    """Tell whether this process was started by a reloader.

    Returns
    -------
    bool
        Whether it was.
    """
    return os.environ.get(_MARK) == "1"


def reloading(name: str) -> int:
    """Run this program again and again, in processes of their own, whenever its code changes.

    Parameters
    ----------
    name : str
        The application.

    Returns
    -------
    int
        The exit code of the last one.
    """
    return Reloader(name, [sys.executable, *sys.orig_argv[1:]], looks).run()


def looks() -> Looks:
    """Look at the source files beside those that this program has imported, but for installed ones.

    Returns
    -------
    mapping of str to tuple
        The time and the size of each.
    """
    files = (getattr(module, "__file__", None) for module in list(sys.modules.values()))
    folders = {Path(file).resolve().parent for file in files if file}
    own = [folder for folder in folders if not any(map(folder.is_relative_to, _installed()))]
    return {str(file): _look(file) for folder in own for file in folder.glob("*.py")}


def _installed() -> list[Path]:
    paths = sysconfig.get_paths()
    return [Path(paths[name]).resolve() for name in ("stdlib", "platstdlib", "purelib", "platlib")]


def _look(file: Path) -> tuple[int, int]:
    try:
        found = file.stat()
    except OSError:  # an editor replaces it at this moment
        return 0, 0
    return found.st_mtime_ns, found.st_size


class Reloader:
    """Owns the process that runs the program at present.

    Parameters
    ----------
    name : str
        The application.
    command : sequence of str
        What is run.
    look : callable
        Returns what changes when the code does.
    """

    def __init__(self, name: str, command: Sequence[str], look: Callable[[], Looks]) -> None:
        self._name, self._command, self._look = name, command, look
        self._ended = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None

    def run(self) -> int:
        """Run until a signal, or until the program ends in order by itself.

        Returns
        -------
        int
            Its exit code.
        """
        before = {number: signal.signal(number, self._told) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            while True:
                seen = self._look()
                self._process = subprocess.Popen(self._command, env={**os.environ, _MARK: "1"})
                code = self._watched(self._process, seen)
                if code is not None:
                    return code
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _told(self, number: int, frame: FrameType | None) -> None:
        """Pass a signal on; a terminal sends SIGINT to the program itself."""
        self._ended.set()
        if number == signal.SIGTERM and self._process is not None and self._process.returncode is None:
            self._process.terminate()

    def _watched(self, process: subprocess.Popen[bytes], seen: Looks) -> int | None:
        """Wait for the end, and return its code; or for a change, and return None."""
        is_told = False
        while (code := process.poll()) is None:
            self._ended.wait(_TICK)
            if self._ended.is_set():
                return process.wait()
            if self._has_changed(seen):
                process.terminate()
                process.wait()
                return int(Exit.OK) if self._ended.is_set() else None
        while code and not self._ended.is_set():
            if not is_told:
                print(f"{self._name} ended with exit code {code}: it waits for a change", file=sys.stderr)
                is_told = True
            if self._has_changed(seen):
                return None
            self._ended.wait(_TICK)
        return code

    def _has_changed(self, seen: Looks) -> bool:
        """Tell of a change once two looks agree, so that no file is taken half written."""
        found = self._look()
        if found == seen:
            return False
        while (again := self._look()) != found and not self._ended.wait(_TICK):
            found = again
        changed = sorted(file for file in {*seen, *found} if seen.get(file) != found.get(file))
        print(f"{self._name} is started anew: {', '.join(changed[:3])} changed", file=sys.stderr)
        return True
