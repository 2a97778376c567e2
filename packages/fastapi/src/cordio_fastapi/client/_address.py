"""Addresses that are called: whole ones, and paths below the address of a service."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from urllib.parse import quote, unquote, urlencode, urlsplit, urlunsplit

__all__ = ["Query", "below", "fault", "filled", "is_allowed", "origin", "shown", "whole"]

Query = Mapping[str, object] | Sequence[tuple[str, object]]

_SAFE = "/:@!$&'()*+,;=-._~%"  # pchar of RFC 3986, section 3.3, and what is quoted already
_NAME = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")
_STRAY = re.compile(r"%(?![0-9A-Fa-f]{2})")
_PLAIN = re.compile(r"[A-Za-z0-9/_~-]*")
_DOTTED = re.compile(r"[.%\\]")  # without these a segment is what it seems
_SLASH = re.compile(r"[/\\]")
_UNQUOTED = 4
_PORTS = {"http": 80, "https": 443}


def fault(url: str) -> str | None:
    """Tell what is wrong with a whole address.

    Parameters
    ----------
    url : str
        The address.

    Returns
    -------
    str or None
        What is wrong, in words that repeat nothing of it; None if nothing is.

    Examples
    --------
    >>> fault("https://user:secret@stock.example")
    'it holds a user or a password'
    >>> fault("https://stock.example/v1") is None
    True
    """
    if not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        return "it holds a character that no address may hold"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "it is no address"
    if parts.scheme not in _PORTS or not parts.hostname or port == 0:
        return "it is no http:// or https:// address"
    if parts.username is not None or parts.password is not None:
        return "it holds a user or a password"
    return None


def below(base: str, path: str, query: Query | None) -> str:
    """Return the address of a path below another address.

    Parameters
    ----------
    base : str
        The address of a service.
    path : str
        The path, as ``/orders/7``; it may have a query.
    query : mapping or sequence of pairs or None
        More of the query.

    Returns
    -------
    str
        The address.

    Raises
    ------
    ValueError
        If it would lie elsewhere; the message says why.

    Examples
    --------
    >>> below("https://stock.example/v1", "/items/a b", {"n": 2})
    'https://stock.example/v1/items/a%20b?n=2'
    >>> below("https://stock.example/v1", "/../admin", None)
    Traceback (most recent call last):
    ValueError: a segment of the path is '.' or '..'
    """
    path, _, own = path.partition("#")[0].partition("?")
    if path and not path.startswith("/"):
        raise ValueError("the path does not begin with '/'")
    if path.startswith("//") or "\\" in path or not path.isprintable():
        raise ValueError("the path begins with '//', or holds a character that no path may hold")
    if _DOTTED.search(path) and any(_is_dots(segment) for segment in path.split("/")):
        raise ValueError("a segment of the path is '.' or '..'")
    return (f"{base.rstrip('/')}{_quoted(path)}" if path != "/" else f"{base.rstrip('/')}/") + _asked(
        own, query
    )


def whole(url: str, query: Query | None) -> str:
    """Return a whole address with more of a query.

    Parameters
    ----------
    url : str
        The address.
    query : mapping or sequence of pairs or None
        More of the query.

    Returns
    -------
    str
        The address, without a fragment.

    Raises
    ------
    ValueError
        If it is none; the message says why.
    """
    if (found := fault(url)) is not None:
        raise ValueError(found)
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=parts.path or "/", query="", fragment="")) + _asked(
        parts.query, query
    )


def filled(path: str, values: Mapping[str, object]) -> str:
    """Fill the names in a path; no value can lead out of its segment.

    Parameters
    ----------
    path : str
        The path, as ``/orders/{order_id}``.
    values : mapping of str to object
        The value of each name.

    Returns
    -------
    str
        The path.

    Raises
    ------
    ValueError
        If a name has no value, or a value is empty or has '.' or '..' between slashes.

    Examples
    --------
    >>> filled("/orders/{order_id}", {"order_id": "7/8?all"})
    '/orders/7%2F8%3Fall'
    """

    def value(found: re.Match[str]) -> str:
        name = found[1]
        if name not in values:
            raise ValueError(f"the path names {name!r}, and path= has no value for it")
        text = str(values[name])
        if not text or (_DOTTED.search(text) and _is_dots(text)):
            raise ValueError(f"the value of {name!r} is empty, or leads elsewhere by '.' or '..'")
        return text if _PLAIN.fullmatch(text) and "/" not in text else quote(text, "")

    if "{" not in path:
        return path
    above, mark, query = path.partition("?")
    return _NAME.sub(value, above) + mark + query


def origin(url: str) -> str:
    """Return scheme, host and port of an address.

    Parameters
    ----------
    url : str
        The address.

    Returns
    -------
    str
        The origin (RFC 6454, section 4), its port written where it is not the scheme's own.

    Examples
    --------
    >>> origin("https://Stock.example:443/items")
    'https://stock.example'
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    host = f"[{host}]" if ":" in host else host
    own = parts.port in (None, _PORTS.get(parts.scheme))
    return f"{parts.scheme}://{host}" if own else f"{parts.scheme}://{host}:{parts.port}"


def shown(url: str) -> str:
    """Return an address for messages: without its query, which may hold what is secret."""
    return url.partition("?")[0]


def is_allowed(url: str, hosts: Sequence[str]) -> bool:
    """Tell whether the host of an address is one of some.

    Parameters
    ----------
    url : str
        The address.
    hosts : sequence of str
        Names, or patterns with ``*``.

    Returns
    -------
    bool
        Whether it is.

    Examples
    --------
    >>> is_allowed("https://a.stock.example/", ["*.stock.example"])
    True
    """
    host = (urlsplit(url).hostname or "").lower().rstrip(".")
    return any(fnmatchcase(host, pattern.lower()) for pattern in hosts)


def _asked(own: str, query: Query | None) -> str:
    if not own and not query:
        return ""
    more = urlencode(query, doseq=True) if query else ""
    return "?" + "&".join(filter(None, (_quoted(own, _SAFE + "?"), more)))


def _quoted(text: str, safe: str = _SAFE) -> str:
    """Quote what may not stand in an address, and leave what is quoted already."""
    return text if _PLAIN.fullmatch(text) else _STRAY.sub("%25", quote(text, safe))


def _is_dots(segment: str) -> bool:
    """Tell whether a server may take a segment for another folder, however often it unquotes it."""
    for _ in range(_UNQUOTED):
        if any(piece in (".", "..") for piece in _SLASH.split(segment)):
            return True
        segment = unquote(segment)
    return False
