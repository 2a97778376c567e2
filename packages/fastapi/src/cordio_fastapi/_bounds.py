"""What a request may have while it comes in, before anybody sees it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cordio_fastapi._problem import problem

__all__ = ["Bounds", "is_unclear", "raw"]

_SIDES = 3  # a header "a:b" takes three times on the wire what its name and value have
_LINE = 16 * 1024  # bytes of the request line
_BEYOND_HOST = frozenset(b' \t,/\\?#@"<>')


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a request may have of bytes and of time.

    Parameters
    ----------
    size : int
        The bytes of all headers together; on the wire they may have more, and the line some besides.
    within : float
        How long its head may take until its end, from the connection or its first byte on, in seconds.
    pause : float
        How long its body may pause, in seconds.

    Examples
    --------
    >>> Bounds(65_536).most
    212992
    """

    size: int = 65_536
    within: float = 30.0
    pause: float = 30.0

    @property
    def most(self) -> int:
        """The bytes of a head on the wire, beyond which it is not read."""
        return self.size * _SIDES + _LINE


def is_unclear(version: str, headers: Iterable[tuple[bytes, bytes]]) -> bool:
    """Tell whether two readers could disagree on whom a request is for, or where its body ends.

    Parameters
    ----------
    version : str
        The version of HTTP.
    headers : iterable of tuple
        Names in lower case, and values.

    Returns
    -------
    bool
        Whether it has no one host (RFC 9112, section 3.2), or a length beside an encoding, or an encoding that
        is not ``chunked`` alone (section 6.3).

    Examples
    --------
    >>> host, chunked = (b"host", b"orders"), (b"transfer-encoding", b"chunked")
    >>> is_unclear("1.1", [host, chunked]), is_unclear("1.1", [host, (b"content-length", b"3"), chunked])
    (False, True)
    """
    hosts, has_length, encoding = 0, False, None
    for name, value in headers:
        if name == b"host":
            hosts += 1
            if not _BEYOND_HOST.isdisjoint(value):
                return True
        elif name == b"content-length":
            has_length = True
        elif name == b"transfer-encoding":
            encoding = value if encoding is None else b","  # two of them
    if version == "1.1" and hosts != 1:
        return True
    if encoding is None:
        return False
    return has_length or version != "1.1" or encoding.strip().lower() != b"chunked"


def raw(status: int) -> bytes:
    """Return an answer to what is no request, as it goes over the wire.

    Parameters
    ----------
    status : int
        The status.

    Returns
    -------
    bytes
        A problem document with its head; the last answer of its connection.

    Examples
    --------
    >>> raw(408).splitlines()[0]
    b'HTTP/1.1 408 Request Timeout'
    """
    answer = problem(status, headers={"connection": "close"})
    title = bytes(answer.body).partition(b'"title":"')[2].partition(b'"')[0]
    lines = [b"%b: %b" % pair for pair in answer.raw_headers]
    return b"\r\n".join([b"HTTP/1.1 %d %b" % (status, title), *lines, b"", bytes(answer.body)])
