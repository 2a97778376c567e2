"""Run commands as children that end with this program, whatever ends it."""

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Self

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
KEPT = {"PYTHONDONTWRITEBYTECODE", "PYTHONIOENCODING", "PYTHONUNBUFFERED", "PYTHONUTF8"}
DROPPED = {
    "VIRTUAL_ENV",
    "PIP_PREFIX",
    "PIP_PYTHON",
    "PIP_ROOT",
    "PIP_TARGET",
    "PIP_USER",
    "__PYVENV_LAUNCHER__",
}


class Stopped(Exception):
    """
    Somebody asked this program to end.

    Parameters
    ----------
    number : int
        The signal that said so.

    Examples
    --------
    >>> stopped = Stopped(15)
    >>> str(stopped), stopped.exit_code
    ('stopped by SIGTERM', 143)
    """

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number

    def __str__(self) -> str:
        return f"stopped by {signal.Signals(self.number).name}"

    @property
    def exit_code(self) -> int:
        """
        What a shell expects of a program that a signal ended.

        Returns
        -------
        int
            128 and the number of the signal.

        Examples
        --------
        >>> Stopped(2).exit_code
        130
        """
        return 128 + self.number


class Runner:
    """
    Runs one child at a time; SIGINT, SIGTERM and SIGHUP end the child first, and then the run.

    A child stands in a session of its own: the terminal's Ctrl-C reaches this program alone, which asks
    the child to end as Ctrl-C would and, after `grace` seconds, kills it with all that it has started.

    Parameters
    ----------
    grace : float
        Seconds that a child gets to end by itself.

    Examples
    --------
    >>> with Runner() as runner:
    ...     runner.run(["true"])
    0
    """

    def __init__(self, grace: float = 20.0) -> None:
        self._grace = grace
        self._signal: int | None = None
        self._before: dict[int, object] = {}

    def __enter__(self) -> Self:
        for number in SIGNALS:
            if number != signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
                self._before[number] = signal.signal(number, self._note)
        return self

    def __exit__(self, *exception: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]  # what signal.signal itself returned

    def check(self) -> None:
        """
        Stop here if a signal has come.

        Raises
        ------
        Stopped
            When one has.

        Examples
        --------
        >>> with Runner() as runner:
        ...     runner.check()
        """
        if self._signal is not None:
            raise Stopped(self._signal)

    def run(
        self,
        command: Sequence[str | Path],
        *,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        output: Path | None = None,
        keep: Sequence[int] = (),
    ) -> int:
        """
        Run a command to its end.

        Parameters
        ----------
        command : sequence of str or pathlib.Path
            The program and its arguments.
        cwd : pathlib.Path, optional
            The folder to run it in.
        env : mapping of str to str, optional
            Its environment; by default this program's, made clean.
        output : pathlib.Path, optional
            The file that takes all that it prints; by default it prints where this program prints.
        keep : sequence of int, optional
            Open files that the child holds open, too, such as a lock that has to outlive this program.

        Returns
        -------
        int
            Its exit code.

        Raises
        ------
        Stopped
            When a signal has come; the child is gone then.

        Examples
        --------
        >>> with Runner() as runner:
        ...     runner.run(["sh", "-c", "exit 3"])
        3
        """
        self.check()
        with open(output, "wb") if output else open(os.dup(1), "wb") as sink:
            child = subprocess.Popen(
                list(command),
                cwd=cwd,
                env=clean(os.environ) if env is None else dict(env),
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=tuple(keep),
            )
        code = self._wait(child)
        self.check()
        return code

    def _note(self, number: int, frame: FrameType | None) -> None:
        self._signal = self._signal or number

    def _wait(self, child: subprocess.Popen[bytes]) -> int:
        deadline: float | None = None
        while True:
            with suppress(subprocess.TimeoutExpired):
                code = child.wait(timeout=0.1)
                if deadline is not None:
                    _kill_group(child.pid)
                return code
            if self._signal is not None and deadline is None:
                child.send_signal(signal.SIGINT)
                deadline = time.monotonic() + self._grace
            if deadline is not None and time.monotonic() > deadline:
                _kill_group(child.pid)


def clean(environment: Mapping[str, str]) -> dict[str, str]:
    """
    Return the environment without what would lead a child to another Python's packages.

    Parameters
    ----------
    environment : mapping of str to str
        The environment of this program.

    Returns
    -------
    dict of str to str
        What a child gets.

    Examples
    --------
    >>> clean({"PATH": "/bin", "PYTHONPATH": "/other", "PYTHONUTF8": "1", "VIRTUAL_ENV": "/some"})
    {'PATH': '/bin', 'PYTHONUTF8': '1'}
    """
    return {
        name: value
        for name, value in environment.items()
        if name in KEPT or not (name.startswith("PYTHON") or name in DROPPED)
    }


def _kill_group(leader: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)
