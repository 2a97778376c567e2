"""Who asks: by token beside bare joserfc, by API key beside one comparison."""

import functools
import hashlib
import hmac
import json
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from joserfc import jwt
from joserfc.jwk import ECKey, Key, KeySet, RSAKey

from cordio_core import Request, get
from cordio_core.auth import ApiKey, Auth, AuthSettings, new_key
from tools.bench.clock import Run, awaits, calls
from tools.bench.comparison import Comparison, Over, Ratio

ISSUER, AUDIENCE, HOLDERS = "https://id.example", "orders", 100
EVENT = get("/orders")


@functools.cache
def issued(alg: str) -> tuple[Key, str]:
    """
    Make a key and a token of it.

    Parameters
    ----------
    alg : str
        The algorithm.

    Returns
    -------
    tuple
        The key and the token.
    """
    key: Key = RSAKey.generate_key(2048) if alg == "RS256" else ECKey.generate_key("P-256")
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "ann",
        "exp": int(time.time()) + 3600,
        "scope": "orders:write",
    }
    return key, jwt.encode({"alg": alg, "kid": "one"}, claims, key)


def by_token(alg: str) -> Run:
    """
    Ask the service for the caller of a request that was not seen before.

    Parameters
    ----------
    alg : str
        The algorithm.

    Returns
    -------
    callable
        Runs it.
    """
    key, token = issued(alg)
    shown = json.dumps({"keys": [{**key.as_dict(private=False), "kid": "one"}]})
    headers = {"authorization": f"Bearer {token}"}
    opened: list[Auth] = []

    @asynccontextmanager
    async def started() -> AsyncIterator[None]:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "keys.json")
            file.write_text(shown)
            async with Auth(AuthSettings(jwks=str(file), issuer=ISSUER, audience=(AUDIENCE,))) as auth:
                opened[:] = [auth]
                yield

    return awaits(lambda: opened[0].caller(Request(EVENT, headers=headers)), started)


def bare(alg: str) -> Run:
    """
    Decode and check the claims, with joserfc alone.

    Parameters
    ----------
    alg : str
        The algorithm.

    Returns
    -------
    callable
        Runs it.
    """
    key, token = issued(alg)
    known = KeySet([type(key).import_key({**key.as_dict(private=False), "kid": "one"})])
    registry = jwt.JWTClaimsRegistry(
        exp={"essential": True},
        iss={"essential": True, "value": ISSUER},
        aud={"essential": True, "value": AUDIENCE},
    )

    def check() -> None:
        registry.validate(jwt.decode(token, known, algorithms=[alg]).claims)

    return calls(check)


def by_key() -> Run:
    """
    Ask the service for the holder of one of a hundred keys.

    Returns
    -------
    callable
        Runs it.
    """
    made = [new_key() for _ in range(HOLDERS)]
    auth = Auth(AuthSettings(keys={str(n): ApiKey(stored) for n, (_, stored) in enumerate(made)}))
    headers = {"x-api-key": made[0][0]}
    return awaits(lambda: auth.caller(Request(EVENT, headers=headers)))


def one_hash() -> Run:
    """
    Hash a key and compare it with one.

    Returns
    -------
    callable
        Runs it.
    """
    key, _ = new_key()
    known = hashlib.sha256(key.encode()).digest()
    return calls(lambda: hmac.compare_digest(hashlib.sha256(key.encode()).digest(), known))


def _of(make: Callable[[str], Run], alg: str) -> Callable[[], Run]:
    return lambda: make(alg)


COMPARISONS = (
    *(
        Comparison(f"a token by {alg}", _of(by_token, alg), _of(bare, alg), Ratio(1.3), number=500)
        for alg in ("RS256", "ES256")
    ),
    Comparison(f"an API key of {HOLDERS}", by_key, one_hash, Over(30e-6), number=5_000),
)
