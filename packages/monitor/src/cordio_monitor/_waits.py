"""Spans of what nobody ran through: the time that something has waited."""

from __future__ import annotations

from time import time_ns
from typing import TYPE_CHECKING

from cordio_monitor._control import controls
from cordio_monitor._event import Event
from cordio_monitor._raw import DEBUG
from cordio_monitor._span import span

if TYPE_CHECKING:
    from cordio_monitor._identity import Trace
    from cordio_monitor._outlet import Outlet

__all__ = ["POINT", "waited"]

POINT = "waits"


def waited(name: str, seconds: float, trace: Trace, outlet: Outlet) -> None:
    """Record a span that has just ended, as a child of the one that a trace comes from.

    Parameters
    ----------
    name : str
        What was waited for.
    seconds : float
        How long.
    trace : Trace
        The trace, with the caller's span as parent.
    outlet : Outlet
        Where the record goes.
    """
    control = controls.get()
    if POINT in outlet.off or (control is not None and "spans" in control.off):
        return
    made = span(name, None, POINT)
    made.event, made.outer, made.number, made.ended = Event("", trace, outlet), None, 0, True
    made.fields = made.where = None
    made.event.add(("span", DEBUG, time_ns(), made, (max(0, int(seconds * 1e9)), None), made))
