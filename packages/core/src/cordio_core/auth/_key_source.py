"""The keys of tokens: fetched once for all who wait, renewed in time, kept while they cannot be fetched."""

from __future__ import annotations

import asyncio
import math
import ssl
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from cordio_core.auth._exceptions import AuthError, Unavailable
from cordio_core.auth._fetch import fetched
from cordio_core.auth._settings import AuthSettings

if TYPE_CHECKING:
    from cordio_core.auth._jwks import Jwks

__all__ = ["KeySource"]


class KeySource:
    """The set of keys that `AuthSettings.jwks` names.

    Parameters
    ----------
    settings : AuthSettings
        The section ``auth``; its `jwks` is set.
    context : ssl.SSLContext or None
        What checks the server of an ``https`` address.
    """

    def __init__(self, settings: AuthSettings, context: ssl.SSLContext | None) -> None:
        self._settings, self._context = settings, context
        self._keys: Jwks | None = None
        self._fetched = self._tried = -math.inf
        self._flight: asyncio.Task[None] | None = None
        self._trouble: AuthError | None = None

    async def open(self) -> None:
        """Read a file, whose mistakes end a start; begin to fetch from an address, which may be down now.

        Raises
        ------
        AuthError
            If the file is no set of keys that can be used.
        """
        flight = self._begun()
        if self._settings.address is None and flight is not None:
            try:
                await asyncio.wait([flight])
            except asyncio.CancelledError:
                await self.close()
                raise
            if self._trouble is not None:
                raise self._trouble

    async def close(self) -> None:
        """Give up a fetch that is under way."""
        flight, self._flight = self._flight, None
        if flight is not None and not flight.done():
            flight.cancel()
            await asyncio.wait([flight])

    async def keys(self) -> Jwks:
        """Return the keys; old ones are renewed beside, without waiting for it.

        Returns
        -------
        Jwks
            The set.

        Raises
        ------
        Unavailable
            If there are none, or only such as are too old.
        """
        if self._keys is None or self._age > self._settings.stale:
            return await self.renewed()
        if self._age >= self._settings.refresh:
            self._begun()
        return self._keys

    async def renewed(self) -> Jwks:
        """Return the keys after a fetch; those of the last one if it was a moment ago.

        Returns
        -------
        Jwks
            The set.

        Raises
        ------
        Unavailable
            If there are none, or only such as are too old.
        """
        flight = self._begun()
        if flight is not None:
            await asyncio.wait([flight])  # who stops waiting stops nobody else's fetch
        if self._keys is None or self._age > self._settings.stale:
            raise Unavailable(str(self._trouble or "they are not fetched yet"), self._settings.cooldown)
        return self._keys

    def check(self) -> None:
        """Raise what keeps the keys from being renewed, with the age of those in use."""
        if self._trouble is None:
            return
        where, what = self._trouble.where, self._trouble.what
        if self._keys is not None:
            left = max(self._settings.stale - self._age, 0.0)
            what = f"{what}; keys of {self._age:.0f} s ago are used for {left:.0f} s more"
        raise AuthError(where, what, self._trouble.cure)

    @property
    def _age(self) -> float:
        return monotonic() - self._fetched

    def _begun(self) -> asyncio.Task[None] | None:
        """Return the fetch under way, or a new one; None if the last was a moment ago."""
        if self._flight is not None and not self._flight.done():
            return self._flight
        if monotonic() - self._tried < self._settings.cooldown:
            return None
        self._flight = asyncio.create_task(self._renew(), name="auth: keys of tokens")
        return self._flight

    async def _renew(self) -> None:
        try:
            self._keys = await self._loaded()
            self._fetched, self._trouble = monotonic(), None
        except AuthError as error:
            self._trouble = error
        except Exception as error:  # health tells it; the keys that are there go on
            self._trouble = AuthError(str(self._settings.jwks), type(error).__name__, "report it")
        finally:
            self._tried = monotonic()

    async def _loaded(self) -> Jwks:
        from cordio_core.auth._jwks import Jwks

        settings = self._settings
        where, content = await self._content()
        return Jwks(where, content, settings.algorithms, settings.keys_limit)

    async def _content(self) -> tuple[str, bytes]:
        settings, address = self._settings, self._settings.address
        if address is not None:
            most, within = settings.jwks_limit, settings.timeout
            content = await fetched(address, self._context, most=most, within=within)
            return f"{address.scheme}://{address.netloc}{address.path}", content
        file = settings.jwks or ""
        return file, await asyncio.to_thread(_read, file, settings.jwks_limit)


def _read(file: str, most: int) -> bytes:
    try:
        with Path(file).open("rb") as opened:
            content = opened.read(most + 1)
    except OSError as error:
        said = error.strerror or str(error)
        raise AuthError(file, said, "auth.jwks names a file that this user may read") from None
    if len(content) > most:
        raise AuthError(file, f"it is larger than {most} bytes", "set auth.jwks_limit")
    return content
