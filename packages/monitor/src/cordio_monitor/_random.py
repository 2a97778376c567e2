"""Random ids, drawn in lots: each draw is a system call, at which other threads take over."""

from __future__ import annotations

import os
from itertools import count
from os import urandom

__all__ = ["number", "trace_id"]

_LOT = 64
# As many spans as an event may have before it counts on in the numbers of another one.
_SPANS = 2**20
_traces: list[str] = []


def trace_id() -> str:
    """Return the id of a new trace.

    Returns
    -------
    str
        32 hexadecimal digits, from the operating system's source.

    Examples
    --------
    >>> len(trace_id()), trace_id() == trace_id()
    (32, False)
    """
    try:
        return _traces.pop()
    except IndexError:
        lot = urandom(16 * _LOT).hex()
        _traces.extend(lot[start : start + 32] for start in range(0, len(lot), 32))
        return urandom(16).hex()


def number() -> int:
    """Return a number from which the ids of the spans of an event are counted.

    Returns
    -------
    int
        63 bits, not 0: the first is random, and so far from the next that their spans do not meet. They
        need no more, since spans of one trace that come from several processes have to differ, and no others.

    Examples
    --------
    >>> 0 < number() < 2**63, number() == number()
    (True, False)
    """
    return next(_numbers)


def _drawn() -> count[int]:
    return count((int.from_bytes(urandom(8), "big") >> 2) | 1, _SPANS)


def _forget() -> None:
    global _numbers
    _traces.clear()
    _numbers = _drawn()


_numbers = _drawn()
# A child process would count from the same ones.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
