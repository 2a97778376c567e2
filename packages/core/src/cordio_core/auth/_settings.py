"""What can be set of who is let in."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urlsplit

from cordio_core._duration import Duration
from cordio_core._size import Size
from cordio_core.auth._entries import ApiKey, Client, User
from cordio_core.auth._words import refuse_others, refuse_text

__all__ = ["ASYMMETRIC", "SYMMETRIC", "AuthSettings"]

# RFC 7518, section 3.1; RFC 8037, section 3.1; RFC 9864, section 2.2. The numbers: the shortest key, in bytes.
ASYMMETRIC = frozenset("RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA Ed25519 Ed448".split())
SYMMETRIC = {"HS256": 32, "HS384": 48, "HS512": 64}
_MOST_LEEWAY = 600.0
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_HOLDERS: dict[str, type] = {"keys": ApiKey, "certificates": Client, "users": User}
_POSITIVE = ("refresh", "cooldown", "stale", "timeout", "token_limit", "jwks_limit", "keys_limit")


@dataclass(frozen=True, slots=True)
class AuthSettings:
    """The section ``auth``.

    Parameters
    ----------
    jwks : str or None
        The keys that tokens are signed with, a JWK Set (RFC 7517, section 5): an ``https://`` address
        (``http://`` on this machine alone) or a file. No tokens are taken unless it is set.
    issuer : str or None
        The ``iss`` that tokens must have; needed with `jwks`.
    audience : tuple of str
        What the ``aud`` of a token must hold one of; needed with `jwks`.
    algorithms : tuple of str
        The algorithms that signatures may have; no others, whatever a token says (RFC 8725, section 3.1).
        HMAC (``HS256`` …) only alone, and with keys from a file.
    typ : str or None
        The ``typ`` that tokens must have: ``at+jwt`` lets in access tokens alone (RFC 9068, section 4).
    rights : str
        The claim with the caller's rights: ``scope`` (words with spaces between, RFC 8693, section 4.2), or
        another, such as ``permissions`` or ``roles``: a list of words.
    leeway : Duration
        How far clocks may differ, in seconds; at most ten minutes.
    refresh : Duration
        After what time keys are fetched again, in seconds.
    cooldown : Duration
        How long after a fetch no unknown key makes another, in seconds.
    stale : Duration
        How long keys are used on while they cannot be fetched, in seconds.
    timeout : Duration
        The limit of a fetch, in seconds.
    token_limit : Size
        The longest token that is looked at, in bytes.
    jwks_limit : Size
        The largest set of keys that is read, in bytes.
    keys_limit : int
        The most keys in a set.
    header : str
        The header with an API key.
    keys : mapping of str to ApiKey
        API keys by the name of their holder.
    certificates : mapping of str to Client
        Client certificates by the name of their holder; the first that fits counts.
    users : mapping of str to User
        Users with a password; taken only where a handler says ``allow(…, basic=True)``.
    internal : tuple of str
        What the application itself may: moments of a schedule and internal events have no other caller.

    Examples
    --------
    >>> AuthSettings(jwks="https://id.example/keys", issuer="https://id.example", audience=("orders",)).leeway
    30.0
    >>> AuthSettings(jwks="https://id.example/keys")
    Traceback (most recent call last):
    ValueError: auth.jwks needs auth.issuer and auth.audience: without them a token for any other service ...
    """

    jwks: str | None = None
    issuer: str | None = None
    audience: tuple[str, ...] = ()
    algorithms: tuple[str, ...] = ("RS256", "ES256")
    typ: str | None = None
    rights: str = "scope"
    leeway: Duration = Duration("30s")
    refresh: Duration = Duration("10m")
    cooldown: Duration = Duration("10s")
    stale: Duration = Duration("24h")
    timeout: Duration = Duration("5s")
    token_limit: Size = Size("8KiB")
    jwks_limit: Size = Size("256KiB")
    keys_limit: int = 64
    header: str = "X-API-Key"
    keys: Mapping[str, ApiKey] = field(default_factory=dict)
    certificates: Mapping[str, Client] = field(default_factory=dict)
    users: Mapping[str, User] = field(default_factory=dict)
    internal: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what cannot be meant, or would let in too many."""
        for name in ("audience", "algorithms", "internal"):
            refuse_text(f"auth.{name}", getattr(self, name))
        for name, kind in _HOLDERS.items():
            refuse_others(f"auth.{name}", getattr(self, name), kind)
        _check_limits(self)
        _check_algorithms(self.algorithms)
        if not _HEADER.fullmatch(self.header) or self.header.lower() == "authorization":
            raise ValueError("auth.header is the name of a header of its own, such as X-API-Key")
        if len({key.hash for key in self.keys.values()}) < len(self.keys):
            raise ValueError("auth.keys holds one key twice: give each holder a key of its own")
        if self.jwks is not None:
            _check_tokens(self)

    @property
    def address(self) -> SplitResult | None:
        """The address of the keys in its parts; None if they are in a file, or not set."""
        return urlsplit(self.jwks) if self.jwks is not None and "://" in self.jwks else None


def _check_limits(settings: AuthSettings) -> None:
    for name in _POSITIVE:
        if getattr(settings, name) <= 0:
            raise ValueError(f"auth.{name} must be more than 0")
    if settings.leeway > _MOST_LEEWAY:
        raise ValueError(
            "auth.leeway is at most 10m: more keeps expired tokens alive (RFC 7519, section 4.1.4)"
        )


def _check_algorithms(algorithms: tuple[str, ...]) -> None:
    unknown = [name for name in algorithms if name not in ASYMMETRIC and name not in SYMMETRIC]
    if unknown or not algorithms:
        said = f"{unknown[0]!r} is none" if unknown else "there is none"
        known = ", ".join([*sorted(ASYMMETRIC), *SYMMETRIC])
        raise ValueError(f"auth.algorithms names algorithms that sign, but {said}: take some of {known}")
    if len({name in SYMMETRIC for name in algorithms}) > 1:
        raise ValueError(
            "auth.algorithms mixes HMAC with public keys, so that a public key could pass for a secret: "
            "take one or the other (RFC 8725, section 2.1)"
        )


def _check_tokens(settings: AuthSettings) -> None:
    if not settings.issuer or not all(settings.audience) or not settings.audience:
        raise ValueError(
            "auth.jwks needs auth.issuer and auth.audience: without them a token for any other service "
            "would be let in (RFC 8725, sections 3.8 and 3.9)"
        )
    parts = settings.address
    if parts is not None:
        _check_address(parts, settings.jwks or "")
        if settings.algorithms[0] in SYMMETRIC:
            raise ValueError("auth.jwks of HMAC keys is a file: a secret is not fetched from an address")


def _check_address(parts: SplitResult, written: str) -> None:
    extra = (parts.username, parts.password, parts.fragment or None)
    sendable = written.isascii() and written.isprintable() and " " not in written
    if extra != (None, None, None) or not parts.hostname or not sendable or parts.port == 0:
        raise ValueError(
            "auth.jwks is an address without user, password and fragment: https://id.example/keys"
        )
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_here(parts.hostname)):
        raise ValueError("auth.jwks is an https:// address, or a file; http:// is for this machine alone")


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
