"""Identity of a trace: continued from the caller's `traceparent`, or new."""

from __future__ import annotations

from collections.abc import Mapping
from os import urandom
from re import compile as pattern
from typing import NamedTuple

__all__ = ["Trace", "continued", "new"]

# W3C Trace Context, section 3.2: version, trace-id, parent-id, flags; later versions may append fields.
_TRACEPARENT = pattern(
    r"((?!ff)[0-9a-f]{2})-((?!0{32})[0-9a-f]{32})-((?!0{16})[0-9a-f]{16})-([0-9a-f]{2})(-.*)?"
)


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

    Examples
    --------
    >>> Trace("4bf92f3577b34da6a3ce929d0e0e4736").sampled
    True
    """

    trace_id: str
    parent_id: str = ""
    sampled: bool = True


def new() -> Trace:
    """Begin a trace.

    Returns
    -------
    Trace
        A trace with a random id and no parent.

    Examples
    --------
    >>> len(new().trace_id)
    32
    """
    return Trace(urandom(16).hex())


def continued(headers: Mapping[str, str] | None) -> Trace:
    """Continue the caller's trace; what is not valid begins a new one.

    Parameters
    ----------
    headers : Mapping[str, str] | None
        The headers of the event, their names in any case.

    Returns
    -------
    Trace
        The caller's trace, or a new one.

    Examples
    --------
    >>> continued({"Traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"})
    Trace(trace_id='4bf92f3577b34da6a3ce929d0e0e4736', parent_id='00f067aa0ba902b7', sampled=True)
    """
    value = _header(headers) if headers else None
    found = _TRACEPARENT.fullmatch(value.strip(" \t")) if isinstance(value, str) else None
    if found is None:
        return new()
    version, trace, parent, flags, rest = found.groups()
    if rest and version == "00":
        return new()
    return Trace(trace, parent, bool(int(flags, 16) & 1))


def _header(headers: Mapping[str, str]) -> object:
    value = headers.get("traceparent")
    if value is not None:
        return value
    return next((headers[name] for name in headers if name.lower() == "traceparent"), None)
