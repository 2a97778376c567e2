"""What the head of a request says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from starlette.types import Scope

__all__ = ["declared", "joined", "method", "path_of"]

_METHODS = frozenset({"CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"})


def method(scope: Scope) -> str:
    """Return the method of a request, if it is a standard one: a client may send any word.

    Parameters
    ----------
    scope : mapping
        The request's ASGI scope.

    Returns
    -------
    str
        The method in capitals, else ``HTTP``.

    Examples
    --------
    >>> method({"method": "GET"}), method({"method": "X-1"})
    ('GET', 'HTTP')
    """
    found = str(scope["method"])
    return found if found in _METHODS else "HTTP"


def joined(headers: Iterable[tuple[bytes, bytes]]) -> Mapping[str, str]:
    """Return headers by name, the values of repeated ones joined (RFC 9110, section 5.2).

    Parameters
    ----------
    headers : iterable of tuple
        Names and values as ASGI has them.

    Returns
    -------
    mapping of str to str
        Values by name in lower case.

    Examples
    --------
    >>> joined([(b"X-Tag", b"a"), (b"x-tag", b"b")])
    {'x-tag': 'a, b'}
    """
    found: dict[str, str] = {}
    for raw, value in headers:
        name, text = raw.decode("latin-1").lower(), value.decode("latin-1")
        between = "; " if name == "cookie" else ", "
        found[name] = f"{found[name]}{between}{text}" if name in found else text
    return found


def path_of(scope: Scope) -> str | None:
    """Return the path of the route that was found; FastAPI names a plain Starlette route's endpoint alone.

    Parameters
    ----------
    scope : mapping
        The request's ASGI scope.

    Returns
    -------
    str or None
        The path as it stands in the route; None if no route was found.
    """
    route = scope.get("route")
    if route is None and "endpoint" in scope:
        routes = getattr(scope.get("router"), "routes", ())
        route = next(
            (route for route in routes if getattr(route, "endpoint", None) is scope["endpoint"]), None
        )
    path = getattr(route, "path", None)
    return path if isinstance(path, str) else None


def declared(headers: Mapping[str, str]) -> int:
    """Return the length that a request says its body has.

    Parameters
    ----------
    headers : mapping of str to str
        Its headers.

    Returns
    -------
    int
        The length in bytes; 0 where it says none.

    Examples
    --------
    >>> declared({"content-length": "7"}), declared({})
    (7, 0)
    """
    length = headers.get("content-length", "")
    return int(length) if length.isascii() and length.isdigit() else 0
