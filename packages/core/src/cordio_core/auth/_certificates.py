"""Callers by client certificate."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from cordio_core.auth._caller import Caller
from cordio_core.auth._entries import Client
from cordio_core.auth._exceptions import Refused

__all__ = ["Certificates"]

# The short names of RFC 4514, section 3, for those that OpenSSL gives.
_SHORT = {
    "commonName": "CN",
    "localityName": "L",
    "stateOrProvinceName": "ST",
    "organizationName": "O",
    "organizationalUnitName": "OU",
    "countryName": "C",
    "streetAddress": "STREET",
    "domainComponent": "DC",
    "userId": "UID",
}
_ESCAPED = re.compile(r'[,+"\\<>;]|^[# ]| $')
_KINDS = {"DNS": "dns", "URI": "uri", "email": "email", "IP Address": "ip"}


class Certificates:
    """Recognises client certificates, which the listener has checked: ``tls.clients`` asks for them.

    Parameters
    ----------
    clients : mapping of str to Client
        The certificates by the name of their holder.

    Examples
    --------
    >>> known = Certificates({"orders": Client(san="dns:orders.local", rights=("stock:read",))})
    >>> known.caller({"subjectAltName": (("DNS", "orders.local"),)})
    Caller(name='orders', rights=frozenset({'stock:read'}), kind='certificate')
    """

    def __init__(self, clients: Mapping[str, Client]) -> None:
        self._known = [
            (_wanted(client), Caller(name, frozenset(client.rights), "certificate"))
            for name, client in clients.items()
        ]

    def caller(self, certificate: Mapping[str, object]) -> Caller:
        """Tell whose a certificate is.

        Parameters
        ----------
        certificate : mapping
            The peer's, as `cordio_core.tls.peer` gives it.

        Returns
        -------
        Caller
            The first in the settings that it fits.

        Raises
        ------
        Refused
            If it fits nobody.
        """
        names = frozenset(_names(certificate))
        for wanted, caller in self._known:
            if wanted in names:
                return caller
        raise Refused("certificate", "it is nobody's")


def _wanted(client: Client) -> str:
    if client.fingerprint is not None:
        return f"sha256:{client.digest}"
    if client.subject is not None:
        return f"subject:{client.subject}"
    kind, _, name = (client.san or "").partition(":")
    return _alternative(kind.lower(), name)


def _alternative(kind: str, name: str) -> str:
    return f"{kind}:{name.lower() if kind == 'dns' else name}"


def _names(certificate: Mapping[str, object]) -> Iterator[str]:
    yield f"subject:{','.join(map(_part, reversed(_pairs(certificate.get('subject')))))}"
    for kind, name in _pairs(certificate.get("subjectAltName")):
        if kind in _KINDS and isinstance(name, str):
            yield _alternative(_KINDS[kind], name)
    yield f"sha256:{certificate.get('fingerprint')}"


def _pairs(value: object) -> tuple[tuple[str, object], ...]:
    return value if isinstance(value, tuple) else ()


def _part(names: object) -> str:
    """Write one part of a subject (RFC 4514, section 2)."""
    return "+".join(f"{_SHORT.get(str(kind), kind)}={_escaped(str(value))}" for kind, value in _pairs(names))


def _escaped(value: str) -> str:
    return _ESCAPED.sub(lambda found: f"\\{found[0]}", value)
