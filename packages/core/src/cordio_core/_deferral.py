"""Signals of a server that the application hears first, and hands on when it is ready."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import Any

__all__ = ["Deferral"]

_ENDS = (signal.SIGTERM, signal.SIGINT)
_NOT_TAKEN = (None, signal.SIG_DFL, signal.SIG_IGN, signal.default_int_handler)


class Deferral:
    """Takes SIGTERM and SIGINT from whoever handles them, tells of them, and gives them back.

    A server handles signals by ``signal.signal``, or by its event loop, which learns of them by the wake-up
    descriptor of the process: so both are taken. A signal that nobody handles is left alone, and so is
    everything outside of the main thread, where Python takes no signals.

    Parameters
    ----------
    told : callable
        Called in the event loop for each signal.
    """

    def __init__(self, told: Callable[[], None]) -> None:
        self._told = told
        self._loop = asyncio.get_running_loop()
        self._before: dict[int, Any] = {}
        self._heard: list[int] = []
        self._pipe: tuple[socket.socket, socket.socket] | None = None
        self._wakeup = -1

    def take(self) -> None:
        """Take the signals; again, where the server has set handlers of its own since."""
        if threading.current_thread() is not threading.main_thread():
            return
        for number in _ENDS:
            handler = signal.getsignal(number)
            if handler != self._handle and handler not in _NOT_TAKEN:
                self._before[number] = handler
                signal.signal(number, self._handle)
        if self._before:
            self._take_wakeup()

    @property
    def has_taken(self) -> bool:
        """Whether there is anybody to hand a signal on to."""
        return bool(self._before)

    @property
    def has_heard(self) -> bool:
        """Whether a signal came."""
        return bool(self._heard)

    def hand_on(self) -> None:
        """Give the signals back, and let who had them before handle what was heard, else one of them."""
        heard = list(dict.fromkeys(self._heard)) or [number for number in _ENDS if number in self._before][:1]
        self.give_back()
        for each in heard:
            signal.raise_signal(each)

    def give_back(self) -> None:
        """Let who had the signals before have them again."""
        for number, handler in self._before.items():
            if signal.getsignal(number) == self._handle:
                signal.signal(number, handler)
        self._before.clear()
        if self._pipe is None:
            return
        ours, theirs = self._pipe
        if (found := signal.set_wakeup_fd(-1)) >= 0:
            back = self._wakeup if found == theirs.fileno() else found
            signal.set_wakeup_fd(back, warn_on_full_buffer=False)
        self._loop.remove_reader(ours)
        ours.close()
        theirs.close()
        self._pipe = None

    def _take_wakeup(self) -> None:
        found = signal.set_wakeup_fd(-1)
        if found < 0:
            return
        if self._pipe is None:
            self._pipe = socket.socketpair()
            for end in self._pipe:
                end.setblocking(False)
            self._loop.add_reader(self._pipe[0], self._woken)
        own = self._pipe[1].fileno()
        self._wakeup = self._wakeup if found == own else found
        signal.set_wakeup_fd(own, warn_on_full_buffer=False)

    def _woken(self) -> None:
        """Pass on what wakes the event loop for a signal that was not taken."""
        if self._pipe is None:
            return
        with suppress(BlockingIOError):
            numbers = self._pipe[0].recv(4096)
            others = bytes(number for number in numbers if number not in self._before)
            if others:
                os.write(self._wakeup, others)

    def _handle(self, number: int, frame: FrameType | None) -> None:
        self._heard.append(number)
        self._loop.call_soon_threadsafe(self._told)
