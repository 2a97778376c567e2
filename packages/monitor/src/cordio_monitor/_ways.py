"""The way to each sink, straight or through a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cordio_monitor._channel import Channel

if TYPE_CHECKING:
    from threading import RLock

    from cordio_monitor._full import Limits
    from cordio_monitor._settings import LogSettings
    from cordio_monitor.sinks import Sink

__all__ = ["channel_to"]


def channel_to(name: str, sink: Sink, settings: LogSettings, lock: RLock, limits: Limits) -> Channel:
    """Make the way to a sink.

    Parameters
    ----------
    name : str
        What the sink is called in the state.
    sink : Sink
        The sink.
    settings : LogSettings
        What it is opened with.
    lock : RLock
        What guards the books.
    limits : Limits
        How much may wait.

    Returns
    -------
    Channel
        The way, through a file if the sink has a spill.
    """
    if sink.spill is None:
        return Channel(name, sink, settings, lock, limits)
    from cordio_monitor.sinks._spill_channel import SpillingChannel

    return SpillingChannel(name, sink, settings, lock, limits)
