"""What trusted proxies tell of a client."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from starlette.types import Scope

from cordio_fastapi._proxy_settings import UNIX, ProxySettings

__all__ = ["Proxies"]

_PIECE = re.compile(
    r"""\s*(?:(?P<between>[;,])|(?P<name>[!#$%&'*+.^_`|~0-9A-Za-z-]+)=
    (?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<plain>[^\s;,"]*))(?=\s*(?:[;,]|$))|(?P<wrong>\S))\s*""",
    re.VERBOSE,
)
_HOST = re.compile(rb"[A-Za-z0-9._:\[\]-]+")
_MOST = 100  # hops; nobody has so many


@dataclass(frozen=True, slots=True)
class _Hop:
    """What a proxy tells of who has asked it."""

    client: str
    scheme: str | None = None
    host: str | None = None


class Proxies:
    """Puts the client in the place of the proxies that its request came by.

    The hops are read from the last one on, as long as each is told by a trusted proxy: what a client itself
    has written before them is never reached.

    Parameters
    ----------
    settings : ProxySettings
        Who is believed.
    """

    def __init__(self, settings: ProxySettings) -> None:
        self._networks, self._unix = settings.networks, UNIX in settings.trusted
        self._hops = _forwarded if settings.headers == "forwarded" else _x_forwarded
        self._host = settings.host
        self._known: dict[str, bool] = {}

    def resolve(self, scope: Scope) -> None:
        """Give a request the client, the scheme and the host that its proxies tell.

        Parameters
        ----------
        scope : mapping
            The request's ASGI scope; it is changed.
        """
        peer = scope.get("client")
        if not (self._unix if peer is None else self._is_trusted(peer[0])):
            return
        told: _Hop | None = None
        for hop in self._hops(scope["headers"]):
            told = hop
            if not self._is_trusted(hop.client):
                break
        if told is not None:
            self._apply(scope, told)

    def _apply(self, scope: Scope, hop: _Hop) -> None:
        if _ip(hop.client) is not None:
            scope["client"] = (hop.client, 0)
        if hop.scheme in ("http", "https"):
            secure = hop.scheme == "https"
            web = "wss" if secure else "ws"
            scope["scheme"] = hop.scheme if scope["type"] == "http" else web
        if self._host and hop.host is not None and _HOST.fullmatch(host := hop.host.encode("latin-1")):
            others = [pair for pair in scope["headers"] if pair[0] != b"host"]
            scope["headers"] = [(b"host", host), *others]

    def _is_trusted(self, client: str) -> bool:
        found = self._known.get(client)
        if found is None:
            address = _ip(client)
            found = address is not None and any(address in network for network in self._networks)
            if len(self._known) < 10_000:  # clients come and go
                self._known[client] = found
        return found


def _ip(client: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        found = ipaddress.ip_address(client)
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return mapped or found


def _values(headers: Sequence[tuple[bytes, bytes]], name: bytes) -> str:
    return ",".join(value.decode("latin-1") for found, value in headers if found == name)


def _x_forwarded(headers: Sequence[tuple[bytes, bytes]]) -> Iterator[_Hop]:
    """Yield the hops, the last one first; scheme and host are those that the last proxy tells or passes on."""
    clients = _split(_values(headers, b"x-forwarded-for"))
    schemes, hosts = (_split(_values(headers, name)) for name in (b"x-forwarded-proto", b"x-forwarded-host"))
    for back, client in enumerate(reversed(clients[-_MOST:]), start=1):
        yield _Hop(_bare(client), _at(schemes, back, len(clients)), _at(hosts, back, len(clients)))


def _at(values: Sequence[str], back: int, hops: int) -> str | None:
    """Return the value of a hop: one stands for all, and of a list that is no match for the hops the last."""
    if not values:
        return None
    return values[-back] if len(values) == hops else values[-1]


def _split(text: str) -> list[str]:
    return [found for piece in text.split(",") if (found := piece.strip())]


def _forwarded(headers: Sequence[tuple[bytes, bytes]]) -> Iterator[_Hop]:
    """Yield the hops of RFC 7239, the last one first; nothing of a header that is malformed."""
    elements = _elements(_values(headers, b"forwarded"))
    for found in reversed(elements[-_MOST:]):
        yield _Hop(
            _bare(found.get("for", "unknown")), found.get("proto", "").lower() or None, found.get("host")
        )


def _elements(text: str) -> list[Mapping[str, str]]:
    elements: list[dict[str, str]] = [{}]
    for piece in _PIECE.finditer(text):
        if piece["between"] is not None:
            elements += [{}] if piece["between"] == "," else []
        elif piece["name"] is not None:
            quoted, plain = piece["quoted"], piece["plain"]
            value = plain if quoted is None else re.sub(r"\\(.)", r"\1", quoted)
            elements[-1][piece["name"].lower()] = value
        else:
            return []
    return [element for element in elements if element]


def _bare(client: str) -> str:
    """Return an address without its port: ``192.0.2.1:80``, ``[2001:db8::1]:80``."""
    if client.startswith("["):
        return client[1:].partition("]")[0]
    return client.partition(":")[0] if client.count(":") == 1 else client
