"""Callers by bearer token (RFC 6750)."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Mapping
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

from cordio_core.auth._caller import Caller
from cordio_core.auth._exceptions import AuthError, Refused
from cordio_core.auth._key_source import KeySource
from cordio_core.auth._settings import AuthSettings

if TYPE_CHECKING:
    from cordio_core.auth._signatures import Signatures

__all__ = ["Tokens"]

_COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*")


class Tokens:
    """Checks signed tokens (RFC 7519).

    Parameters
    ----------
    settings : AuthSettings
        The section ``auth``; its `jwks` is set.
    source : KeySource
        The keys that they may be signed with.

    Raises
    ------
    AuthError
        If joserfc is not installed.
    """

    def __init__(self, settings: AuthSettings, source: KeySource) -> None:
        if importlib.util.find_spec("joserfc") is None:
            raise AuthError("auth.jwks", "tokens are checked by joserfc", "pip install 'cordio-core[auth]'")
        self.source = source
        self._settings = settings

    async def caller(self, token: str) -> Caller:
        """Tell who a token is of.

        Parameters
        ----------
        token : str
            The token.

        Returns
        -------
        Caller
            Its subject, with the rights and the claims in it.

        Raises
        ------
        Refused
            If it does not hold.
        Unavailable
            If there are no keys to check it with.
        """
        if len(token) > self._settings.token_limit:
            raise Refused("token", f"it is longer than auth.token_limit, {self._settings.token_limit} bytes")
        if not _COMPACT.fullmatch(token):
            raise Refused("token", "it is no signed token")
        claims = MappingProxyType(await self._checked(token))
        return Caller(str(claims["sub"]), self._rights(claims), "token", claims)

    @cached_property
    def _signatures(self) -> Signatures:
        from cordio_core.auth._signatures import Signatures

        return Signatures(self._settings)

    async def _checked(self, token: str) -> dict[str, object]:
        from cordio_core.auth._signatures import UnknownKey

        known = await self.source.keys()
        try:
            return self._signatures.claims(token, known)
        except UnknownKey:
            pass
        try:
            return self._signatures.claims(token, await self.source.renewed())
        except UnknownKey:
            raise Refused("token", "it is signed with an unknown key") from None

    def _rights(self, claims: Mapping[str, object]) -> frozenset[str]:
        """Read words with spaces between (RFC 8693, section 4.2), or a list; else there are none."""
        said = claims.get(self._settings.rights, "")
        words = said.split(" ") if isinstance(said, str) else said
        if not isinstance(words, list):
            return frozenset()
        return frozenset(word for word in words if isinstance(word, str) and word)
