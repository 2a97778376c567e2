"""What can be set of proxies."""

from __future__ import annotations

import ipaddress
from typing import Annotated, Literal

from pydantic import BaseModel, Field, field_validator

__all__ = ["UNIX", "Network", "ProxySettings"]

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
UNIX = "unix"


class ProxySettings(BaseModel, frozen=True, extra="forbid"):
    """The section ``http.proxies``: nobody is believed unless set.

    Parameters
    ----------
    trusted : tuple of str
        Addresses and networks of proxies, ``10.0.0.0/8``, and ``unix`` for whoever comes by a unix socket.
    headers : str
        Where they tell of the client: ``x-forwarded`` (``X-Forwarded-For`` and ``-Proto``) or ``forwarded``
        (RFC 7239). Only the one is read: a proxy passes on the other as a client wrote it.
    host : bool
        Whether they tell too what host was asked for (``X-Forwarded-Host``, or ``host=``); set it only where
        they always do.

    Examples
    --------
    >>> ProxySettings(trusted=("10.0.0.0/8", "unix")).headers
    'x-forwarded'
    """

    trusted: Annotated[tuple[str, ...], Field(description="Addresses and networks of proxies.")] = ()
    headers: Annotated[
        Literal["x-forwarded", "forwarded"], Field(description="Where they tell of the client.")
    ] = "x-forwarded"
    host: Annotated[bool, Field(description="Whether they tell what host was asked for.")] = False

    @field_validator("trusted")
    @classmethod
    def _networks(cls, trusted: tuple[str, ...]) -> tuple[str, ...]:
        for each in trusted:
            if each != UNIX:
                ipaddress.ip_network(each)
        return trusted

    @property
    def networks(self) -> tuple[Network, ...]:
        """The networks of proxies."""
        return tuple(ipaddress.ip_network(each) for each in self.trusted if each != UNIX)
