"""Free ports of the loopback interface for servers of our own."""

import random
import socket
from contextlib import ExitStack

LOOPBACK = "127.0.0.1"
BELOW_OUTGOING = range(20000, 32768)


def free_ports(count: int) -> list[int]:
    """
    Return ports that nobody uses, below those that outgoing connections are given.

    Parameters
    ----------
    count : int
        How many.

    Returns
    -------
    list of int
        Different ports.

    Examples
    --------
    >>> len(set(free_ports(3)))
    3
    """
    with ExitStack() as held:
        return [held.enter_context(_bound()).getsockname()[1] for _ in range(count)]


def _bound() -> socket.socket:
    while True:
        candidate = socket.socket()
        try:
            candidate.bind((LOOPBACK, random.choice(BELOW_OUTGOING)))
        except OSError:
            candidate.close()
        else:
            return candidate
