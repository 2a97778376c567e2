"""The keys of tokens from a file: read again when it changes, and what cannot be used."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path

import pytest
from packages.core.tests.issuer import AT_ONCE, AUDIENCE, EC, ISSUER, RSA, bearing, shown, token

from cordio_core import Size
from cordio_core.auth import Auth, AuthError, AuthSettings

from joserfc.jwk import OctKey  # isort: skip


def in_file(file: Path, content: object, **more: object) -> Auth:
    """Trust the keys of a file."""
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    settings: dict[str, object] = {"jwks": str(file), "issuer": ISSUER, "audience": (AUDIENCE,), **more}
    return Auth(AuthSettings(**settings))  # type: ignore[arg-type]


def test_keys_may_stand_in_a_file_that_is_read_again(tmp_path: Path) -> None:
    async def main() -> None:
        file = tmp_path / "keys.json"
        async with in_file(file, shown(("one", RSA)), cooldown=AT_ONCE) as auth:
            assert await auth.caller(bearing(token()))
            file.write_text(json.dumps(shown(("two", EC))))
            assert await auth.caller(bearing(token(EC, "ES256", "two")))

    asyncio.run(main())


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "it is no JSON"),
        ("{}", "it has no list 'keys'"),
        ('{"keys": [{"kty": "post-quantum"}]}', "none of its 1 keys can be used"),
        (" " * 300_000, "it is larger than 262144 bytes"),
    ],
    ids=["empty", "no keys", "unknown", "large"],
)
def test_a_file_that_is_no_set_of_keys_ends_the_start(tmp_path: Path, content: str, said: str) -> None:
    file = tmp_path / "keys.json"

    async def main() -> None:
        with pytest.raises(AuthError) as found:
            async with in_file(file, content):
                pass
        assert str(found.value).startswith(f"{file}: {said}")
        assert found.value.exit_code == 78

    asyncio.run(main())


def test_a_start_that_is_cancelled_leaves_no_task(tmp_path: Path) -> None:
    file = tmp_path / "pipe"
    os.mkfifo(file)
    held = os.open(file, os.O_RDWR)
    auth = Auth(AuthSettings(jwks=str(file), issuer=ISSUER, audience=(AUDIENCE,), jwks_limit=Size(8)))

    async def main() -> None:
        try:
            starting = asyncio.create_task(auth.__aenter__())
            while not any(task.get_name().startswith("auth") for task in asyncio.all_tasks()):
                await asyncio.sleep(0)
            starting.cancel()
            await asyncio.wait([starting], timeout=10)
            assert starting.cancelled()
            assert not any(task.get_name().startswith("auth") for task in asyncio.all_tasks())
        finally:
            os.write(held, bytes(64))  # the thread that reads can end

    asyncio.run(main())
    os.close(held)


def test_a_file_that_is_not_there_ends_the_start(tmp_path: Path) -> None:
    async def main() -> None:
        auth = in_file(tmp_path / "keys.json", "{}")
        os.remove(tmp_path / "keys.json")
        with pytest.raises(AuthError, match="No such file"):
            async with auth:
                pass

    asyncio.run(main())


def test_a_shared_secret_in_a_file_holds_if_it_is_long_enough(tmp_path: Path) -> None:
    secret = OctKey.generate_key(256)
    keys = {"keys": [{**secret.as_dict(private=True), "kid": "one"}]}

    async def main() -> None:
        async with in_file(tmp_path / "keys.json", keys, algorithms=("HS256",)) as auth:
            assert await auth.caller(bearing(token(secret, "HS256")))
        with pytest.raises(AuthError, match="none of its 1 keys"):
            async with in_file(tmp_path / "keys.json", keys, algorithms=("HS512",)):
                pass

    asyncio.run(main())


def test_a_private_key_in_a_set_is_used_as_a_public_one(tmp_path: Path) -> None:
    keys = {"keys": [{**RSA.as_dict(private=True), "kid": "one"}]}

    async def main() -> None:
        async with in_file(tmp_path / "keys.json", keys) as auth:
            assert await auth.caller(bearing(token()))
            assert str(RSA.as_dict(private=True)["d"]) not in repr(vars(auth))

    asyncio.run(main())
