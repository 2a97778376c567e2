"""The signals that a process gets while a monitor runs."""

from __future__ import annotations

import os
import signal
from _thread import start_new_thread
from threading import current_thread, main_thread
from time import sleep
from typing import TYPE_CHECKING

from cordio_monitor._fork import after_fork, held_over_fork

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

__all__ = ["Signals"]

_SOON = 0.001


class Signals:
    """Delivers at SIGTERM, where nobody else handles it, and lets files be reopened at SIGHUP.

    Parameters
    ----------
    deliver : Callable[[], None]
        Delivers what waits.
    is_held : Callable[[], bool]
        Tells whether the interrupted code holds what delivering needs.
    reopen : Callable[[], None] | None
        Lets the sinks reopen their files; None if there are no such sinks.
    """

    def __init__(
        self, deliver: Callable[[], None], is_held: Callable[[], bool], reopen: Callable[[], None] | None
    ) -> None:
        self._deliver = deliver
        self._is_held = is_held
        self._reopen = reopen
        self._before: dict[int, object] = {}

    def attach(self) -> None:
        """Begin to listen; only the main thread can."""
        if current_thread() is not main_thread():
            return
        if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
            self._before[signal.SIGTERM] = signal.signal(signal.SIGTERM, self._terminated)
            held_over_fork(signal.SIGTERM)
            after_fork(self)
        hangup = getattr(signal, "SIGHUP", None)
        if self._reopen is not None and hangup is not None and not _hangs_up(hangup):
            self._before[hangup] = signal.signal(hangup, self._hung_up)

    def detach(self) -> None:
        """Leave the signals as they were found, unless somebody else took them meanwhile."""
        if current_thread() is main_thread():
            for number, before in self._before.items():
                if signal.getsignal(number) in (self._terminated, self._hung_up):
                    signal.signal(number, before)  # type: ignore[arg-type]  # as it was found
        self._before.clear()

    def forked(self) -> None:
        """Let a child process that delivers nothing end as if there were no monitor.

        A handler in Python is not called if the signal comes just before a call that waits, such as that of
        a worker for its turn.
        """
        if signal.getsignal(signal.SIGTERM) == self._terminated:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)

    def revived(self) -> bool:
        """Listen again in a child process that delivers something.

        Returns
        -------
        bool
            Whether this is the main thread: no other can.
        """
        if current_thread() is not main_thread():
            return False
        if signal.SIGTERM in self._before and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
            signal.signal(signal.SIGTERM, self._terminated)
        return True

    def _terminated(self, number: int, frame: FrameType | None) -> None:
        if self._is_held():
            # Not a `Thread`: the interrupted code may be in the middle of starting one.
            start_new_thread(_again, (number,))
            return
        self._deliver()
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)

    def _hung_up(self, number: int, frame: FrameType | None) -> None:
        if self._reopen is not None:
            self._reopen()
        before = self._before.get(number)
        if callable(before):
            before(number, frame)


def _again(number: int) -> None:
    sleep(_SOON)
    os.kill(os.getpid(), number)


def _hangs_up(hangup: int) -> bool:
    """Whether a closed terminal is meant to end the process."""
    return signal.getsignal(hangup) is signal.SIG_DFL and os.isatty(0)
