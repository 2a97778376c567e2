"""The process in the background, and what the one in the foreground learns of its start."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from cordio_core._calling import told
from cordio_core._exits import Exit
from cordio_core.daemon._exceptions import DaemonError
from cordio_core.daemon._pid_file import PidFile

__all__ = ["detached"]

_UP = b"\0"
_UMASK = 0o022


def detached(
    name: str, root: Path, log: Path, file: PidFile, program: Callable[[Callable[[], None]], int]
) -> int:
    """Run a program in the background, and wait until it is up or has ended.

    Parameters
    ----------
    name : str
        The application.
    root : pathlib.Path
        Its working folder.
    log : pathlib.Path
        Where its output is added to.
    file : PidFile
        The lock that it holds.
    program : callable
        The program; it takes what it calls once it is up, and returns its exit code.

    Returns
    -------
    int
        0 if it is up, else its exit code.

    Raises
    ------
    DaemonError
        If the package python-daemon is not installed.
    """
    try:
        daemon = importlib.import_module("daemon")  # it has no types
    except ImportError as error:
        cure = "pip install 'cordio-core[daemon]'"
        raise DaemonError(name, "needs the package python-daemon for that", cure) from error
    log.parent.mkdir(parents=True, exist_ok=True)
    ours, theirs = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    first = os.fork()
    if first:
        os.close(theirs)
        return _awaited(first, ours)
    code: int = Exit.SOFTWARE
    try:
        os.close(ours)
        with log.open("ab", buffering=0) as output:
            context = daemon.DaemonContext(
                working_directory=str(root),
                umask=_UMASK,
                detach_process=True,
                files_preserve=[theirs],
                stdout=output,
                stderr=output,
                signal_map={},
                prevent_core=False,
            )
            context.open()
        code = told(lambda: _held(file, program, theirs))
    finally:
        with suppress(OSError):
            sys.stderr.flush()
            os.write(theirs, bytes([code & 0xFF]) if code else _UP)
        os._exit(code)


def _held(file: PidFile, program: Callable[[Callable[[], None]], int], told_to: int) -> int:
    def ready() -> None:
        with suppress(BrokenPipeError):
            os.write(told_to, _UP)

    with file:
        return program(ready)


def _awaited(first: int, ours: int) -> int:
    """Wait for the word of the process in the background; its parent, which was forked here, ends at once."""
    try:
        os.waitpid(first, 0)
        said = os.read(ours, 1)
    finally:
        os.close(ours)
    return said[0] if said else int(Exit.SOFTWARE)
