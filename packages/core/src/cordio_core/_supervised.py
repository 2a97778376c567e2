"""An application in several worker processes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from cordio_core._systemd import Notifier
from cordio_core._workers import Lifeline, Workers
from cordio_core.protocols import Configuration, Entrypoint, SharedEntrypoint

__all__ = ["supervise"]


def supervise(
    name: str,
    count: int,
    entrypoints: Sequence[Entrypoint],
    configuration: Configuration,
    work: Callable[[Lifeline], int],
    told: Callable[[], None] = lambda: None,
    *,
    within: float,
) -> int:
    """Open the sockets that workers share, and run the workers.

    Parameters
    ----------
    name : str
        The application.
    count : int
        How many workers there are.
    entrypoints : sequence of Entrypoint
        Its sources; those that can share a listener open it here.
    configuration : Configuration
        The values in force.
    work : callable
        What a worker does; it returns its exit code.
    told : callable
        Called once all workers are up.
    within : float
        How long a stop may take, in seconds.

    Returns
    -------
    int
        The exit code.
    """
    shared = [source for source in entrypoints if isinstance(source, SharedEntrypoint)]
    notifier = Notifier.found()

    def ready() -> None:
        told()
        if notifier is not None:
            notifier.ready(f"{name} is up with {count} workers")

    def stopping() -> None:
        if notifier is not None:
            notifier.stopping()
        _close(shared)

    def beat() -> None:
        if notifier is not None and notifier.period is not None:
            notifier.alive()

    period = None if notifier is None else notifier.period
    workers = Workers(count, work, ready=ready, stopping=stopping, beat=beat, period=period, within=within)
    try:
        asyncio.run(_open(shared, configuration))
        return workers.run()
    finally:
        _close(shared)


async def _open(shared: Sequence[SharedEntrypoint], configuration: Configuration) -> None:
    for source in shared:
        await source.listen(configuration)


def _close(shared: Sequence[SharedEntrypoint]) -> None:
    for source in shared:
        source.unlisten()
