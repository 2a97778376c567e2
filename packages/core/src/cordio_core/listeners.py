"""Listening sockets on their way down: nothing new comes in, and nothing that was accepted is lost.

A listener that is closed resets the connections which the kernel has accepted for it and the process has not.
So new ones are held off first, then that queue is emptied, then the listener may go.
"""

from __future__ import annotations

import asyncio
import ctypes
import os
import select
import socket
import stat
import struct
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

__all__ = ["found", "hold_off", "is_waited_for", "settle", "welcome"]

_SO_ATTACH_FILTER, _SO_DETACH_FILTER = 26, 27  # asm-generic/socket.h
_INSTRUCTION = struct.Struct("HBBI")  # linux/filter.h, struct sock_filter
_DROP_SYN = b"".join(
    _INSTRUCTION.pack(*instruction)
    for instruction in (
        (0x30, 0, 0, 13),  # load the byte of the flags (RFC 9293, section 3.1)
        (0x54, 0, 0, 0x12),  # keep SYN and ACK of them
        (0x15, 0, 1, 0x02),  # SYN alone: a new connection
        (0x06, 0, 0, 0),  # drop it
        (0x06, 0, 0, 0xFFFFFFFF),  # let it through
    )
)
_QUIET = 3  # turns of the event loop, until what it accepted is known to the server: before, a close loses it
_MOST = 1000  # turns, where the kernel cannot hold off new connections
_DESCRIPTORS = "/proc/self/fd"


def hold_off(listening: socket.socket) -> None:
    """Let the kernel take no new connection at a listening socket; those that it has taken stay.

    The filter is on the socket and so counts for every process that shares it. A client that comes meanwhile
    tries again by itself, after a second (RFC 6298, section 2), and is refused if the listener is closed by
    then. Elsewhere than on Linux nothing is done, and a connection of the last microseconds may be reset.

    Parameters
    ----------
    listening : socket.socket
        The socket.

    Examples
    --------
    >>> with socket.create_server(("127.0.0.1", 0)) as listening:
    ...     hold_off(listening)
    ...     is_waited_for(listening)
    False
    """
    if sys.platform != "linux" or listening.fileno() < 0:
        return
    code = ctypes.create_string_buffer(_DROP_SYN, len(_DROP_SYN))
    program = struct.pack("HP", len(_DROP_SYN) // _INSTRUCTION.size, ctypes.addressof(code))
    with suppress(OSError):  # a kernel without socket filters
        listening.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, program)


def welcome(listening: socket.socket) -> None:
    """Let the kernel take new connections again.

    Parameters
    ----------
    listening : socket.socket
        The socket.
    """
    if sys.platform == "linux":
        with suppress(OSError):  # there is nothing to undo
            listening.setsockopt(socket.SOL_SOCKET, _SO_DETACH_FILTER, 0)


def is_waited_for(listening: socket.socket) -> bool:
    """Tell whether the kernel has accepted a connection that the process has not.

    Parameters
    ----------
    listening : socket.socket
        The socket.

    Returns
    -------
    bool
        Whether there is one.
    """
    if listening.fileno() < 0:
        return False
    if hasattr(select, "poll"):  # which takes descriptors of any size
        poll = select.poll()
        poll.register(listening, select.POLLIN)
        return bool(poll.poll(0))
    return bool(select.select([listening], [], [], 0)[0])


async def settle(listening: Sequence[socket.socket]) -> None:
    """Wait until the event loop has accepted what waits, and knows it.

    Parameters
    ----------
    listening : sequence of socket.socket
        The sockets, which the event loop accepts connections at.
    """
    quiet, turns = 0, 0
    while quiet < _QUIET and turns < _MOST:
        quiet = 0 if any(map(is_waited_for, listening)) else quiet + 1
        turns += 1
        await asyncio.sleep(0)


@contextmanager
def found() -> Iterator[dict[int, socket.socket]]:
    """Find the sockets that this process listens at, whoever has opened them.

    Yields
    ------
    dict[int, socket.socket]
        A duplicate of each by the number of its descriptor; closed at the end. Empty where the system does not
        list the descriptors of a process.
    """
    listening: dict[int, socket.socket] = {}
    try:
        names = os.listdir(_DESCRIPTORS) if os.path.isdir(_DESCRIPTORS) else []
        for descriptor in list(filter(_is_socket, map(int, names))):  # before there are others, of our own
            made = _listening(descriptor)
            if made is not None:
                listening[descriptor] = made
        yield listening
    finally:
        for made in listening.values():
            made.close()


def _is_socket(descriptor: int) -> bool:
    try:
        return stat.S_ISSOCK(os.fstat(descriptor).st_mode)
    except OSError:  # it was of the listing itself
        return False


def _listening(descriptor: int) -> socket.socket | None:
    try:
        made = socket.socket(fileno=os.dup(descriptor))
    except OSError:  # it is closed by now
        return None
    with suppress(OSError):  # a socket of a kind that cannot listen
        if made.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN) and made.family != socket.AF_UNIX:
            return made
    made.close()
    return None
