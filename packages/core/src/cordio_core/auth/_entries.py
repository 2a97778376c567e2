"""Callers that the settings themselves name."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from cordio_core.auth._passwords import Hash
from cordio_core.auth._words import refuse_text

__all__ = ["ApiKey", "Client", "User"]

_KEY_HASH = re.compile(r"sha256:[0-9a-f]{64}")
_FINGERPRINT = re.compile(r"[0-9a-f]{64}")
_SAN = re.compile(r"(dns|uri|email|ip):\S+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ApiKey:
    """An API key that is let in.

    Parameters
    ----------
    hash : str
        What `new_key` gave beside the key: ``sha256:`` and 64 digits.
    rights : tuple of str
        What its holder may.

    Examples
    --------
    >>> ApiKey("sha256:" + 64 * "0", ("orders:read",))
    ApiKey(rights=('orders:read',))
    >>> ApiKey("hunter2")
    Traceback (most recent call last):
    ValueError: the hash of an API key is 'sha256:' and 64 hexadecimal digits: take both from new_key()
    """

    hash: str = field(repr=False, metadata={"secret": True})
    rights: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what is no hash, without repeating it: it may be the key itself."""
        refuse_text("rights", self.rights)
        if not isinstance(self.hash, str) or not _KEY_HASH.fullmatch(self.hash):
            raise ValueError(
                "the hash of an API key is 'sha256:' and 64 hexadecimal digits: take both from new_key()"
            )


@dataclass(frozen=True, slots=True)
class Client:
    """A client certificate that is let in; exactly one of the first three says which.

    Parameters
    ----------
    subject : str or None
        Its whole subject (RFC 4514), as ``openssl x509 -noout -subject -nameopt RFC2253`` prints it.
    san : str or None
        One of its alternative names (RFC 5280, section 4.2.1.6): ``dns:``, ``uri:``, ``email:`` or ``ip:``
        and the name.
    fingerprint : str or None
        The SHA-256 of the certificate, 64 hexadecimal digits, with or without colons.
    rights : tuple of str
        What its holder may.

    Examples
    --------
    >>> Client(san="uri:spiffe://shop/orders", rights=("orders:write",)).san
    'uri:spiffe://shop/orders'
    >>> Client()
    Traceback (most recent call last):
    ValueError: a client certificate is named by one of subject, san and fingerprint, not by 0 of them
    """

    subject: str | None = None
    san: str | None = None
    fingerprint: str | None = None
    rights: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what names no certificate, or could name any."""
        refuse_text("rights", self.rights)
        named = [name for name in (self.subject, self.san, self.fingerprint) if name is not None]
        if len(named) != 1 or not named[0].strip():
            raise ValueError(
                "a client certificate is named by one of subject, san and fingerprint, "
                f"not by {len(list(filter(str.strip, named)))} of them"
            )
        if self.san is not None and not _SAN.fullmatch(self.san):
            raise ValueError("a san starts with dns:, uri:, email: or ip:, as in 'dns:orders.local'")
        if self.fingerprint is not None and not _FINGERPRINT.fullmatch(self.digest):
            raise ValueError("a fingerprint is the SHA-256 of the certificate: 64 hexadecimal digits")

    @property
    def digest(self) -> str:
        """The fingerprint in its plain form: lower case, no colons; empty if it is not set."""
        return (self.fingerprint or "").replace(":", "").lower()


@dataclass(frozen=True, slots=True)
class User:
    """Someone who manages the application by a password.

    Parameters
    ----------
    hash : str
        What `hashed` made of the password.
    rights : tuple of str
        What the user may.

    Examples
    --------
    >>> User("hunter2")
    Traceback (most recent call last):
    ValueError: it is no hash of a password: take it from cordio_core.auth.hashed('the password')
    """

    hash: str = field(repr=False, metadata={"secret": True})
    rights: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what is no hash, without repeating it: it may be the password itself."""
        refuse_text("rights", self.rights)
        Hash.read(self.hash)
