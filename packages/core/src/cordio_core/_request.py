"""What comes in and what goes out, the same for events of every kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cordio_core.events import Event

__all__ = ["Request", "Response"]


@dataclass(frozen=True, slots=True)
class Request:
    """One event on its way through the application.

    Parameters
    ----------
    event : Event
        What it is an instance of.
    path : mapping of str to str
        The values of the names in the event's path, as they came.
    query : mapping of str to str
        The query of an HTTP request; the last value where a key repeats.
    headers : mapping of str to str
        Headers with names in lower case.
    body : bytes
        The raw body.
    native : object
        The library's own request, for what has no equal here.

    Examples
    --------
    >>> from cordio_core import get
    >>> Request(get("/orders/{order_id}"), path={"order_id": "7"}).path["order_id"]
    '7'
    """

    event: Event
    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    native: object = None


@dataclass(frozen=True, slots=True)
class Response:
    """What a handler answers, where the bare value does not say enough.

    Parameters
    ----------
    value : object
        What is answered; serialised by the entrypoint.
    status : int or None
        The status (RFC 9110, section 15); None means the event's usual one.
    headers : mapping of str to str
        Further headers.
    body : bytes or None
        A body that is sent as it is, in place of the value.

    Examples
    --------
    >>> Response({"status": "down"}, status=503).status
    503
    """

    value: object = None
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
