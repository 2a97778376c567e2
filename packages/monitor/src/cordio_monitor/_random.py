"""Random ids, drawn in lots: each draw is a system call, at which other threads take over."""

from __future__ import annotations

import os
from os import urandom

__all__ = ["number", "trace_id"]

_LOT = 64
_traces: list[str] = []
_numbers: list[int] = []


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
    """Return a random number from which the ids of spans are counted.

    Returns
    -------
    int
        63 bits and odd: what is counted from it neither overflows 64 bits nor is zero.

    Examples
    --------
    >>> 0 < number() < 2**63
    True
    """
    try:
        return _numbers.pop()
    except IndexError:
        lot = urandom(8 * _LOT)
        _numbers.extend(_odd(lot[start : start + 8]) for start in range(0, len(lot), 8))
        return _odd(urandom(8))


def _odd(drawn: bytes) -> int:
    return int.from_bytes(drawn, "big") >> 1 | 1


def _forget() -> None:
    _traces.clear()
    _numbers.clear()


# A child process would count from the same ones.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
