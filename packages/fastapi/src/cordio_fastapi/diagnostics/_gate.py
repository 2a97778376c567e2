"""Who may see the state and the configuration of an application."""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable, Collection
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from cordio_fastapi._problem import problem

__all__ = ["Gate", "is_local", "names_a_machine"]

Refusal = Callable[[Request], Awaitable[Response | None]]

# Whoever forwards a request for another says so in one of these (RFC 7239; RFC 9110, section 7.6.3; custom).
_FORWARDED = frozenset(
    "forwarded via x-real-ip x-client-ip x-cluster-client-ip x-original-forwarded-for true-client-ip "
    "cf-connecting-ip fastly-client-ip x-envoy-external-address".split()
)


class Gate:
    """Lets pass who may; strangers do not learn that there is anything.

    Parameters
    ----------
    trusts : callable
        Tells whether the way that a request came is trusted.
    known : callable or None
        Returns the answer to a caller without the right, None to one who has it; nobody has it if None.
    """

    def __init__(self, trusts: Callable[[Request], bool], known: Refusal | None = None) -> None:
        self._trusts, self._known = trusts, known

    async def refusal(self, request: Request) -> Response | None:
        """Tell who may not.

        Parameters
        ----------
        request : Request
            The request, as the server gave it.

        Returns
        -------
        Response or None
            A problem document without any detail; None to who may.
        """
        if self._trusts(request):
            return None
        return problem(404) if self._known is None else await self._known(request)


def is_local(request: Request) -> bool:
    """Tell whether a request comes from this machine itself.

    A proxy on this machine speaks for others: it tells so by a header, and one that tells nothing speaks
    HTTP/1.0 to its upstream by default (nginx), or passes on the name that its client asked for.

    Parameters
    ----------
    request : Request
        The request, as the server gave it.

    Returns
    -------
    bool
        Whether it does, as far as can be seen.
    """
    headers = request.headers
    if request.client is None or not _is_loopback(request.client.host):
        return False
    if request.scope.get("http_version") == "1.0":
        return False
    if any(name in _FORWARDED or name.startswith("x-forwarded-") for name in headers):
        return False
    return names_a_machine(headers.get("host", ""), loopback=True)


def names_a_machine(host: str, names: Collection[str] = (), *, loopback: bool = False) -> bool:
    """Tell whether a request was meant for an address, not for a name that somebody lets stand for it.

    Else a page of a stranger, whose name is made to stand for an address of this machine, could read what it
    likes through the browser of somebody who is allowed to (DNS rebinding).

    Parameters
    ----------
    host : str
        The header ``Host``.
    names : collection of str
        Names that are known.
    loopback : bool
        Whether the address has to be this machine's own.

    Returns
    -------
    bool
        Whether it was.

    Examples
    --------
    >>> [names_a_machine(host) for host in ("127.0.0.1:8000", "[::1]", "localhost", "evil.example")]
    [True, True, True, False]
    """
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    if name == "localhost" or name in names:
        return True
    return _is_loopback(name) if loopback else _is_address(name)


def _is_loopback(text: str) -> bool:
    found = _address(text)
    mapped = getattr(found, "ipv4_mapped", None)
    return found is not None and (found.is_loopback or (mapped is not None and mapped.is_loopback))


def _is_address(text: str) -> bool:
    return _address(text) is not None


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None
