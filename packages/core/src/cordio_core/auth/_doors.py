"""All the ways in, as one set of settings opens them."""

from __future__ import annotations

from cordio_core._request import Request
from cordio_core.auth._api_keys import ApiKeys
from cordio_core.auth._caller import Caller
from cordio_core.auth._certificates import Certificates
from cordio_core.auth._credentials import API_KEY, Credentials
from cordio_core.auth._exceptions import Refused
from cordio_core.auth._key_source import KeySource
from cordio_core.auth._settings import AuthSettings
from cordio_core.auth._tokens import Tokens
from cordio_core.auth._users import Users
from cordio_core.tls import Tls, TlsSettings, client_context

__all__ = ["Doors"]

# Kinds of events that come from the application itself, so that nobody outside can be behind them.
_INTERNAL = frozenset({"internal", "schedule"})


class Doors:
    """Finds the caller of a request.

    Parameters
    ----------
    settings : AuthSettings
        The section ``auth``.
    tls : Tls or None
        What checks the server that the keys of tokens come from.
    """

    def __init__(self, settings: AuthSettings, tls: Tls | None) -> None:
        self.settings = settings
        self.tokens = None if settings.jwks is None else Tokens(settings, _source(settings, tls))
        self._keys = ApiKeys(settings.keys)
        self._users = Users(settings.users)
        self._certificates = Certificates(settings.certificates) if settings.certificates else None
        self._header = settings.header.lower()
        self._own = frozenset(settings.internal)

    async def open(self) -> None:
        """Fetch the keys of tokens."""
        if self.tokens is not None:
            await self.tokens.source.open()

    async def close(self) -> None:
        """Give up fetching."""
        if self.tokens is not None:
            await self.tokens.source.close()

    async def caller(self, request: Request, basic: bool) -> Caller | None:
        """Find the caller; None if nothing is shown."""
        shown = Credentials.read(request.headers, self._header)
        if shown is not None:
            return await self._shown(shown, basic)
        if self._certificates is not None and request.certificate is not None:
            return self._certificates.caller(request.certificate)
        if request.event.kind in _INTERNAL:
            return Caller(request.event.kind, self._own, "internal")
        return None

    async def _shown(self, shown: Credentials, basic: bool) -> Caller:
        if shown.scheme == API_KEY:
            return self._keys.caller(shown.value)
        if shown.scheme == "bearer" and self.tokens is not None:
            return await self.tokens.caller(shown.value)
        if shown.scheme == "basic" and basic:
            return await self._users.caller(shown.value)
        raise Refused("token", "credentials of this scheme are not taken here")


def _source(settings: AuthSettings, tls: Tls | None) -> KeySource:
    address = settings.address
    if address is None or address.scheme != "https":
        return KeySource(settings, None)
    return KeySource(settings, client_context(TlsSettings()) if tls is None else tls.client)
