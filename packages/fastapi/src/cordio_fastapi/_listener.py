"""The sockets that the server listens at."""

from __future__ import annotations

import asyncio
import errno
import os
import re
import socket
import stat
from collections.abc import Sequence
from contextlib import suppress

from cordio_core import EntrypointError

__all__ = ["address", "listener", "listeners", "place", "remove", "unix_listener"]

_BACKLOG = 2048
_UNIX = "unix:"
_TCP = re.compile(r"(?:\[(?P<six>[^\]]+)\]|(?P<host>[^:\[\]]+)):(?P<port>\d{1,5})")
_SET_PORT = "set http.port (--http-port, …_HTTP_PORT)"
_SET_HOST = "set http.host (--http-host, …_HTTP_HOST)"
_SET_LISTEN = "set http.listen to another path"
_TROUBLES = {
    errno.EADDRINUSE: ("is taken by another process", f"{_SET_PORT} or stop the other process"),
    errno.EACCES: ("may not be listened at by this user", f"{_SET_PORT} to 1024 or more"),
    errno.EADDRNOTAVAIL: ("is no address of this machine", f"{_SET_HOST} to one of its own"),
}


def place(written: str) -> tuple[str, int] | str:
    """Read an address to listen at.

    Parameters
    ----------
    written : str
        ``127.0.0.1:8000``, ``[::1]:8000``, or ``unix:`` and the path of a socket.

    Returns
    -------
    tuple or str
        Host and port, or the path.

    Raises
    ------
    ValueError
        If it is none of these.

    Examples
    --------
    >>> place("[::1]:8000"), place("unix:/run/orders.sock")
    (('::1', 8000), '/run/orders.sock')
    """
    if written.startswith(_UNIX) and len(written) > len(_UNIX):
        return written.removeprefix(_UNIX)
    found = _TCP.fullmatch(written)
    if found is None or int(found["port"]) > 65535:
        raise ValueError(f"{written!r} is no address: write '127.0.0.1:8000', '[::1]:8000' or 'unix:/a/path'")
    return found["six"] or found["host"], int(found["port"])


async def listeners(places: Sequence[tuple[str, int] | str], mode: int) -> list[socket.socket]:
    """Open all the listening sockets, or none.

    Parameters
    ----------
    places : sequence of tuple or str
        Hosts and ports, and paths.
    mode : int
        Who may connect to the paths, as permission bits.

    Returns
    -------
    list of socket.socket
        The sockets, listening.

    Raises
    ------
    EntrypointError
        If one cannot be opened.
    """
    opened: list[socket.socket] = []
    try:
        for each in places:
            opened.append(unix_listener(each, mode) if isinstance(each, str) else await listener(*each))
    except BaseException:
        for found in opened:
            remove(found)
            found.close()
        raise
    return opened


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


def unix_listener(path: str, mode: int) -> socket.socket:
    """Open a listening socket in the file system; one that a dead process has left is replaced.

    Parameters
    ----------
    path : str
        Its path.
    mode : int
        Who may connect, as permission bits.

    Returns
    -------
    socket.socket
        The socket, listening.

    Raises
    ------
    EntrypointError
        If the path is taken, not allowed, or too long.
    """
    if not hasattr(socket, "AF_UNIX"):
        raise EntrypointError("http", "this system has no unix sockets", "set http.listen to host:port")
    found = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        _clear(path)
        found.bind(path)
        os.chmod(path, mode)  # before it listens, so that nobody comes in meanwhile
        found.listen(_BACKLOG)
        found.setblocking(False)
    except OSError as error:
        found.close()
        what = error.strerror or str(error)
        raise EntrypointError("http", f"{path} cannot be listened at ({what})", _SET_LISTEN) from error
    except EntrypointError:
        found.close()
        raise
    return found


def remove(listening: socket.socket) -> None:
    """Take a socket out of the file system, if it is there.

    Parameters
    ----------
    listening : socket.socket
        The socket.
    """
    path = _path(listening)
    if path is not None:
        with suppress(OSError):  # it is gone, or its folder is no more ours
            os.unlink(path)


def address(listening: socket.socket, scheme: str = "http") -> str:
    """Tell where a socket can be reached.

    Parameters
    ----------
    listening : socket.socket
        A listening socket.
    scheme : str
        What is spoken there.

    Returns
    -------
    str
        The URL; ``unix:`` and the path of a socket in the file system.
    """
    path = _path(listening)
    if path is not None:
        return f"{_UNIX}{path}"
    host, port, *_ = listening.getsockname()
    return f"{scheme}://{_pair(host, port)}"


def _path(listening: socket.socket) -> str | None:
    name = listening.getsockname() if listening.fileno() >= 0 else None
    return name if isinstance(name, str) else None


def _clear(path: str) -> None:
    """Remove a socket that nobody listens at any more; whatever else is there stays."""
    try:
        if not stat.S_ISSOCK(os.lstat(path).st_mode):
            raise EntrypointError("http", f"{path} is there already, and is no socket", _SET_LISTEN)
    except FileNotFoundError:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asking:
        asking.settimeout(1)
        try:
            asking.connect(path)
        except ConnectionRefusedError:
            os.unlink(path)
            return
        except OSError:
            pass  # somebody is there, and does not answer
    raise EntrypointError("http", f"{path} is taken by another process", f"{_SET_LISTEN}, or stop it")


def _opened(family: int, kind: int, protocol: int, target: tuple[object, ...]) -> socket.socket:
    found = socket.socket(family, kind, protocol)
    try:
        if os.name == "posix":  # elsewhere the option would let a second process take the address over
            found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:  # so that the same port can be had in IPv4 too
            found.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        found.bind(target)
        found.listen(_BACKLOG)
        found.setblocking(False)
    except OSError:
        found.close()
        raise
    return found


def _pair(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
