"""What can be set of TLS."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from cordio_core._duration import Duration

__all__ = ["TlsSettings"]


@dataclass(frozen=True, slots=True)
class TlsSettings:
    """The section ``tls``: one for HTTP, AMQP and PostgreSQL alike.

    Parameters
    ----------
    certificate : str or None
        The file with this service's certificate and what links it to an authority, in PEM.
    key : str or None
        The file with its private key, in PEM; in the certificate's file unless set.
    password : str or None
        What the key is encrypted with.
    authorities : str or None
        The file with the certificates that are trusted, in PEM, or a folder of such files; the system's
        unless set.
    clients : str
        Whether a server asks its clients for a certificate: ``none``, ``optional`` or ``required``.
    oldest : str
        The oldest version of TLS that is spoken: ``1.2`` or ``1.3``.
    recheck : Duration
        How often the files are looked at, in seconds; new connections get what is new in them.
    warn : Duration
        How long before its end a certificate makes the health say so, in seconds.

    Examples
    --------
    >>> TlsSettings().oldest
    '1.2'
    >>> TlsSettings(certificate="service.pem", password="secret")
    TlsSettings(certificate='service.pem', key=None, authorities=None, clients='none', oldest='1.2', ...
    >>> TlsSettings(key="service.key")
    Traceback (most recent call last):
    ValueError: a key without its certificate: set tls.certificate too
    """

    certificate: str | None = None
    key: str | None = None
    password: str | None = field(default=None, repr=False, metadata={"secret": True})
    authorities: str | None = None
    clients: Literal["none", "optional", "required"] = "none"
    oldest: Literal["1.2", "1.3"] = "1.2"
    recheck: Duration = Duration("1m")
    warn: Duration = Duration("14d")

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        if self.certificate is None and self.key is not None:
            raise ValueError("a key without its certificate: set tls.certificate too")
        if self.recheck <= 0:
            raise ValueError("tls.recheck must be longer than 0")
        if self.clients != "none" and self.authorities is None:
            # The system's authorities would let in whoever can buy a certificate.
            raise ValueError(
                "tls.clients needs tls.authorities: the certificates that your clients' are signed by"
            )
