"""Whether a token is signed by whom it says, and holds, as joserfc finds it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from joserfc import jwt
from joserfc.errors import BadSignatureError, ClaimError, JoseError, UnsupportedAlgorithmError
from joserfc.jwa import JWSAlgModel
from joserfc.jws import JWSRegistry
from joserfc.jwt import Claims, JWTClaimsRegistry, Token

from cordio_core.auth._exceptions import Refused
from cordio_core.auth._settings import AuthSettings

if TYPE_CHECKING:
    from joserfc.jwk import GuestProtocol, Key

    from cordio_core.auth._jwks import Jwks

__all__ = ["Signatures", "UnknownKey"]


class UnknownKey(Exception):
    """A token names a key that is not in the set."""


class _Pinned(JWSRegistry):
    """The algorithms of the settings and no others; a token has no say in it."""

    def __init__(self, settings: AuthSettings) -> None:
        super().__init__(algorithms=settings.algorithms, strict_check_header=False)
        limit = settings.token_limit
        self.max_header_length = self.max_payload_length = self.max_signature_length = limit

    def get_alg(self, name: str) -> JWSAlgModel:
        if name not in (self.allowed or ()):
            raise UnsupportedAlgorithmError
        return self.algorithms[name]


class Signatures:
    """Checks tokens (RFC 7519, section 7.2) as RFC 8725 advises.

    Parameters
    ----------
    settings : AuthSettings
        The section ``auth``.
    """

    def __init__(self, settings: AuthSettings) -> None:
        self._registry = _Pinned(settings)
        self._typ = settings.typ
        self._claims = JWTClaimsRegistry(
            leeway=int(settings.leeway),
            exp={"essential": True},
            sub={"essential": True},
            iss={"essential": True, "value": settings.issuer or ""},
            aud={"essential": True, "values": list(settings.audience)},
        )

    def claims(self, token: str, keys: Jwks) -> Claims:
        """Return what a token claims.

        Parameters
        ----------
        token : str
            The token, in its compact form.
        keys : Jwks
            The keys that may have signed it.

        Returns
        -------
        dict
            Its claims.

        Raises
        ------
        Refused
            If it is none, is signed by no such key, or does not hold.
        UnknownKey
            If it names a key that is not in the set.
        """
        try:
            found = self._decoded(token, keys)
            self._check_type(found.header.get("typ"))
            self._claims.validate(found.claims)
        except (Refused, UnknownKey):
            raise
        except Exception as error:  # a stranger's text in a parser: no error of it may become an answer 500
            raise Refused("token", _reason(error)) from None
        return found.claims

    def _decoded(self, token: str, keys: Jwks) -> Token:
        choice = _Choice(keys)
        while True:
            try:
                return jwt.decode(token, choice, registry=self._registry)
            except BadSignatureError:
                if not choice.more:
                    raise

    def _check_type(self, found: object) -> None:
        """Compare as media types are, whose ``application/`` may be left out (RFC 7515, section 4.1.9)."""
        if self._typ is not None:
            said = found.lower().removeprefix("application/") if isinstance(found, str) else None
            if said != self._typ.lower().removeprefix("application/"):
                raise Refused("token", "it is of another type than auth.typ")


class _Choice:
    """Chooses the key by the header, after its algorithm was checked; two keys may have one name."""

    def __init__(self, keys: Jwks) -> None:
        self._keys, self._turn = keys, 0
        self.more = False

    def __call__(self, signed: GuestProtocol) -> Key:
        header = signed.headers()
        if "crit" in header:  # no extension is understood here (RFC 7515, section 4.1.11; RFC 7797, section 7)
            raise Refused("token", "it has critical headers")
        found = self._keys.fitting(header.get("kid"), header["alg"])
        if not found:
            raise UnknownKey
        key = found[self._turn]
        self._turn += 1
        self.more = self._turn < len(found)
        return key


def _reason(error: Exception) -> str:
    """Say what is wrong in words of our own: an error's text may repeat the token's."""
    if isinstance(error, ClaimError):
        return f"{error.error} {error.claim}"
    return error.error if isinstance(error, JoseError) else "it is malformed"
