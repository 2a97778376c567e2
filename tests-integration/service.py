"""A service in a process of its own, as a person starts it."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = ROOT / "docs" / "examples" / "orders"
LIMIT = 60.0
_ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+")


class Service:
    """Runs a project's command, collects what it says, and waits for what is expected of it.

    Parameters
    ----------
    project : pathlib.Path
        The project; its ``up.py`` is run in it.
    *arguments : str
        The command line after ``up.py``; with any it also stops without a drain, for no balancer watches.
    command : sequence of str
        What is run in place of this Python and ``up.py``.
    environment : dict of str to str or None
        Further environment variables.
    """

    def __init__(
        self,
        project: Path,
        *arguments: str,
        command: Sequence[str] = (sys.executable, "up.py"),
        environment: dict[str, str] | None = None,
    ) -> None:
        self.lines: list[str] = []
        self._said = threading.Condition()
        self._process = subprocess.Popen(
            [*command, *arguments, *(("--app-drain", "0s") if arguments else ())],
            cwd=project,
            env={**os.environ, "NO_COLOR": "1", **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def output(self) -> str:
        """Everything it has said so far, on both its streams."""
        return "\n".join(self.lines)

    def until(self, pattern: str) -> re.Match[str]:
        """Wait until it says something that matches, or fail with what it did say."""
        with self._said:
            found = self._said.wait_for(lambda: self._found(pattern) or not self._reader.is_alive(), LIMIT)
        match = self._found(pattern)
        assert found and match, f"waited for {pattern!r}, but the service said:\n{self.output}"
        return match

    def address(self) -> str:
        """Wait until it is ready, and return where."""
        return self.until(rf"ready.*?({_ADDRESS.pattern})").group(1)

    def get(self, path: str) -> httpx.Response:
        """Ask it for something."""
        return httpx.get(f"{self.address()}{path}", timeout=LIMIT)

    def tell(self, number: signal.Signals) -> None:
        """Send it a signal."""
        self._process.send_signal(number)

    def ended(self) -> int:
        """Wait for its end; return its exit code."""
        code = self._process.wait(LIMIT)
        self._reader.join(LIMIT)
        return code

    def __enter__(self) -> Self:
        """Begin to watch it."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it, the hard way if it does not end by itself."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(LIMIT)
            except subprocess.TimeoutExpired:
                self._process.kill()
        self.ended()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def _found(self, pattern: str) -> re.Match[str] | None:
        return re.search(pattern, self.output)

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            with self._said:
                self.lines.append(line.rstrip("\n"))
                self._said.notify_all()
        with self._said:
            self._said.notify_all()


def said(root: Path, *arguments: str, code: int = 0, **environment: str) -> str:
    """Run a command of a project; return what it says on both its streams."""
    done = subprocess.run(
        [sys.executable, "up.py", *arguments],
        cwd=root,
        env={**os.environ, "NO_COLOR": "1", **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=2 * LIMIT,
    )
    assert done.returncode == code, (done.stdout, done.stderr)
    return done.stdout + done.stderr


@contextmanager
def project() -> Iterator[Path]:
    """Copy the demonstration into a folder of its own, which others may pass.

    The embedded PostgreSQL of root's tests runs as another user. pytest's own temporary folders will not do:
    each pytest that starts closes the one around them.
    """
    with tempfile.TemporaryDirectory(prefix="cordio-orders-") as folder:
        Path(folder).chmod(0o711)
        copy = Path(folder) / "orders"
        shutil.copytree(EXAMPLE, copy, ignore=shutil.ignore_patterns("var", "__pycache__"))
        copy.chmod(0o755)
        yield copy
