"""Which trace something belongs to."""

from __future__ import annotations

from typing import NamedTuple

from cordio_monitor._random import trace_id

__all__ = ["Trace", "new"]


class Trace(NamedTuple):
    """Which trace an event belongs to, and who called.

    Parameters
    ----------
    trace_id : str
        32 hexadecimal digits.
    parent_id : str
        The caller's span, 16 hexadecimal digits; empty if there is none.
    sampled : bool
        Whether the caller records the trace.
    state : str
        What vendors have to say about it, passed on as it is (``tracestate``).
    baggage : str
        What the application has to say, passed on as it is (W3C Baggage).
    debug : bool
        Whether the caller asks for everything (B3's state ``d``).

    Examples
    --------
    >>> Trace("4bf92f3577b34da6a3ce929d0e0e4736").sampled
    True
    """

    trace_id: str
    parent_id: str = ""
    sampled: bool = True
    state: str = ""
    baggage: str = ""
    debug: bool = False


def new(sampled: bool = True) -> Trace:
    """Begin a trace.

    Parameters
    ----------
    sampled : bool
        Whether it is recorded.

    Returns
    -------
    Trace
        A trace with a random id and no parent.

    Examples
    --------
    >>> len(new().trace_id)
    32
    """
    # The constructor of a named tuple takes as long as all the rest.
    return tuple.__new__(Trace, (trace_id(), "", sampled, "", "", False))
