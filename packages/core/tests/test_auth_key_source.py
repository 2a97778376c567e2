"""The keys of tokens from an issuer: where they come from, and what happens while they do not come."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
import trustme
from packages.core.tests.issuer import AT_ONCE, OTHER_RSA, RSA, Issuer, bearing, issuing, shown, token

from cordio_core import Duration
from cordio_core.auth import Auth, AuthError, AuthSettings, Caller, Refused, Unavailable
from cordio_core.tls import Tls, TlsSettings, server_context

OK = b"HTTP/1.1 200 OK\r\n"


ANN = Caller("ann", frozenset({"orders:read", "orders:write"}), "token")


HTML = b"<!doctype html><title>Sign in</title>"


def with_auth(test: Callable[[Issuer, Auth], Awaitable[None]], **more: object) -> None:
    """Run a test with an issuer and those who trust it."""

    async def main() -> None:
        async with issuing() as issuer, Auth(issuer.settings(**more)) as auth:
            await test(issuer, auth)

    asyncio.run(main())


async def told(auth: Auth) -> str:
    """Tell what health says."""
    with pytest.raises(AuthError) as found:
        await auth.health()
    return str(found.value)


async def settled() -> None:
    """Wait for the fetch that is under way."""
    tasks = [task for task in asyncio.all_tasks() if task.get_name() == "auth: keys of tokens"]
    if tasks:
        await asyncio.wait(tasks, timeout=10)


def test_keys_are_fetched_once_and_kept() -> None:
    async def test(issuer: Issuer, auth: Auth) -> None:
        for _ in range(3):
            assert await auth.caller(bearing(token()))
        assert len(issuer.asked) == 1
        await auth.health()

    with_auth(test)


def test_what_is_asked_for_is_the_set_of_keys_alone() -> None:
    async def test(issuer: Issuer, auth: Auth) -> None:
        await auth.caller(bearing(token()))
        lines = issuer.asked[0].decode().split("\r\n")
        assert lines[0] == "GET /keys HTTP/1.1"
        assert f"Host: {issuer.url.split('/')[2]}" in lines
        assert not any(line.lower().startswith(("authorization", "cookie")) for line in lines)

    with_auth(test)


def test_a_new_key_is_found_when_the_first_token_names_it() -> None:
    async def test(issuer: Issuer, auth: Auth) -> None:
        assert await auth.caller(bearing(token()))
        issuer.keys = shown(("two", OTHER_RSA))
        assert await auth.caller(bearing(token(OTHER_RSA, kid="two")))
        with pytest.raises(Refused, match="unknown key"):
            await auth.caller(bearing(token()))

    with_auth(test, cooldown=AT_ONCE)


def test_a_hundred_callers_with_a_new_key_make_one_fetch() -> None:
    async def test(issuer: Issuer, auth: Auth) -> None:
        assert await auth.caller(bearing(token()))
        issuer.keys = shown(("two", OTHER_RSA))
        issuer.open.clear()
        value = token(OTHER_RSA, kid="two")
        async with asyncio.TaskGroup() as group:
            callers = [group.create_task(auth.caller(bearing(value))) for _ in range(100)]
            while len(issuer.asked) < 2:
                await asyncio.sleep(0)
            issuer.open.set()
        assert {caller.result() for caller in callers} == {ANN}
        assert len(issuer.asked) == 2

    with_auth(test, cooldown=AT_ONCE)


def test_unknown_keys_make_no_second_fetch_within_the_cooldown() -> None:
    async def test(issuer: Issuer, auth: Auth) -> None:
        for number in range(20):
            with pytest.raises(Refused, match="unknown key"):
                await auth.caller(bearing(token(OTHER_RSA, kid=f"no{number}")))
        assert len(issuer.asked) == 1

    with_auth(test, cooldown=Duration("1h"))


def test_who_stops_waiting_does_not_stop_the_fetch_of_the_others() -> None:
    async def test(issuer: Issuer, auth: Auth) -> None:
        issuer.open.clear()
        first, second = (asyncio.create_task(auth.caller(bearing(token()))) for _ in range(2))
        while not issuer.asked:
            await asyncio.sleep(0)
        first.cancel()
        await asyncio.wait([first])
        issuer.open.set()
        assert first.cancelled() and await second
        assert len(issuer.asked) == 1

    with_auth(test)


def test_old_keys_are_renewed_beside_while_they_are_used() -> None:
    async def test(issuer: Issuer, auth: Auth) -> None:
        assert await auth.caller(bearing(token()))
        issuer.keys = shown(("two", OTHER_RSA))
        issuer.open.clear()
        assert await auth.caller(bearing(token())), "it does not wait for the fetch"
        issuer.open.set()
        await settled()
        assert await auth.caller(bearing(token(OTHER_RSA, kid="two")))

    with_auth(test, refresh=AT_ONCE, cooldown=AT_ONCE)


def test_keys_are_kept_while_the_issuer_is_down_and_health_says_so() -> None:
    async def test(issuer: Issuer, auth: Auth) -> None:
        assert await auth.caller(bearing(token()))
        issuer.raw = b"HTTP/1.1 503 Service Unavailable\r\n\r\n"
        assert await auth.caller(bearing(token()))
        await settled()
        assert await auth.caller(bearing(token()))
        assert "it answers 503; keys of 0 s ago are used for 86400 s more" in await told(auth)
        issuer.raw = None
        await auth.caller(bearing(token()))
        await settled()
        await auth.health()

    with_auth(test, refresh=AT_ONCE, cooldown=AT_ONCE)


def test_keys_are_not_kept_for_ever() -> None:
    async def test(issuer: Issuer, auth: Auth) -> None:
        await settled()
        issuer.raw = b"HTTP/1.1 503 Service Unavailable\r\n\r\n"
        with pytest.raises(Unavailable, match="it answers 503"):
            await auth.caller(bearing(token()))

    with_auth(test, stale=AT_ONCE, cooldown=AT_ONCE)


def test_a_start_does_not_wait_for_an_issuer_that_is_down() -> None:
    async def main() -> None:
        async with issuing() as issuer:
            settings = issuer.settings(cooldown=AT_ONCE)
        async with Auth(settings) as auth:
            with pytest.raises(Unavailable, match="/keys: "):
                await auth.caller(bearing(token()))
            assert "auth.jwks names the address" in await told(auth)

    asyncio.run(main())


def test_leaving_gives_up_the_fetch() -> None:
    async def main() -> None:
        async with issuing() as issuer:
            issuer.open.clear()
            async with Auth(issuer.settings()):
                while not issuer.asked:
                    await asyncio.sleep(0)
            assert not any("auth" in task.get_name() for task in asyncio.all_tasks())

    asyncio.run(main())


def test_other_settings_give_up_the_fetch_of_the_former() -> None:
    async def test(issuer: Issuer, auth: Auth) -> None:
        issuer.open.clear()
        while not issuer.asked:
            await asyncio.sleep(0)
        await auth.take(AuthSettings())
        assert not any("auth" in task.get_name() for task in asyncio.all_tasks())
        with pytest.raises(Refused, match="of this scheme"):
            await auth.caller(bearing(token()))

    with_auth(test)


BAD: dict[str, tuple[bytes, str]] = {
    "html": (OK + b"Content-Length: %d\r\n\r\n%s" % (len(HTML), HTML), "it is no JSON"),
    "html without a length": (OK + b"Content-Type: text/html\r\n\r\n" + HTML, "it is no JSON"),
    "redirect": (
        b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n\r\n",
        "it answers 302, which leads",
    ),
    "not found": (b"HTTP/1.1 404 Not Found\r\n\r\n", "it answers 404"),
    "announced too large": (OK + b"Content-Length: 99999999999\r\n\r\n", "larger than auth.jwks_limit"),
    "negative": (OK + b"Content-Length: -1\r\n\r\n", "larger than auth.jwks_limit"),
    "too large": (OK + b"\r\n" + b" " * 5000, "larger than auth.jwks_limit"),
    "too large in chunks": (
        OK + b"Transfer-Encoding: chunked\r\n\r\nfff\r\n" + b" " * 4095 + b"\r\n2\r\n",
        "larger",
    ),
    "broken chunks": (OK + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n", "invalid literal"),
    "no length": (OK + b"Content-Length: much\r\n\r\n", "invalid literal"),
    "cut off": (OK + b"Content-Length: 50\r\n\r\n{", "the answer ends too early"),
    "nothing": (b"", "the answer ends too early"),
    "no http": (b"220 mail.example ESMTP\r\n\r\n", "the answer is no HTTP"),
    "long headers": (OK + b"X: " + b"x" * 70000, "its headers are too long"),
    "compressed": (OK + b"Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}", "is compressed"),
    "no keys": (OK + b"\r\n{}", "it has no list 'keys'"),
    "keys that are none": (OK + b'\r\n{"keys": 7}', "it has no list 'keys'"),
    "a list": (OK + b"\r\n[]", "it has no list 'keys'"),
    "empty": (OK + b'\r\n{"keys": []}', "none of its 0 keys can be used"),
    "odd keys": (
        OK + b'\r\n{"keys": [7, null, {}, {"kty": "RSA", "n": 5}, {"kty": ["x"]}]}',
        "none of its 5 keys",
    ),
    "a secret": (OK + b'\r\n{"keys": [{"kty": "oct", "k": "' + b"A" * 86 + b'"}]}', "none of its 1 keys"),
    "too many": (OK + b'\r\n{"keys": [{}, {}, {}, {}, {}, {}, {}, {}, {}]}', "it has 9 keys"),
    "nested": (OK + b"\r\n" + b"[" * 3000, "it is no JSON"),
}


@pytest.mark.parametrize(("raw", "said"), BAD.values(), ids=BAD)
def test_an_answer_that_is_no_set_of_keys_is_not_taken(raw: bytes, said: str) -> None:
    async def main() -> None:
        issuer = Issuer(raw=raw)
        async with issuing(issuer), Auth(issuer.settings(jwks_limit=4096, keys_limit=8)) as auth:
            with pytest.raises(Unavailable):
                await auth.caller(bearing(token()))
            assert said in await told(auth)

    asyncio.run(main())


@pytest.mark.parametrize("size", [1, 7, 400])
def test_keys_may_come_in_chunks(size: int) -> None:
    body = json.dumps(shown(("one", RSA))).encode()
    parts = [body[at : at + size] for at in range(0, len(body), size)]
    chunks = b"".join(b"%x;note=1\r\n%s\r\n" % (len(part), part) for part in parts)
    raw = OK + b"Transfer-Encoding: Chunked\r\n\r\n" + chunks + b"0\r\n\r\n"

    async def main() -> None:
        issuer = Issuer(raw=raw)
        async with issuing(issuer), Auth(issuer.settings()) as auth:
            assert await auth.caller(bearing(token()))

    asyncio.run(main())


def test_a_large_set_may_come_without_a_length() -> None:
    async def main() -> None:
        issuer = Issuer(raw=OK + b"\r\n" + b" " * 200_000 + json.dumps(shown(("one", RSA))).encode())
        async with issuing(issuer), Auth(issuer.settings()) as auth:
            assert await auth.caller(bearing(token()))

    asyncio.run(main())


def test_whatever_keeps_keys_away_is_told_by_health(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("sesame")

    async def test(issuer: Issuer, auth: Auth) -> None:
        monkeypatch.setattr("cordio_core.auth._jwks.Jwks", broken)
        with pytest.raises(Unavailable, match="RuntimeError"):
            await auth.caller(bearing(token()))
        assert "sesame" not in await told(auth)

    with_auth(test)


def test_an_issuer_that_does_not_answer_is_given_up() -> None:
    async def main() -> None:
        async with issuing() as issuer:
            issuer.open.clear()
            async with Auth(issuer.settings(timeout=Duration("50ms"))) as auth:
                with pytest.raises(Unavailable, match="no answer within 0.05 s"):
                    await auth.caller(bearing(token()))

    asyncio.run(main())


def test_what_health_tells_holds_no_query() -> None:
    async def main() -> None:
        issuer = Issuer(raw=b"HTTP/1.1 404 Not Found\r\n\r\n")
        async with issuing(issuer):
            settings = issuer.settings(jwks=f"{issuer.url}?key=sesame")
            async with Auth(settings) as auth:
                await settled()
                assert "sesame" not in await told(auth)
                assert issuer.asked[0].startswith(b"GET /keys?key=sesame HTTP/1.1")

    asyncio.run(main())


def test_keys_come_over_tls_from_whom_the_service_trusts(tmp_path: Path) -> None:
    ca = trustme.CA()
    leaf = ca.issue_cert("localhost")
    files = [tmp_path / name for name in ("service.pem", "service.key", "ca.pem")]
    leaf.cert_chain_pems[0].write_to_path(files[0])
    leaf.private_key_pem.write_to_path(files[1])
    ca.cert_pem.write_to_path(files[2])
    server = server_context(TlsSettings(certificate=str(files[0]), key=str(files[1])))

    async def main() -> None:
        async with issuing(context=server) as issuer:
            async with Auth(issuer.settings(), Tls(TlsSettings(authorities=str(files[2])))) as auth:
                assert await auth.caller(bearing(token()))
            async with Auth(issuer.settings()) as stranger:
                with pytest.raises(Unavailable, match="certificate verify failed"):
                    await stranger.caller(bearing(token()))

    asyncio.run(main())
