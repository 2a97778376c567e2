"""One small document over HTTP: within a time, of a size, from that address and no other."""

from __future__ import annotations

import asyncio
import http.client
import io
import ssl
from email.message import Message
from urllib.parse import SplitResult

from cordio_core.auth._exceptions import AuthError

__all__ = ["fetched"]

_HEAD = 16 * 1024  # bytes of a status line with its headers, or of a line between chunks
_OK = 200
_CURE = "auth.jwks names the address of a JWK Set: see that it answers there"


async def fetched(address: SplitResult, context: ssl.SSLContext | None, *, most: int, within: float) -> bytes:
    """Get a document; a redirect is an error, and no proxy is asked.

    Parameters
    ----------
    address : SplitResult
        Its ``http`` or ``https`` address.
    context : ssl.SSLContext or None
        What checks the server; None for ``http``.
    most : int
        The largest document, in bytes.
    within : float
        The limit for the whole, in seconds.

    Returns
    -------
    bytes
        The body of the answer.

    Raises
    ------
    AuthError
        If there is none.
    """
    where = f"{address.scheme}://{address.netloc}{address.path}"
    try:
        async with asyncio.timeout(within):
            return await _got(address, context, most)
    except TimeoutError:
        raise AuthError(where, f"no answer within {within:g} s", _CURE) from None
    except asyncio.IncompleteReadError:
        raise AuthError(where, "the answer ends too early", _CURE) from None
    except (asyncio.LimitOverrunError, http.client.HTTPException, ValueError) as error:
        raise AuthError(where, str(error) or "the answer is no HTTP", _CURE) from None
    except OSError as error:
        raise AuthError(where, error.strerror or str(error) or type(error).__name__, _CURE) from None


async def _got(address: SplitResult, context: ssl.SSLContext | None, most: int) -> bytes:
    port = address.port or (443 if address.scheme == "https" else 80)
    reader, writer = await asyncio.open_connection(address.hostname, port, ssl=context, limit=_HEAD)
    try:
        writer.write(_request(address))
        await writer.drain()
        return await _body(reader, most)
    finally:
        writer.transport.abort()  # a farewell could wait for a server that says nothing


def _request(address: SplitResult) -> bytes:
    target = (address.path or "/") + (f"?{address.query}" if address.query else "")
    lines = [
        f"GET {target} HTTP/1.1",
        f"Host: {address.netloc}",
        "Accept: application/jwk-set+json, application/json",
        "Accept-Encoding: identity",
        "User-Agent: cordio-core",
        "Connection: close",
    ]
    return "\r\n".join([*lines, "", ""]).encode("ascii")


async def _body(reader: asyncio.StreamReader, most: int) -> bytes:
    """Read an answer (RFC 9112, section 6.3)."""
    headers = await _head(reader)
    if headers.get("content-encoding", "identity").lower() != "identity":
        raise ValueError("the answer is compressed, which was not asked for")
    if "chunked" in headers.get("transfer-encoding", "").lower():
        return await _chunks(reader, most)
    if (length := headers.get("content-length")) is not None:
        return await reader.readexactly(_bounded(int(length), most))
    found = await reader.read(most + 1)
    while (more := await reader.read(most + 1 - len(found))) != b"":
        found += more
    _bounded(len(found), most)
    return found


async def _head(reader: asyncio.StreamReader) -> Message:
    try:
        raw = io.BytesIO(await reader.readuntil(b"\r\n\r\n"))
    except asyncio.LimitOverrunError:
        raise ValueError("its headers are too long") from None
    version, _, rest = raw.readline(_HEAD).partition(b" ")
    if not version.startswith(b"HTTP/1."):
        raise ValueError("the answer is no HTTP")
    status = int(rest[:3])
    if status != _OK:
        redirect = ", which leads elsewhere and is not followed" if 300 <= status < 400 else ""
        raise ValueError(f"it answers {status}{redirect}")
    return http.client.parse_headers(raw)


async def _chunks(reader: asyncio.StreamReader, most: int) -> bytes:
    """Read a body in chunks (RFC 9112, section 7.1)."""
    found = bytearray()
    while (size := int((await reader.readuntil(b"\r\n")).partition(b";")[0], 16)) != 0:
        _bounded(len(found) + size, most)
        found += await reader.readexactly(size)
        await reader.readexactly(2)
    return bytes(found)


def _bounded(size: int, most: int) -> int:
    if not 0 <= size <= most:
        raise ValueError(f"the answer is larger than auth.jwks_limit, {most} bytes")
    return size
