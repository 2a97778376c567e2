"""Kills a test's servers when the process that started them was killed and could not do it itself."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

DISMISSED = b"dismissed"
ROUNDS = 50


class Watchdog:
    """
    A process that outlives us, to end the server that lives in `folder`.

    It holds one end of a pipe, we hold the other. When we are gone, however that came, it kills the
    processes whose home is the folder or that have one of its files as an argument, and removes the
    folder. On systems without /proc it only removes the folder.

    Parameters
    ----------
    folder : Path
        The private folder of one server.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     Watchdog(Path(folder)).dismiss()
    """

    def __init__(self, folder: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", __file__, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            cwd="/",
            env={},
            start_new_session=True,
        )

    def dismiss(self) -> None:
        """Tell it that nothing is left to do."""
        self._process.communicate(DISMISSED)


def processes(folder: str) -> Iterator[int]:
    """
    Yield the processes whose home is `folder` or that got something below it as an argument.

    Parameters
    ----------
    folder : str
        The absolute path.

    Yields
    ------
    int
        A process id.

    Examples
    --------
    >>> list(processes("/a/folder/of/nobody"))
    []
    """
    home, below = os.fsencode(f"HOME={folder}"), os.fsencode(f"{folder}/")
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            words = (entry / "cmdline").read_bytes().split(b"\0")
            if home in (entry / "environ").read_bytes().split(b"\0") or _any_below(words, below):
                yield int(entry.name)


def main(folder: str) -> None:
    """
    Wait for the end of our standard input; unless it said that all is done, end what is left.

    Parameters
    ----------
    folder : str
        The private folder of one server.
    """
    if sys.stdin.buffer.read() == DISMISSED:
        return
    for _ in range(ROUNDS):
        found = list(processes(folder))
        for process in found:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        if not found:
            break
        time.sleep(0.1)
    shutil.rmtree(folder, ignore_errors=True)


def _any_below(words: list[bytes], folder: bytes) -> bool:
    return any(word.startswith(folder) for word in words)


if __name__ == "__main__":
    main(sys.argv[1])
