"""One process that runs an application until it is told to stop."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from cordio_core._endings import Stopped
from cordio_core._exits import Exit
from cordio_core._running import Running
from cordio_core._signals import ENDS, signals

if TYPE_CHECKING:
    from cordio_core._systemd import Notifier
    from cordio_core._workers import Lifeline

__all__ = ["serve"]


async def serve(
    running: Running, lifeline: Lifeline | None = None, ready: Callable[[], None] = lambda: None
) -> int:
    """Run an application until a signal, or until a part of it fails.

    Parameters
    ----------
    running : Running
        The application.
    lifeline : Lifeline or None
        What a worker has of its supervisor, which then is the one that heeds SIGINT and talks to systemd.
    ready : callable
        Called once the application is up.

    Returns
    -------
    int
        The exit code that the account of the stop asks for.
    """
    notifier = None if lifeline is not None else _notifier()
    with ExitStack() as stack:

        def told() -> None:
            if notifier is not None:
                notifier.stopping()
            running.stop()

        stack.enter_context(signals(told, ENDS if lifeline is None else ENDS[:1]))
        if lifeline is not None:
            stack.enter_context(_ends_with(lifeline.alive, running))
        try:
            async with running:
                if lifeline is not None:
                    lifeline.ready()
                ready()
                if notifier is not None:
                    notifier.ready(f"{running.name} is up")
                await _watched(running, *_pulse(lifeline, notifier))
                if notifier is not None:
                    notifier.stopping()
        except Stopped as stopped:
            return stopped.exit_code
    return Exit.OK if running.report is None else running.report.code


def _notifier() -> Notifier | None:
    if "NOTIFY_SOCKET" not in os.environ:
        return None
    from cordio_core._systemd import Notifier

    return Notifier.found()


def _pulse(lifeline: Lifeline | None, notifier: Notifier | None) -> tuple[float | None, Callable[[], None]]:
    """Return how often somebody wants to hear that the event loop is alive, and what tells it."""
    if lifeline is not None:
        return lifeline.period, lifeline.beat
    return (None, _silent) if notifier is None else (notifier.period, notifier.alive)


def _silent() -> None:
    """Tell nobody."""


async def _watched(running: Running, period: float | None, alive: Callable[[], None]) -> None:
    """Wait for the end; meanwhile tell that the event loop is alive."""
    while not running.ended.is_set():
        try:
            async with asyncio.timeout(period):
                await running.ended.wait()
        except TimeoutError:
            alive()


@contextmanager
def _ends_with(alive: int, running: Running) -> Iterator[None]:
    """Stop the application when the process that supervises it is gone."""
    loop = asyncio.get_running_loop()

    def gone() -> None:
        loop.remove_reader(alive)
        running.stop()

    loop.add_reader(alive, gone)
    try:
        yield
    finally:
        loop.remove_reader(alive)
