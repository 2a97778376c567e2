"""One connection to a server, to see whether it takes any: the start of PostgreSQL's protocol by hand."""

from __future__ import annotations

import socket
import struct
from pathlib import Path

from cordio_pg._embedded_errors import EmbeddedError

__all__ = ["answers"]

_PROTOCOL = 0x00030000
_STARTING = "57P03"


def answers(sockets: Path, port: int, user: str, limit: float) -> bool:
    """Tell whether the server lets `user` in; False while it is starting; raise EmbeddedError if never."""
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(limit)
            connection.connect(f"{sockets}/.s.PGSQL.{port}")
            connection.sendall(_startup(user))
            ready = _read_until_ready(connection)
            connection.sendall(b"X\0\0\0\4")
            return ready
    except (OSError, EOFError):
        return False


def _startup(user: str) -> bytes:
    words = ("user", user, "database", "postgres", "application_name", "cordio-pg probe")
    body = struct.pack("!i", _PROTOCOL) + b"".join(word.encode() + b"\0" for word in words) + b"\0"
    return struct.pack("!i", len(body) + 4) + body


def _read_until_ready(connection: socket.socket) -> bool:
    while True:
        kind, length = struct.unpack("!ci", _exactly(connection, 5))
        body = _exactly(connection, length - 4)
        if kind == b"Z":
            return True
        if kind == b"E":
            return _starting(body)


def _starting(body: bytes) -> bool:
    fields = {field[:1]: field[1:].decode(errors="replace") for field in body.split(b"\0") if field}
    if fields.get(b"C") == _STARTING:
        return False
    raise EmbeddedError(
        f"the private PostgreSQL server lets nobody in: {fields.get(b'M', 'it gives no reason')}"
    )


def _exactly(connection: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        more = connection.recv(size - len(data))
        if not more:
            raise EOFError
        data += more
    return data
