"""The environment ``.venv`` in the root: made with what Python brings, and kept up to date."""

import fcntl
import importlib.util
import os
import platform
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tools import stamp
from tools.runner import Runner
from tools.step import step
from tools.trouble import Trouble, advice, last_words

PIP = (
    "-m",
    "pip",
    "install",
    "--quiet",
    "--no-input",
    "--disable-pip-version-check",
    "--no-deps",
    "--no-compile",
)
MODULES = ("venv", "ensurepip")


class Environment:
    """
    The environment of a working copy.

    Parameters
    ----------
    root : pathlib.Path
        The root of the repository.
    runner : tools.runner.Runner
        Runs the commands.

    Examples
    --------
    >>> with Runner() as runner:
    ...     Environment(Path("/work-copy"), runner).python
    PosixPath('/work-copy/.venv/bin/python')
    """

    def __init__(self, root: Path, runner: Runner) -> None:
        self.root = root
        self.folder = root / ".venv"
        self.python = self.folder / "bin" / "python"
        self._runner = runner
        self._build = root / "build"
        self._stamp = self.folder / "set-up.json"
        self._log = self._build / "set-up.log"
        self._locks: tuple[int, ...] = ()

    def ensure(self) -> None:
        """
        Make the environment, or what of it is not up to date; at once if all is.

        Raises
        ------
        tools.trouble.Trouble
            When something is missing; it says what, and how to get it.
        tools.runner.Stopped
            When a signal ended the set-up; the next one begins anew.
        """
        if not self._plan():
            return
        with self._alone():
            plan = self._plan()
            try:
                self._carry_out(plan)
            except OSError as error:
                raise Trouble(f"The set-up failed: {error}.", advice(str(error))) from error

    def _plan(self) -> stamp.Plan:
        have = stamp.read(self._stamp) if self.python.exists() else None
        return stamp.plan(have, stamp.marks(self.root))

    def _carry_out(self, plan: stamp.Plan) -> None:
        if not plan:
            return
        if self.folder.is_symlink() or self.folder.is_file():
            raise Trouble(f"{self.folder} is not a folder.", "Move it away: the set-up makes its own.")
        want = stamp.marks(self.root)
        self._stamp.unlink(missing_ok=True)
        if plan.anew:
            self._create()
        if plan.pins:
            pins = sum(1 for line in (self.root / stamp.REQUIREMENTS).read_text().splitlines() if "==" in line)
            self._pip(f"{pins} pinned packages", "-r", stamp.REQUIREMENTS)
        if plan.parts:
            editable = [word for part in plan.parts for word in ("-e", part)]
            self._pip(f"{len(plan.parts)} parts of CorDio, editable", "--no-build-isolation", *editable)
        stamp.write(self._stamp, want)

    def _create(self) -> None:
        missing = [module for module in MODULES if importlib.util.find_spec(module) is None]
        if missing:
            raise Trouble(f"The module {missing[0]} of Python is missing.", advice("ensurepip"))
        if self.folder.exists():
            with step("removing an unfinished or older .venv"):
                shutil.rmtree(self.folder)
        # The base interpreter: this program may itself run in the environment that it replaces.
        base = getattr(sys, "_base_executable", sys.executable)
        self._command(
            f"making .venv with Python {platform.python_version()}", base, "-I", "-m", "venv", ".venv"
        )

    def _pip(self, what: str, *words: str) -> None:
        self._command(f"installing {what}", str(self.python), "-I", *PIP, *words)

    def _command(self, label: str, *command: str) -> None:
        with step(label):
            code = self._runner.run(command, cwd=self.root, output=self._log, keep=self._locks)
            if code == 0:
                return
        output = self._log.read_text("utf-8", "replace")
        print(last_words(output), flush=True)
        what = f"{label[0].upper()}{label[1:]} failed (exit code {code}; all it said: {self._log})."
        raise Trouble(what, advice(output))

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold the lock of this working copy; the system frees it once we and a pip left behind are dead."""
        self._build.mkdir(exist_ok=True)
        with open(self._build / "set-up.lock", "a+", encoding="ascii") as lock:
            if not _take(lock.fileno()):
                lock.seek(0)
                holder = lock.read().strip() or "?"
                print(f"Another set-up is at work here (process {holder}): waiting for it.", flush=True)
                while not _take(lock.fileno()):
                    self._runner.check()
                    time.sleep(0.1)
            lock.truncate(0)
            lock.write(str(os.getpid()))
            lock.flush()
            self._locks = (lock.fileno(),)
            try:
                yield
            finally:
                self._locks = ()


def _take(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
