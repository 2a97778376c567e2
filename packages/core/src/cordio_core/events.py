"""Events in terms of their protocol, no library's: what a handler can be attached to."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cordio_core._duration import Duration

__all__ = [
    "Event",
    "HttpEvent",
    "QueueEvent",
    "ScheduleEvent",
    "delete",
    "every",
    "get",
    "patch",
    "post",
    "put",
    "queue",
]

_NAME_IN_PATH = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)(?::[a-z]+)?\}")


@dataclass(frozen=True, slots=True)
class Event:
    """What a handler answers.

    Parameters
    ----------
    kind : str
        Which entrypoint serves it: ``http``, ``amqp``, ``schedule``.
    name : str
        The event in words, as it stands in records: ``GET /orders/{order_id}``.
    names : tuple of str
        The values that the event itself carries, by name.
    """

    kind: str
    name: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HttpEvent(Event):
    """An HTTP request.

    Parameters
    ----------
    method : str
        The method, in capitals (RFC 9110, section 9).
    path : str
        The path with its names in braces: ``/orders/{order_id}``.
    """

    method: str = "GET"
    path: str = "/"


@dataclass(frozen=True, slots=True)
class QueueEvent(Event):
    """A message in a queue.

    Parameters
    ----------
    queue : str
        The name of the queue.
    """

    queue: str = ""


@dataclass(frozen=True, slots=True)
class ScheduleEvent(Event):
    """A moment of a schedule.

    Parameters
    ----------
    period : float
        The time between two moments, in seconds.
    """

    period: float = 0.0


def _http(method: str, path: str) -> HttpEvent:
    if not path.startswith("/"):
        raise ValueError(
            f"the path of an HTTP event starts with '/', but {path!r} does not: write {'/' + path!r}"
        )
    names = tuple(_NAME_IN_PATH.findall(path))
    if set("{}") & set(_NAME_IN_PATH.sub("", path)):
        raise ValueError(f"the path {path!r} has braces around what is no name: write '/orders/{{order_id}}'")
    if len(names) != len(set(names)):
        raise ValueError(f"the path {path!r} has a name twice: give each part a name of its own")
    return HttpEvent("http", f"{method} {path}", names, method, path)


def get(path: str) -> HttpEvent:
    """Describe a GET request (RFC 9110, section 9.3.1).

    Parameters
    ----------
    path : str
        The path with its names in braces.

    Returns
    -------
    HttpEvent
        The event, for ``App.on``.

    Examples
    --------
    >>> get("/orders/{order_id}").names
    ('order_id',)
    """
    return _http("GET", path)


def post(path: str) -> HttpEvent:
    """Describe a POST request (RFC 9110, section 9.3.3).

    Parameters
    ----------
    path : str
        The path with its names in braces.

    Returns
    -------
    HttpEvent
        The event, for ``App.on``.

    Examples
    --------
    >>> post("/orders").name
    'POST /orders'
    """
    return _http("POST", path)


def put(path: str) -> HttpEvent:
    """Describe a PUT request (RFC 9110, section 9.3.4).

    Parameters
    ----------
    path : str
        The path with its names in braces.

    Returns
    -------
    HttpEvent
        The event, for ``App.on``.

    Examples
    --------
    >>> put("/orders/{order_id}").method
    'PUT'
    """
    return _http("PUT", path)


def patch(path: str) -> HttpEvent:
    """Describe a PATCH request (RFC 5789).

    Parameters
    ----------
    path : str
        The path with its names in braces.

    Returns
    -------
    HttpEvent
        The event, for ``App.on``.

    Examples
    --------
    >>> patch("/orders/{order_id}").method
    'PATCH'
    """
    return _http("PATCH", path)


def delete(path: str) -> HttpEvent:
    """Describe a DELETE request (RFC 9110, section 9.3.5).

    Parameters
    ----------
    path : str
        The path with its names in braces.

    Returns
    -------
    HttpEvent
        The event, for ``App.on``.

    Examples
    --------
    >>> delete("/orders/{order_id}").path
    '/orders/{order_id}'
    """
    return _http("DELETE", path)


def queue(name: str) -> QueueEvent:
    """Describe a message in a queue (AMQP 0-9-1).

    Parameters
    ----------
    name : str
        The name of the queue, at most 255 bytes (AMQP 0-9-1, type `shortstr`).

    Returns
    -------
    QueueEvent
        The event, for ``App.on``.

    Raises
    ------
    ValueError
        If the name is empty or too long.

    Examples
    --------
    >>> queue("orders.new").name
    'queue orders.new'
    """
    if not 0 < len(name.encode()) <= 255:
        raise ValueError(f"the name of a queue has 1 to 255 bytes, not {len(name.encode())}")
    return QueueEvent("amqp", f"queue {name}", (), name)


def every(period: str | float) -> ScheduleEvent:
    """Describe a moment that comes again and again.

    Parameters
    ----------
    period : str or float
        The time between two moments: ``"5m"``, ``"100ms"``, or seconds; more than nothing.

    Returns
    -------
    ScheduleEvent
        The event, for ``App.on``.

    Raises
    ------
    ValueError
        If the period is no duration, or nothing.

    Examples
    --------
    >>> every("5m").period
    300.0
    """
    seconds = Duration(period)
    if seconds <= 0:
        raise ValueError(f"a schedule needs a period of more than nothing, not {period!r}")
    return ScheduleEvent("schedule", f"every {period}", (), float(seconds))
