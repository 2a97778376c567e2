"""The trace of an event: continued from the caller's headers (W3C or B3), or new."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from re import compile as pattern
from typing import TYPE_CHECKING, TypeAlias

from cordio_monitor._identity import Trace, new
from cordio_monitor._raw import LEVELS

if TYPE_CHECKING:
    from cordio_monitor._scope import Scope

__all__ = ["Headers", "Trace", "asked_level", "continued", "inherited", "new"]

Headers: TypeAlias = "Mapping[str, str] | Iterable[tuple[bytes, bytes]]"

# W3C Trace Context, section 3.2: version, trace-id, parent-id, flags; later versions may append fields.
_TRACEPARENT = pattern(
    r"((?!ff)[0-9a-f]{2})-((?!0{32})[0-9a-f]{32})-((?!0{16})[0-9a-f]{16})-([0-9a-f]{2})(-.*)?"
)
# Section 3.3.1.3: a key, of one vendor or of a tenant at one, and a value that does not end in a space.
_KEY = r"(?:[a-z0-9][a-z0-9_\-*/]{0,255}|[a-z0-9][a-z0-9_\-*/]{0,240}@[a-z][a-z0-9_\-*/]{0,13})"
_MEMBER = pattern(rf"({_KEY})=[\x20-\x2b\x2d-\x3c\x3e-\x7e]{{0,255}}[\x21-\x2b\x2d-\x3c\x3e-\x7e]")
_MEMBERS, _STATE, _BAGGAGE = 32, 16_384, 8_192
_BAGGAGE_TEXT = pattern(r"[\x20-\x7e\t]+")
# https://github.com/openzipkin/b3-propagation: ids of 16 or 32 digits, a state of one digit or `d`.
_B3 = pattern(r"(?!0+-)([0-9a-f]{32}|[0-9a-f]{16})-((?!0{16})[0-9a-f]{16})(?:-([01d]))?(?:-[0-9a-f]{16})?")
_B3_TRACE = pattern(r"(?!0+$)(?:[0-9a-f]{32}|[0-9a-f]{16})")
_B3_SPAN = pattern(r"(?!0{16})[0-9a-f]{16}")
_OURS = frozenset("traceparent tracestate baggage b3 x-b3-traceid x-b3-spanid x-b3-sampled x-b3-flags".split())
_RAW = frozenset(name.encode() for name in _OURS)


def continued(headers: Headers | None) -> Trace:
    """Continue the caller's trace; what is not valid begins a new one.

    Parameters
    ----------
    headers : Headers | None
        The headers of the event, their names in any case: a mapping, or the raw pairs of ASGI.

    Returns
    -------
    Trace
        The caller's trace, or a new one. ``traceparent`` goes before ``b3``, and that before ``X-B3-...``.

    Examples
    --------
    >>> continued({"Traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"})[:2]
    ('4bf92f3577b34da6a3ce929d0e0e4736', '00f067aa0ba902b7')
    >>> continued({"b3": "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0"}).sampled
    False
    """
    found = None if not headers or _are_others(headers) else _found(headers, _OURS)
    if not found:
        return new()
    trace = _w3c(found) or _b3(found) or _b3_multi(found) or new()
    baggage = found.get("baggage", "")
    if baggage and len(baggage) <= _BAGGAGE and _BAGGAGE_TEXT.fullmatch(baggage):
        return trace._replace(baggage=baggage)
    return trace


def inherited(outer: Scope) -> tuple[Trace, str]:
    """Return the trace of an event inside of another one.

    Parameters
    ----------
    outer : Scope
        The span in which it begins.

    Returns
    -------
    tuple[Trace, str]
        The same trace, in which that span is the parent; if its event is over there is none, but a link.
    """
    event, span = outer.event, outer.event.span_id(outer.number)
    is_late = outer.ended and event.over
    trace = Trace(
        event.trace_id, "" if is_late else span, event.sampled, event.state, event.baggage, event.debug
    )
    return trace, f"{event.trace_id}-{span}" if is_late else ""


def asked_level(headers: Headers | None, name: str) -> int | None:
    """Return the level that the caller asks for.

    Parameters
    ----------
    headers : Headers | None
        The headers of the event.
    name : str
        The header that may say it; empty if none may.

    Returns
    -------
    int | None
        The level; None if it asks for none.

    Examples
    --------
    >>> asked_level({"X-Log": "debug"}, "x-log"), asked_level({"X-Log": "debug"}, "")
    (10, None)
    """
    if not headers or not name:
        return None
    said = _found(headers, frozenset({name.lower()})).get(name.lower(), "")
    return LEVELS.get(said.strip().lower())


def _are_others(headers: Headers) -> bool:
    """Tell in a glance, of the raw pairs of ASGI with their names in small letters, that none is ours."""
    if type(headers) is not list:
        return False
    try:
        names = dict(headers)
        return _RAW.isdisjoint(names) and b"".join(names).islower()
    except (TypeError, ValueError):
        return False


def _found(headers: Headers, wanted: frozenset[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    pairs: Iterable[tuple[object, object]] = headers.items() if isinstance(headers, Mapping) else headers
    for raw, value in pairs:
        # In ASGI names are in small letters; what is already is not looked at further.
        if type(raw) is bytes and raw not in _RAW and raw.islower() and wanted is _OURS:
            continue
        name = (raw.decode("latin-1") if isinstance(raw, bytes) else str(raw)).lower()
        if name in wanted:
            text = value.decode("latin-1") if isinstance(value, bytes) else str(value)
            found[name] = f"{found[name]},{text}" if name in found else text
    return found


def _w3c(found: Mapping[str, str]) -> Trace | None:
    match = _TRACEPARENT.fullmatch(found.get("traceparent", "").strip(" \t"))
    if match is None:
        return None
    version, trace, parent, flags, rest = match.groups()
    if rest and version == "00":
        return None
    return Trace(trace, parent, bool(int(flags, 16) & 1), _state(found.get("tracestate", "")))


def _state(text: str) -> str:
    """Return the members of a ``tracestate`` as they came; nothing if one is not valid (section 3.3)."""
    if not text or len(text) > _STATE:
        return ""
    members = [member for member in (part.strip(" \t") for part in text.split(",")) if member]
    matches = [_MEMBER.fullmatch(member) for member in members]
    keys = {match[1] for match in matches if match is not None}
    return ",".join(members) if len(keys) == len(members) <= _MEMBERS else ""


def _b3(found: Mapping[str, str]) -> Trace | None:
    text = found.get("b3", "").strip(" \t")
    match = _B3.fullmatch(text)
    if match is not None:
        trace, parent, said = match.groups()
        return Trace(trace.rjust(32, "0"), parent, said != "0", debug=said == "d")
    return new(False) if text == "0" else None


def _b3_multi(found: Mapping[str, str]) -> Trace | None:
    trace, parent = found.get("x-b3-traceid", ""), found.get("x-b3-spanid", "")
    debug = found.get("x-b3-flags") == "1"
    sampled = debug or found.get("x-b3-sampled", "1").lower() not in ("0", "false")
    if _B3_TRACE.fullmatch(trace) and _B3_SPAN.fullmatch(parent):
        return Trace(trace.rjust(32, "0"), parent, sampled, debug=debug)
    return None if sampled else new(False)
