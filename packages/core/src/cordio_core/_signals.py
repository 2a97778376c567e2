"""Signals that end a process in order."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

from cordio_core._exits import Exit

__all__ = ["ENDS", "signals"]

ENDS = (signal.SIGTERM, signal.SIGINT)
_MOST = 3
_BLOCKED = 1.0  # after how long an event loop that takes no signal is no longer just busy, in seconds


@contextmanager
def signals(told: Callable[[], None], numbers: Sequence[signal.Signals] = ENDS) -> Iterator[None]:
    """Call a function for each SIGTERM and SIGINT, as long as the context is open.

    Python takes signals in the main thread alone: in another one the context does nothing. The third signal
    that the event loop cannot take, since something has blocked it for a second, ends the process at once.

    Parameters
    ----------
    told : callable
        Called in the event loop.
    numbers : sequence of signal.Signals
        The signals that it is called for.

    Yields
    ------
    None
        Nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop, hearing = asyncio.get_running_loop(), _Hearing(told)
    before = {number: signal.getsignal(number) for number in numbers}
    for number in numbers:
        loop.add_signal_handler(number, hearing.taken)
        signal.signal(number, hearing.heard)  # the loop learns of it all the same, by its wake-up descriptor
    try:
        yield
    finally:
        for number, handler in before.items():
            loop.remove_signal_handler(number)
            if handler is not None:  # one that was not set by Python cannot be set again
                signal.signal(number, handler)


class _Hearing:
    """Counts the signals that came, and those that the event loop has taken."""

    def __init__(self, told: Callable[[], None]) -> None:
        self._told, self._left, self._since = told, 0, 0.0

    def taken(self) -> None:
        self._left = 0
        self._told()

    def heard(self, number: int, frame: FrameType | None) -> None:
        self._left += 1
        if self._left == 1:
            self._since = time.monotonic()
        if self._left < _MOST or time.monotonic() - self._since < _BLOCKED:
            return
        where = "" if frame is None else f" at {frame.f_code.co_filename}:{frame.f_lineno}"
        print(
            f"the event loop heeds no signal, for it is blocked{where}: use await, or a thread",
            file=sys.stderr,
        )
        sys.stderr.flush()
        os._exit(Exit.CUT)
