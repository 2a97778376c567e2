"""Requests over HTTP."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cordio_core.events._event import Event

__all__ = ["HttpEvent", "delete", "get", "patch", "post", "put", "route"]

_NAME_IN_PATH = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)(?::([a-z]+))?\}")
_KINDS = ("float", "int", "path", "str", "uuid")
_METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"})


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


def _http(method: str, path: str) -> HttpEvent:
    if not isinstance(path, str):
        raise ValueError(f"the path of an HTTP event is a text, not {path!r}: write '/'")
    if not path.startswith("/"):
        raise ValueError(
            f"the path of an HTTP event starts with '/', but {path!r} does not: write {'/' + path!r}"
        )
    _refuse_end(path)
    found = _NAME_IN_PATH.findall(path)
    names = tuple(name for name, _ in found)
    for name, kind in found:
        if kind and kind not in _KINDS:
            known = ", ".join(_KINDS)
            raise ValueError(
                f"the path {path!r} has {name!r} of the kind {kind!r}: write one of {known}, or none"
            )
    if set("{}") & set(_NAME_IN_PATH.sub("", path)):
        raise ValueError(f"the path {path!r} has braces around what is no name: write '/orders/{{order_id}}'")
    if len(names) != len(set(names)):
        raise ValueError(f"the path {path!r} has a name twice: give each part a name of its own")
    return HttpEvent("http", f"{method} {path}", names, method, path)


def _refuse_end(path: str) -> None:
    """Refuse what no path holds (RFC 3986, section 3.3): it would never match."""
    start, mark, rest = path.partition("?")
    if mark:
        name = rest.partition("=")[0]
        cure = f"write {start!r}, and take {name!r} as a parameter of the handler"
        raise ValueError(f"the path {path!r} ends before its query: {cure}")
    start, mark, _ = path.partition("#")
    if mark:
        raise ValueError(f"the path {path!r} ends before its '#': write {start!r}")


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


def route(method: str, path: str) -> HttpEvent:
    """Describe a request with any method (RFC 9110, section 9).

    Parameters
    ----------
    method : str
        The method, in any case: ``"OPTIONS"``.
    path : str
        The path with its names in braces.

    Returns
    -------
    HttpEvent
        The event, for ``App.on``.

    Raises
    ------
    ValueError
        If the method is none of the registered ones (RFC 9110, section 16.1), or the path is none.

    Examples
    --------
    >>> route("options", "/orders").name
    'OPTIONS /orders'
    """
    if not isinstance(method, str) or method.upper() not in _METHODS:
        raise ValueError(f"{method!r} is no method of HTTP: write one of {', '.join(sorted(_METHODS))}")
    return _http(method.upper(), path)
