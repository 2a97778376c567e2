"""The brokers that settings name: one, or several that are tried in turn."""

from __future__ import annotations

from typing import TypeAlias

__all__ = ["Place", "places", "told"]

Place: TypeAlias = tuple[str, int]


def places(text: str, port: int) -> tuple[Place, ...]:
    """Take ``a,b:5673,[::1]:5674`` apart.

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
        If a host is empty, or a port is no number from 1 to 65535. What was written is not repeated: in an
        address it may be a piece of a password.

    Examples
    --------
    >>> places("mq1,mq2:5673", 5672)
    (('mq1', 5672), ('mq2', 5673))
    >>> places("::1", 5672)
    (('::1', 5672),)
    """
    return tuple(_place(part.strip(), port) for part in text.split(","))


def told(found: tuple[Place, ...]) -> str:
    """Return places as messages name them.

    Parameters
    ----------
    found : tuple of (str, int)
        Host and port of each.

    Returns
    -------
    str
        They, with commas in between.

    Examples
    --------
    >>> told((("mq1", 5672), ("::1", 5673)))
    'mq1:5672,[::1]:5673'
    """
    return ",".join(f"[{host}]:{port}" if ":" in host else f"{host}:{port}" for host, port in found)


def _place(text: str, port: int) -> Place:
    host, own = text, ""
    if text.startswith("["):
        host, bracket, rest = text[1:].partition("]")
        host, own = (host if bracket else ""), rest.removeprefix(":")
        own = "none" if rest in (":",) or (rest and rest[0] != ":") else own
    elif text.count(":") == 1:
        host, _, own = text.partition(":")
        own = own or "none"
    if not host:
        raise ValueError("write hosts with commas in between, each with its port or without: mq1,mq2:5673")
    if own and not (own.isascii() and own.isdecimal() and 0 < int(own) < 65536):
        raise ValueError("the port must be a number from 1 to 65535")
    return host, int(own or port)
