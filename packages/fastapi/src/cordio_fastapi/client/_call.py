"""One request to another service, with everything worked out that can be before it is sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cordio_fastapi.client._address import shown

__all__ = ["IDEMPOTENT", "Call", "Limits"]

IDEMPOTENT = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PUT", "TRACE"})  # RFC 9110, section 9.2.2


@dataclass(frozen=True, slots=True)
class Limits:
    """What a call may take.

    Parameters
    ----------
    whole, connect, read : float
        In seconds: for the call with its repeats, for a connection, for a silence of the server.
    answer : int
        The largest answer, in bytes.
    """

    whole: float
    connect: float
    read: float
    answer: int


@dataclass(frozen=True, slots=True)
class Call:
    """A request.

    Parameters
    ----------
    method : str
        The method, in capitals.
    url : str
        The whole address.
    label : str
        The name of its span, the same for all requests of a kind.
    limits : Limits
        What it may take.
    origin : str
        Scheme, host and port of its address.
    headers : mapping of str to str
        Its headers, names in lower case.
    body : bytes or None
        Its body.
    repeatable : bool
        Whether it may be sent again though it may have arrived.
    """

    method: str
    url: str
    label: str
    limits: Limits
    origin: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = field(default=None, repr=False)
    repeatable: bool = False

    @property
    def where(self) -> str:
        """The method and the address, for messages."""
        return f"{self.method} {shown(self.url)}"
