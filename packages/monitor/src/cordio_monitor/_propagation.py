"""The headers with which the trace goes on to whoever is called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from cordio_monitor._scope import current

if TYPE_CHECKING:
    from cordio_monitor._scope import Scope

__all__ = ["baggage", "trace_headers"]

_FORMATS = ("w3c", "b3", "b3multi")


def trace_headers(*formats: Literal["w3c", "b3", "b3multi"]) -> dict[str, str]:
    """Return the headers of an outgoing call: the called one becomes a child of the current span.

    Parameters
    ----------
    *formats : Literal["w3c", "b3", "b3multi"]
        W3C Trace Context, B3 in one header, B3 in several; W3C if none is named. The baggage goes along.

    Returns
    -------
    dict[str, str]
        The headers; none outside of an event.

    Raises
    ------
    KindError
        If a format is not known.

    Examples
    --------
    >>> from cordio_monitor import Monitor
    >>> caller = {"b3": "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1", "baggage": "tenant=7"}
    >>> with Monitor("orders", sinks=[]).incoming("GET /", headers=caller):
    ...     sorted(trace_headers("w3c", "b3"))
    ['b3', 'baggage', 'traceparent']
    """
    scope = current.get()
    headers: dict[str, str] = {}
    for name in formats or ("w3c",):
        if name not in _FORMATS:
            from cordio_monitor._exceptions import KindError

            raise KindError("format", name, _FORMATS)
        if scope is not None:
            headers |= _FORMS[name](scope)
    if scope is not None and scope.event.baggage:
        headers["baggage"] = scope.event.baggage
    return headers


def baggage() -> Mapping[str, str]:
    """Return what the application's callers said along with the trace (W3C Baggage, section 3).

    Returns
    -------
    Mapping[str, str]
        The values by their keys; the properties of members are left out.

    Examples
    --------
    >>> from cordio_monitor import Monitor
    >>> with Monitor("orders", sinks=[]).incoming("GET /", headers={"baggage": "tenant=a%20b;p=1,x=2"}):
    ...     baggage()
    {'tenant': 'a b', 'x': '2'}
    """
    from urllib.parse import unquote

    scope = current.get()
    members = scope.event.baggage.split(",") if scope is not None and scope.event.baggage else []
    pairs = (member.partition(";")[0].partition("=") for member in members)
    return {name.strip(): unquote(value.strip()) for name, sign, value in pairs if sign}


def _w3c(scope: Scope) -> dict[str, str]:
    event = scope.event
    parent = f"00-{event.trace_id}-{event.span_id(scope.number)}-{'01' if event.sampled else '00'}"
    return {"traceparent": parent} | ({"tracestate": event.state} if event.state else {})


def _b3(scope: Scope) -> dict[str, str]:
    event = scope.event
    return {"b3": f"{event.trace_id}-{event.span_id(scope.number)}-{_said(scope)}"}


def _b3_multi(scope: Scope) -> dict[str, str]:
    event = scope.event
    said = {"X-B3-Flags": "1"} if event.debug else {"X-B3-Sampled": _said(scope)}
    return {"X-B3-TraceId": event.trace_id, "X-B3-SpanId": event.span_id(scope.number), **said}


def _said(scope: Scope) -> str:
    return "d" if scope.event.debug else "1" if scope.event.sampled else "0"


_FORMS = {"w3c": _w3c, "b3": _b3, "b3multi": _b3_multi}
