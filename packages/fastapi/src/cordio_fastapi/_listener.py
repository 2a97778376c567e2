"""A listening socket of our own, so that what hinders it is told in plain words."""

from __future__ import annotations

import asyncio
import errno
import os
import socket

from cordio_core import EntrypointError

__all__ = ["address", "listener"]

_BACKLOG = 2048
_SET_PORT = "set http.port (--http-port, …_HTTP_PORT)"
_SET_HOST = "set http.host (--http-host, …_HTTP_HOST)"
_TROUBLES = {
    errno.EADDRINUSE: ("is taken by another process", f"{_SET_PORT} or stop the other process"),
    errno.EACCES: ("may not be listened at by this user", f"{_SET_PORT} to 1024 or more"),
    errno.EADDRNOTAVAIL: ("is no address of this machine", f"{_SET_HOST} to one of its own"),
}


async def listener(host: str, port: int) -> socket.socket:
    """Open a listening socket.

    Parameters
    ----------
    host : str
        A name or an address; the first that a name stands for is taken.
    port : int
        The port; 0 takes any free one.

    Returns
    -------
    socket.socket
        The socket, listening.

    Raises
    ------
    EntrypointError
        If the address is taken, not allowed, or none.
    """
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (socket.gaierror, UnicodeError) as error:
        raise EntrypointError(
            "http", f"the host {host!r} is not known", f"{_SET_HOST} to an address"
        ) from error
    family, kind, protocol, _, target = found[0]
    try:
        return _opened(family, kind, protocol, target)
    except OSError as error:
        what, cure = _TROUBLES.get(error.errno or 0, (f"cannot be listened at ({error.strerror})", _SET_PORT))
        raise EntrypointError("http", f"{_pair(host, port)} {what}", cure) from error


def address(listening: socket.socket) -> str:
    """Tell where a socket can be reached.

    Parameters
    ----------
    listening : socket.socket
        A listening socket.

    Returns
    -------
    str
        The URL.
    """
    host, port, *_ = listening.getsockname()
    return f"http://{_pair(host, port)}"


def _opened(family: int, kind: int, protocol: int, target: tuple[object, ...]) -> socket.socket:
    found = socket.socket(family, kind, protocol)
    try:
        if os.name == "posix":  # elsewhere the option would let a second process take the address over
            found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind(target)
        found.listen(_BACKLOG)
        found.setblocking(False)
    except OSError:
        found.close()
        raise
    return found


def _pair(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
