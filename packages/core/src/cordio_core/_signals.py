"""Signals that end a process in order."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

__all__ = ["ENDS", "signals"]

ENDS = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def signals(told: Callable[[], None], numbers: Sequence[signal.Signals] = ENDS) -> Iterator[None]:
    """Call a function for each SIGTERM and SIGINT, as long as the context is open.

    Python takes signals in the main thread alone: in another one the context does nothing.

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
    loop = asyncio.get_running_loop()
    before = {number: signal.getsignal(number) for number in numbers}
    for number in numbers:
        loop.add_signal_handler(number, told)
    try:
        yield
    finally:
        for number, handler in before.items():
            loop.remove_signal_handler(number)
            if handler is not None:  # one that was not set by Python cannot be set again
                signal.signal(number, handler)
