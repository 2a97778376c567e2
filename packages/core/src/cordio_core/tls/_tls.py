"""The service `tls`: the contexts of an application, kept fresh."""

from __future__ import annotations

import asyncio
import os
import ssl
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from cordio_core._handed import refuse_type
from cordio_core.tls._certificate import Certificate
from cordio_core.tls._context import client_context, load, server_context
from cordio_core.tls._exceptions import TlsError, TlsWarning
from cordio_core.tls._settings import TlsSettings

__all__ = ["Tls"]

_Mark = tuple[tuple[int, int, int] | None, ...]


class Tls:
    """Contexts for servers and clients that take up new certificates while they are in use.

    A renewed certificate serves the connections that begin after it; files that do not fit together are left
    out, the former certificate goes on, and `health` says why. Authorities are read once, at the start.

    Parameters
    ----------
    settings : TlsSettings
        The section ``tls``.

    Raises
    ------
    TlsError
        If a file is missing or cannot be used.
    CoreError
        If the settings are none.

    Examples
    --------
    >>> tls = Tls(TlsSettings())
    >>> tls.client.verify_mode.name, tls.certificate
    ('CERT_REQUIRED', None)
    """

    def __init__(self, settings: TlsSettings) -> None:
        refuse_type("settings", settings, TlsSettings, "write TlsSettings(...)", is_needed=True)
        self._settings = settings
        self._mark = self._look()
        self._trouble: TlsError | None = None
        # Without files of one's own there is nothing to check, and the system's authorities take long to read.
        has_files = settings.authorities is not None or settings.certificate is not None
        self._client = client_context(settings) if has_files else None
        self._server: ssl.SSLContext | None = None
        self.certificate: Certificate | None = None
        if settings.certificate is not None:
            self._server = server_context(settings)
            self.certificate = Certificate.read(settings.certificate)
        self._watch: asyncio.Task[None] | None = None

    @property
    def client(self) -> ssl.SSLContext:
        """The context of what this service connects to.

        Returns
        -------
        ssl.SSLContext
            One for all of it.
        """
        if self._client is None:
            self._client = client_context(self._settings)
        return self._client

    @property
    def server(self) -> ssl.SSLContext:
        """The context of this service's listeners.

        Returns
        -------
        ssl.SSLContext
            One for all of them.

        Raises
        ------
        TlsError
            If the section names no certificate.
        """
        return self._server if self._server is not None else server_context(self._settings)

    def renew(self) -> bool:
        """Look at the files, and take up what is new.

        Returns
        -------
        bool
            Whether a new certificate is in use.
        """
        mark = self._look()
        if mark == self._mark or self._settings.certificate is None:
            self._trouble = None  # what is in use is there again
            return False
        try:
            server_context(self._settings)  # a pair that does not fit would spoil a live context
            found = Certificate.read(self._settings.certificate)
            for context in filter(None, (self._server, self._client)):
                load(context, self._settings)
        except TlsError as error:
            self._trouble = error
            return False
        self._mark, self._trouble, self.certificate = mark, None, found
        return True

    async def health(self) -> None:
        """Tell whether the certificate holds, and will go on to.

        Raises
        ------
        TlsError
            If it has run out.
        TlsWarning
            If it will soon, or its renewal cannot be used.
        """
        if self.certificate is not None and self._settings.certificate is not None:
            self._refuse_end(self._settings.certificate, self.certificate.ends)
        if self._trouble is not None:
            raise TlsWarning(self._trouble.file, self._trouble.what, self._trouble.cure) from self._trouble

    def _refuse_end(self, file: str, ends: datetime) -> None:
        left = (ends - datetime.now(UTC)).total_seconds()
        if left <= 0:
            raise TlsError(file, f"it ran out on {ends:%Y-%m-%d}", "renew it")
        if left <= self._settings.warn:
            raise TlsWarning(file, f"it runs out on {ends:%Y-%m-%d}", "renew it")

    async def __aenter__(self) -> Self:
        """Begin to look after the files."""
        if self._settings.certificate is not None:
            self._watch = asyncio.create_task(self._watching(), name="tls: fresh certificates")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        """Leave the files alone."""
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.wait([self._watch])

    async def _watching(self) -> None:
        while True:
            await asyncio.sleep(self._settings.recheck)
            try:
                self.renew()  # in the loop: no handshake begins between a new certificate and its key
            except OSError as failure:
                self._trouble = TlsError(
                    self._settings.certificate or "", str(failure), "look at the file system"
                )

    def _look(self) -> _Mark:
        return tuple(_state(file) for file in (self._settings.certificate, self._settings.key))


def _state(file: str | None) -> tuple[int, int, int] | None:
    """Return what changes with a file; a link that is turned elsewhere gives another inode."""
    try:
        found = os.stat(file or "")
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
