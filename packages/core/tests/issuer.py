"""Somebody who issues tokens: with keys of its own, and a real server that shows them."""

from __future__ import annotations

import asyncio
import base64
import json
import ssl
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from cordio_core import Duration, Request, get
from cordio_core.auth import AuthSettings

pytest.importorskip("joserfc")

from joserfc import jwt  # noqa: E402
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey  # noqa: E402

ISSUER, AUDIENCE = "https://id.example", "orders"
AT_ONCE = Duration(1e-9)


def rsa_key() -> RSAKey:
    """Make the shortest key that is allowed."""
    return RSAKey.generate_key(2048)


RSA, OTHER_RSA, EC, OKP = rsa_key(), rsa_key(), ECKey.generate_key("P-256"), OKPKey.generate_key("Ed25519")


def shown(*keys: tuple[str | None, Key], **more: object) -> dict[str, object]:
    """Write keys as a set."""
    named = [{} if kid is None else {"kid": kid} for kid, _ in keys]
    return {"keys": [{**key.as_dict(private=False), **name, **more} for name, (_, key) in zip(named, keys)]}


def claims(**more: object) -> dict[str, object]:
    """Claim what is expected; None leaves a claim out."""
    found = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "ann",
        "exp": int(time.time()) + 300,
        "scope": "orders:read orders:write",
        **more,
    }
    return {name: value for name, value in found.items() if value is not None}


def token(
    key: Key = RSA,
    alg: str = "RS256",
    kid: str | None = "one",
    *,
    header: Mapping[str, object] | None = None,
    **more: object,
) -> str:
    """Issue a token."""
    return claiming(more, key, {"alg": alg, **({} if kid is None else {"kid": kid}), **(header or {})})


def claiming(more: Mapping[str, object], key: Key = RSA, header: Mapping[str, object] | None = None) -> str:
    """Issue a token with some claims in place of the usual ones."""
    head = dict(header or {"alg": "RS256", "kid": "one"})
    return jwt.encode(head, claims(**more), key, algorithms=[str(head["alg"])])


def segment(value: object) -> str:
    """Write a part of a token by hand."""
    content = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def bearing(value: str) -> Request:
    """Show a token."""
    return Request(get("/orders"), headers={"authorization": f"Bearer {value}"})


@dataclass
class Issuer:
    """A server of a set of keys.

    Parameters
    ----------
    keys : mapping
        What it shows.
    raw : bytes or None
        A whole answer in place of that.
    """

    keys: object = field(default_factory=lambda: shown(("one", RSA)))
    raw: bytes | None = None
    asked: list[bytes] = field(default_factory=list)
    open: asyncio.Event = field(default_factory=asyncio.Event)
    url: str = ""

    def __post_init__(self) -> None:
        """Answer at once, unless a test holds it."""
        self.open.set()

    def settings(self, **more: object) -> AuthSettings:
        """Trust this issuer."""
        found: dict[str, object] = {"jwks": self.url, "issuer": ISSUER, "audience": (AUDIENCE,), **more}
        return AuthSettings(**found)  # type: ignore[arg-type]

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            self.asked.append(await reader.readuntil(b"\r\n\r\n"))
            await self.open.wait()
            writer.write(self._written())
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    def _written(self) -> bytes:
        if self.raw is not None:
            return self.raw
        body = json.dumps(self.keys).encode()
        return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)


@asynccontextmanager
async def issuing(
    issuer: Issuer | None = None, context: ssl.SSLContext | None = None
) -> AsyncIterator[Issuer]:
    """Serve the keys on this machine."""
    issuer = issuer or Issuer()
    server = await asyncio.start_server(issuer._answer, "127.0.0.1", 0, ssl=context)
    port = server.sockets[0].getsockname()[1]
    issuer.url = f"{'https' if context else 'http'}://localhost:{port}/keys"
    try:
        yield issuer
    finally:
        issuer.open.set()
        server.close()
        await server.wait_closed()
