"""A request to a receiver, on the thread of its sink."""

from __future__ import annotations

from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

from cordio_monitor._exceptions import MonitorError

__all__ = ["Rejected", "Unready", "post"]


class Unready(OSError):
    """A receiver takes nothing now.

    Parameters
    ----------
    receiver : str
        The receiver.
    status : int
        What it answered.
    retry_after : float | None
        For how many seconds nothing has to be tried.
    """

    def __init__(self, receiver: str, status: int, retry_after: float | None) -> None:
        super().__init__(receiver, status, retry_after)
        self.receiver = receiver
        self.status = status
        self.retry_after = retry_after

    def __str__(self) -> str:
        return f"{self.receiver} answered {self.status}"


class Rejected(MonitorError):
    """A receiver does not take what it was sent.

    Parameters
    ----------
    receiver : str
        The receiver.
    status : int
        What it answered.
    """

    def __init__(self, receiver: str, status: int) -> None:
        super().__init__(receiver, status)
        self.receiver = receiver
        self.status = status

    def __str__(self) -> str:
        return f"{self.receiver} answered {self.status}: check its address and what it is sent"


def post(url: str, body: bytes, headers: dict[str, str], timeout: float) -> None:
    """Send a body, and return when the receiver has taken it.

    Parameters
    ----------
    url : str
        Where to.
    body : bytes
        What.
    headers : dict[str, str]
        With which headers.
    timeout : float
        For how many seconds the receiver may be silent.

    Raises
    ------
    Unready
        If it takes nothing now.
    Rejected
        If it does not take this.
    ConnectionError
        If what it answers is no HTTP.
    """
    parts = urlsplit(url)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=timeout)
    path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    receiver = f"{parts.scheme}://{parts.hostname}{parts.path}"
    try:
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        answer.read()
    except HTTPException as error:
        raise ConnectionError(f"{receiver} does not speak HTTP: {type(error).__name__}") from error
    except BrokenPipeError as error:
        # A pipe that is broken stays broken, a connection is made anew.
        raise ConnectionError(f"{receiver} closed the connection") from error
    finally:
        connection.close()
    if answer.status == 429 or answer.status >= 500:
        raise Unready(receiver, answer.status, _seconds(answer.getheader("Retry-After")))
    if answer.status >= 300:
        raise Rejected(receiver, answer.status)


def _seconds(text: str | None) -> float | None:
    return float(text) if text is not None and text.isdecimal() else None
