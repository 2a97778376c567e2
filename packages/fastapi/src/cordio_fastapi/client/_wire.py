"""The connections: aiohttp, imported and opened at the first call."""

from __future__ import annotations

import asyncio
import functools
import ssl
from collections.abc import Mapping
from typing import TYPE_CHECKING, NoReturn

from cordio_fastapi.client._answer import Answer
from cordio_fastapi.client._call import Call
from cordio_fastapi.client._exceptions import (
    AddressRefused,
    AnswerInvalid,
    AnswerTooLarge,
    CertificateRefused,
    ClientClosed,
    ConnectionFailed,
    RequestTimeout,
)

if TYPE_CHECKING:
    import aiohttp

    from cordio_fastapi.client._settings import HttpClientSettings

__all__ = ["Wire"]


class Wire:
    """Sends one request and reads its answer.

    Parameters
    ----------
    settings : HttpClientSettings
        How many connections there may be.
    context : ssl.SSLContext or None
        How servers are checked; by the system's authorities unless given.
    """

    def __init__(self, settings: HttpClientSettings, context: ssl.SSLContext | None) -> None:
        self._settings, self._context = settings, context
        self._session: aiohttp.ClientSession | None = None
        self._closed = False

    async def send(self, call: Call, headers: Mapping[str, str]) -> Answer:
        """Send a request, follow nothing, and read the whole answer.

        Parameters
        ----------
        call : Call
            The request.
        headers : mapping of str to str
            Headers of this attempt, before which those of the call give way.

        Returns
        -------
        Answer
            The answer, of any status.

        Raises
        ------
        RequestError
            If there is none, or it cannot be read.
        """
        import aiohttp
        from yarl import URL

        try:
            async with self._opened(call).request(
                call.method,
                URL(call.url, encoded=True),
                headers={**call.headers, **headers},
                data=call.body,
                allow_redirects=False,
                timeout=_timeout(call.limits.connect, call.limits.read),
            ) as response:
                body = await _body(call, response)
                return Answer(response.status, _joined(response), body, call.where)
        except (aiohttp.ClientError, OSError) as error:
            _raise(call, error)

    async def close(self) -> None:
        """Close the connections; nothing is sent after it."""
        self._closed = True
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    def reopen(self) -> None:
        """Take requests again."""
        self._closed = False

    def _opened(self, call: Call) -> aiohttp.ClientSession:
        if self._closed:
            raise ClientClosed(call.where, "the client is closed: use it inside its block", False)
        if self._session is None:
            self._session = self._made()
        return self._session

    def _made(self) -> aiohttp.ClientSession:
        import aiohttp

        settings = self._settings
        connector = aiohttp.TCPConnector(
            limit=settings.connections,
            limit_per_host=settings.connections_per_host,
            keepalive_timeout=settings.idle,
            ssl=True if self._context is None else self._context,
        )
        # No cookies and no proxies or passwords of the environment: a service is nobody's browser.
        return aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar(), trust_env=False)


@functools.lru_cache(maxsize=64)
def _timeout(connect: float, read: float) -> aiohttp.ClientTimeout:
    import aiohttp

    return aiohttp.ClientTimeout(total=None, connect=connect, sock_read=read)


async def _body(call: Call, response: aiohttp.ClientResponse) -> bytes:
    """Read the answer, as long as it keeps its limit once it is unpacked."""
    limit = call.limits.answer
    pieces, size = [], 0
    if call.method != "HEAD" and (response.content_length or 0) > limit:
        raise _too_large(call)
    async for piece in response.content.iter_any():
        size += len(piece)
        if size > limit:
            raise _too_large(call)
        pieces.append(piece)
    return b"".join(pieces)


def _too_large(call: Call) -> AnswerTooLarge:
    return AnswerTooLarge(call.where, f"the answer may have {call.limits.answer} bytes at most")


def _joined(response: aiohttp.ClientResponse) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for name, value in response.headers.items():
        key = name.lower()
        found[key] = f"{found[key]}, {value}" if key in found else value
    return found


def _raise(call: Call, error: Exception) -> NoReturn:
    """Say what went wrong in our own words: aiohttp's may hold what the server sent."""
    import aiohttp

    where, limits = call.where, call.limits
    if isinstance(error, aiohttp.ConnectionTimeoutError):
        raise RequestTimeout(where, f"no connection within {limits.connect:g} s", False) from error
    if isinstance(error, asyncio.TimeoutError):
        raise RequestTimeout(where, f"nothing came for {limits.read:g} s") from error
    if isinstance(error, aiohttp.ClientSSLError | ssl.SSLError):
        raise CertificateRefused(where, f"no trusted connection: {_tls(error)}", False) from error
    if isinstance(error, aiohttp.ClientConnectorError):
        raise ConnectionFailed(where, f"no connection: {_reason(error)}", False) from error
    if isinstance(error, aiohttp.InvalidURL | aiohttp.NonHttpUrlClientError):
        raise AddressRefused(where, "it is no address that can be called", False) from error
    if isinstance(error, aiohttp.ClientResponseError):
        raise AnswerInvalid(where, "answered what is no HTTP") from None
    raise ConnectionFailed(where, f"the connection broke: {type(error).__name__}") from error


def _reason(error: aiohttp.ClientConnectorError) -> str:
    cause = error.os_error
    return cause.strerror or type(cause).__name__


def _tls(error: Exception) -> str:
    found = getattr(error, "os_error", None) or getattr(error, "certificate_error", None) or error
    told = getattr(found, "verify_message", None) or getattr(found, "reason", None)
    return str(told).replace("_", " ").lower() if told else type(found).__name__
