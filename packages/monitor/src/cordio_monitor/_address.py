"""Addresses as they are written in settings."""

from __future__ import annotations

from re import compile as pattern
from urllib.parse import urlsplit

from cordio_monitor._exceptions import SettingError
from cordio_monitor._masking import mask

__all__ = ["address", "url"]

_BEFORE_AT = pattern(r"(?:(?<=//)|^)(?:[^/]|/(?!/))*@")


def url(section: str, option: str, value: object, example: str, *, with_key: bool = False) -> str:
    """Check the address of an HTTP server.

    Parameters
    ----------
    section : str
        The section.
    option : str
        The option.
    value : object
        What it is set to.
    example : str
        What it looks like.
    with_key : bool
        Whether it has a key and the number of a project, as the DSN of Sentry; nothing of it is shown then.

    Returns
    -------
    str
        The address.

    Raises
    ------
    SettingError
        If it is none; what may be a password in it is not shown.

    Examples
    --------
    >>> url("zipkin", "url", "http://zipkin:9411", "http://zipkin:9411")
    'http://zipkin:9411'
    """
    if isinstance(value, str) and _is_url(value, with_key):
        return value
    shown = "***" if with_key else _BEFORE_AT.sub("***@", mask(value)) if isinstance(value, str) else value
    raise SettingError(option, shown, f"an address such as {example}", section)


def address(section: str, option: str, value: object) -> tuple[str, int]:
    """Check the address of a UDP server.

    Parameters
    ----------
    section : str
        The section.
    option : str
        The option.
    value : object
        What it is set to.

    Returns
    -------
    tuple[str, int]
        The host and the port.

    Raises
    ------
    SettingError
        If there is no host or no port between 1 and 65535.

    Examples
    --------
    >>> address("statsd", "address", "[::1]:8125")
    ('::1', 8125)
    """
    host, _, port = value.rpartition(":") if isinstance(value, str) else ("", "", "")
    bare = host[1:-1] if host[:1] == "[" and host[-1:] == "]" else host
    is_host = bool(bare) and not set(bare) & set("/@[] \t\r\n") and (bare is not host or ":" not in bare)
    if not (is_host and port.isascii() and port.isdecimal() and 0 < int(port[:6]) < 2**16):
        shown = _BEFORE_AT.sub("***@", mask(value)) if isinstance(value, str) else value
        raise SettingError(option, shown, "host:port, such as 127.0.0.1:8125", section)
    return bare, int(port)


def _is_url(value: str, with_key: bool) -> bool:
    try:
        parts = urlsplit(value)
        fits = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    if with_key:
        fits = fits and bool(parts.username) and parts.path.rpartition("/")[2].isdecimal()
    return fits and not set(value) & set(" \t\r\n")
