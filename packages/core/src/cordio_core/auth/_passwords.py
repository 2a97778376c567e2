"""Passwords, as they are kept: by scrypt (RFC 7914)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from typing import Self

__all__ = ["Hash", "hashed"]

# One of the sets of parameters that OWASP's Password Storage Cheat Sheet holds equal; 16 MiB a check.
_COST, _BLOCK, _LANES = 2**14, 8, 5
_SALT, _LENGTH, _MEMORY = 16, 32, 64 * 1024 * 1024
_WRITTEN = re.compile(r"scrypt:([A-Za-z0-9_-]{22}):([A-Za-z0-9_-]{43})")


@dataclass(frozen=True, slots=True, repr=False)
class Hash:
    """A password that can be recognised but not read.

    Parameters
    ----------
    salt : bytes
        What makes equal passwords look different.
    digest : bytes
        What scrypt makes of both.
    """

    salt: bytes
    digest: bytes

    @classmethod
    def read(cls, written: str) -> Self:
        """Read one as `hashed` writes it; raise ValueError, without repeating it, if it is none."""
        found = _WRITTEN.fullmatch(written)
        if found is None:
            raise ValueError(
                "it is no hash of a password: take it from cordio_core.auth.hashed('the password')"
            )
        return cls(*(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in found.groups()))

    @classmethod
    def of_nobody(cls) -> Self:
        """Make one that no password fits; to check it takes as long as any other."""
        return cls(secrets.token_bytes(_SALT), secrets.token_bytes(_LENGTH))

    def fits(self, password: str) -> bool:
        """Tell whether it is this password's; takes some 100 ms, so call it in a thread."""
        return hmac.compare_digest(_digest(password, self.salt), self.digest)


def hashed(password: str) -> str:
    """Make of a password what can stand in the settings.

    Parameters
    ----------
    password : str
        The password, at least 12 characters.

    Returns
    -------
    str
        Its hash, for ``auth.users.<name>.hash``; different each time.

    Raises
    ------
    ValueError
        If it is too short; it is not repeated.

    Examples
    --------
    >>> hashed("correct horse battery staple").startswith("scrypt:")
    True
    """
    if len(password) < 12:
        raise ValueError("a password for management has at least 12 characters")
    salt = secrets.token_bytes(_SALT)
    return f"scrypt:{_text(salt)}:{_text(_digest(password, salt))}"


def _digest(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(
        password.encode("utf-8", "surrogatepass"),
        salt=salt,
        n=_COST,
        r=_BLOCK,
        p=_LANES,
        maxmem=_MEMORY,
        dklen=_LENGTH,
    )


def _text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode("ascii")
