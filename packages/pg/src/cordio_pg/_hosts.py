"""The servers that settings name: one, or several that are tried in turn."""

from __future__ import annotations

from typing import TypeAlias
from urllib.parse import unquote

__all__ = ["Place", "places"]

Place: TypeAlias = tuple[str, int]


def places(text: str, port: int) -> tuple[Place, ...]:
    """Take ``a,b:5433,[::1]:5434,/folder`` apart.

    Parameters
    ----------
    text : str
        Hosts with commas in between, each with its port where that is another one.
    port : int
        The port of the others.

    Returns
    -------
    tuple of (str, int)
        Host and port of each.

    Raises
    ------
    ValueError
        If a host is empty, or a port is no number from 1 to 65535.

    Examples
    --------
    >>> places("db1,db2:5433", 5432)
    (('db1', 5432), ('db2', 5433))
    >>> places("::1", 5432)
    (('::1', 5432),)
    """
    return tuple(_place(unquote(part.strip()), port) for part in text.split(","))


def _place(text: str, port: int) -> Place:
    host, own = text, ""
    if text.startswith("["):
        host, _, own = text[1:].partition("]")
        own = own.removeprefix(":")
    elif text.count(":") == 1 and not text.startswith("/"):
        host, _, own = text.partition(":")
        own = own or "none"
    if not host:
        raise ValueError("write hosts with commas in between, each with its port or without: db1,db2:5433")
    if own and not (own.isdecimal() and 0 < int(own) < 65536):
        raise ValueError(f"the port of {host!r} is no number from 1 to 65535: {own!r}")
    return host, int(own or port)
