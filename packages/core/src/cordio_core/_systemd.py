"""Telling systemd how the service is (sd_notify(3)), without any library."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Mapping
from contextlib import suppress

__all__ = ["Notifier"]


class Notifier:
    """Sends states to the socket of ``NOTIFY_SOCKET``; one that cannot be reached is nobody's failure.

    Parameters
    ----------
    address : str
        The path of a Unix datagram socket; with ``@`` as its first character one without a file.
    period : float or None
        How often systemd is to hear that the service is alive, in seconds; None if it need not.

    Examples
    --------
    >>> Notifier.found({}) is None
    True
    >>> Notifier.found({"NOTIFY_SOCKET": "@here", "WATCHDOG_USEC": "3000000"}).period
    1.5
    """

    def __init__(self, address: str, period: float | None = None) -> None:
        self._address = "\0" + address[1:] if address.startswith("@") else address
        self.period = period
        self._is_stopping = False

    @classmethod
    def found(cls, environment: Mapping[str, str] | None = None) -> Notifier | None:
        """Make the one that the environment asks for.

        Parameters
        ----------
        environment : mapping of str to str or None
            The environment variables; those of the process unless given.

        Returns
        -------
        Notifier or None
            None if the process was not started by systemd as a service that notifies.
        """
        found = os.environ if environment is None else environment
        address = found.get("NOTIFY_SOCKET", "")
        return cls(address, _period(found)) if address[:1] in ("/", "@") else None

    def ready(self, status: str) -> None:
        """Tell that the service is up.

        Parameters
        ----------
        status : str
            How it is, in a line for people.
        """
        self._send(f"READY=1\nMAINPID={os.getpid()}\nSTATUS={status}")

    def stopping(self) -> None:
        """Tell that the service has begun to stop; once, whoever tells it."""
        if not self._is_stopping:
            self._is_stopping = True
            self._send("STOPPING=1\nSTATUS=stopping")

    def reloading(self) -> None:
        """Tell that the service takes up what has changed; `ready` ends that."""
        self._send(f"RELOADING=1\nMONOTONIC_USEC={time.monotonic_ns() // 1000}")

    def alive(self) -> None:
        """Tell that the service is alive."""
        self._send("WATCHDOG=1")

    def _send(self, state: str) -> None:
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.setblocking(False)
            sender.sendto(state.encode(), self._address)


def _period(environment: Mapping[str, str]) -> float | None:
    """Return half of the time after which the service counts as dead, as sd_watchdog_enabled(3) advises."""
    text, whose = environment.get("WATCHDOG_USEC", ""), environment.get("WATCHDOG_PID", "")
    if not text.isdecimal() or int(text) == 0 or (whose and whose != str(os.getpid())):
        return None
    return int(text) / 2_000_000
