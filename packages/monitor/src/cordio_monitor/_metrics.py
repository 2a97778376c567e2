"""Numbers about what happens: how often, and for how long."""

from __future__ import annotations

from time import time_ns
from typing import TYPE_CHECKING

from cordio_monitor._control import controls
from cordio_monitor._outlet import outlet
from cordio_monitor._raw import DEBUG
from cordio_monitor._scope import current

if TYPE_CHECKING:
    from cordio_monitor._raw import Raw

__all__ = ["count", "timing"]


def count(name: str, n: int = 1) -> None:
    """Count that something happened.

    Parameters
    ----------
    name : str
        What happened.
    n : int
        How many times.

    Examples
    --------
    >>> count("reserved")
    """
    scope = current.get()
    control = controls.get()
    if control is not None and "metrics" in control.off:
        return
    raw: Raw = ("count", DEBUG, time_ns(), name, n, scope)
    if scope is None:
        outlet().take([raw])
        return
    # As `Event.add`, without the call.
    event = scope.event
    records = event.records
    records.append(raw)
    if not event.open or len(records) >= event.outlet.release_at:
        event.outlet.drain(event)


def timing(name: str, ms: float) -> None:
    """Record how long something took.

    Parameters
    ----------
    name : str
        What took the time.
    ms : float
        The time in milliseconds.

    Examples
    --------
    >>> timing("stock", 3.2)
    """
    scope = current.get()
    control = controls.get()
    if control is not None and "metrics" in control.off:
        return
    raw: Raw = ("timing", DEBUG, time_ns(), name, ms, scope)
    if scope is None:
        outlet().take([raw])
        return
    # As `Event.add`, without the call.
    event = scope.event
    records = event.records
    records.append(raw)
    if not event.open or len(records) >= event.outlet.release_at:
        event.outlet.drain(event)
