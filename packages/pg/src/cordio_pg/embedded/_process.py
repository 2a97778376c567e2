"""The processes of a server: its postmaster, found by the file it leaves in its data, and the children."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Postmaster", "end", "freeze", "servants", "slay", "thaw"]

_PROC = Path("/proc")
_STOP_LIMIT = 20.0
_PROC_IS_THERE = (_PROC / "self").exists()


@dataclass(frozen=True, slots=True)
class Postmaster:
    """A running server as its ``postmaster.pid`` tells it."""

    pid: int
    port: int
    sockets: Path
    listens: bool

    @classmethod
    def of(cls, cluster: Path) -> Postmaster | None:
        """Return the server that runs on `cluster`; None if none does, whatever an old file says."""
        try:
            lines = (cluster / "postmaster.pid").read_text("utf-8").splitlines()
            found = cls(int(lines[0]), int(lines[3]), Path(lines[4].strip()), bool(lines[5].strip()))
        except (FileNotFoundError, IndexError, ValueError):
            return None
        return found if serves(found.pid, cluster) else None


def serves(pid: int, cluster: Path) -> bool:
    """Tell whether `pid` is a postmaster on `cluster`, and not another process that got the number later."""
    if not _PROC_IS_THERE:
        return str(cluster) in _ps("-o", "command=", "-p", str(pid))
    try:
        words = (_PROC / str(pid) / "cmdline").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return os.fsencode(cluster) in words


def servants(folder: Path) -> list[int]:
    """Return the processes that were started on `folder`, whoever started them."""
    return [pid for pid, _, _ in _processes() if serves(pid, folder)]


def family(pid: int) -> list[int]:
    """Return `pid` and the processes it started (each of PostgreSQL's has a session of its own)."""
    return [pid, *(child for child, parent, _ in _processes() if parent == pid)]


def freeze(pid: int) -> list[int]:
    """Stop a postmaster first, so that it starts no more children, then those it has; return all."""
    send(pid, signal.SIGSTOP)
    stopped = family(pid)
    for process in stopped:
        send(process, signal.SIGSTOP)
    return stopped


def slay(pid: int) -> None:
    """End a postmaster and its children at once."""
    processes = freeze(pid)
    for process in processes:
        send(process, signal.SIGKILL)
    gone(processes, _STOP_LIMIT)


def end(pid: int, what: signal.Signals) -> None:
    """Ask a postmaster to stop, even a frozen one; slay it when it does not."""
    thaw(pid)
    send(pid, what)
    if not gone([pid], _STOP_LIMIT):
        slay(pid)


def thaw(pid: int) -> None:
    """Let frozen processes go on."""
    for process in family(pid):
        send(process, signal.SIGCONT)


def send(pid: int, what: signal.Signals) -> None:
    """Send a signal; a process that is gone needs none."""
    with suppress(ProcessLookupError):
        os.kill(pid, what)


def gone(pids: list[int], limit: float) -> bool:
    """Wait until none of `pids` runs any more; tell whether that was so within `limit`."""
    until = time.monotonic() + limit
    while any(map(_runs, pids)):
        if time.monotonic() > until:
            return False
        time.sleep(0.01)
    return True


def _runs(pid: int) -> bool:
    if _PROC_IS_THERE:
        state = (_process(_PROC / str(pid)) or (pid, 0, "Z"))[2]
    else:
        state = _ps("-o", "state=", "-p", str(pid)).strip() or "Z"
    return not state.startswith("Z")


def _processes() -> Iterator[tuple[int, int, str]]:
    """Yield the number, the parent's number and the state of every process."""
    if _PROC_IS_THERE:
        yield from filter(None, map(_process, _PROC.glob("[0-9]*")))
        return
    for line in _ps("-axo", "pid=,ppid=,state=").splitlines():
        pid, parent, state = line.split()
        yield int(pid), int(parent), state


def _process(entry: Path) -> tuple[int, int, str] | None:
    try:
        state, parent = (entry / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()[:2]
    except (FileNotFoundError, ProcessLookupError):
        return None
    return int(entry.name), int(parent), state


def _ps(*words: str) -> str:
    return subprocess.run(["ps", *words], capture_output=True, text=True, check=False).stdout
