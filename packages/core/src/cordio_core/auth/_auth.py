"""The service `auth`: who asks."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from cordio_core._handed import refuse_type
from cordio_core._request import Request
from cordio_core.auth._caller import Caller
from cordio_core.auth._doors import Doors
from cordio_core.auth._settings import AuthSettings
from cordio_core.tls import Tls

__all__ = ["Auth"]


class Auth:
    """Tells who asks, by what a request shows: a bearer token, an API key, a client certificate or a password.

    Parameters
    ----------
    settings : AuthSettings
        The section ``auth``.
    tls : Tls or None
        What checks the server that the keys of tokens come from; by the system's authorities unless given.

    Raises
    ------
    AuthError
        If what the settings need is not installed.

    Examples
    --------
    >>> import asyncio
    >>> from cordio_core import get
    >>> from cordio_core.auth import ApiKey, new_key
    >>> key, stored = new_key()
    >>> auth = Auth(AuthSettings(keys={"till": ApiKey(stored, ("orders:write",))}))
    >>> asyncio.run(auth.caller(Request(get("/"), headers={"x-api-key": key})))
    Caller(name='till', rights=frozenset({'orders:write'}), kind='key')
    >>> asyncio.run(auth.caller(Request(get("/")))) is None
    True
    """

    def __init__(self, settings: AuthSettings, tls: Tls | None = None) -> None:
        refuse_type("settings", settings, AuthSettings, "write AuthSettings(...)", is_needed=True)
        refuse_type("tls", tls, Tls, "write Tls(TlsSettings(...)), or leave it out")
        self._tls = tls
        self._doors = Doors(settings, tls)

    @property
    def settings(self) -> AuthSettings:
        """The settings in force."""
        return self._doors.settings

    async def caller(self, request: Request, *, basic: bool = False) -> Caller | None:
        """Tell who asks.

        ``Authorization`` or the header of API keys decides where it is there; else the client certificate of
        the connection; else, for a moment of a schedule or an internal event, the application itself. It is
        found out once for a request, and stands in its ``caller`` then.

        Parameters
        ----------
        request : Request
            The request, of an event of any kind; messages bear the same headers.
        basic : bool
            Whether a user's password is taken too.

        Returns
        -------
        Caller or None
            None if nothing is shown.

        Raises
        ------
        Refused
            If what is shown does not hold.
        Unavailable
            If there are no keys to check a token with.
        """
        known = request.caller
        if isinstance(known, Caller) and (basic or known.kind != "password"):
            return known
        request.caller = found = await self._doors.caller(request, basic)
        return found

    async def take(self, settings: AuthSettings) -> None:
        """Put other settings in force: requests that come from now on are judged by them.

        Parameters
        ----------
        settings : AuthSettings
            The section ``auth`` as it is now.

        Raises
        ------
        AuthError
            If they cannot be used; the former ones stay in force then.
        """
        doors = Doors(settings, self._tls)
        await doors.open()
        former, self._doors = self._doors, doors
        await former.close()

    async def health(self) -> None:
        """Tell whether the keys of tokens can be fetched.

        Raises
        ------
        AuthError
            If they cannot, with the age of those that are used meanwhile.
        """
        if self._doors.tokens is not None:
            self._doors.tokens.source.check()

    async def __aenter__(self) -> Self:
        """Fetch the keys of tokens."""
        await self._doors.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        """Give up fetching."""
        await self._doors.close()
