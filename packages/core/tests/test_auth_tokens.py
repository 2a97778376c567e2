"""Bearer tokens: what holds, and what an attacker sends."""

from __future__ import annotations

import asyncio
import hmac
import json
import string
import time
import traceback
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import assume, given
from hypothesis import strategies as st
from packages.core.tests.issuer import (
    AUDIENCE,
    EC,
    ISSUER,
    OKP,
    OTHER_RSA,
    RSA,
    Issuer,
    bearing,
    claiming,
    claims,
    issuing,
    segment,
    shown,
    token,
)

from cordio_core.auth import Auth, AuthSettings, Caller, Refused

from joserfc import jws  # isort: skip
from joserfc.jwk import ECKey, Key, RSAKey  # isort: skip


def caller_of(value: str, issuer: Issuer | None = None, **more: object) -> Caller | None:
    """Ask for the caller once."""

    async def main() -> Caller | None:
        async with issuing(issuer) as here, Auth(here.settings(**more)) as auth:
            return await auth.caller(bearing(value))

    return asyncio.run(main())


def refused(value: str, issuer: Issuer | None = None, **more: object) -> str:
    """Tell why a token is refused, after a look at what else is told."""
    with pytest.raises(Refused) as told:
        caller_of(value, issuer, **more)
    said = "".join(traceback.format_exception(told.value))
    assert not any(part in said for part in value.split(".") if len(part) > 8)
    assert len(told.value.reason) < 80
    return told.value.reason


def test_a_token_gives_its_subject_its_scope_and_its_claims() -> None:
    caller = caller_of(token(email="ann@example.org"))
    assert caller == Caller("ann", frozenset({"orders:read", "orders:write"}), "token")
    assert caller.claims["email"] == "ann@example.org"
    assert "example.org" not in repr(caller)
    with pytest.raises(TypeError):
        caller.claims["scope"] = "all"  # type: ignore[index]


@pytest.mark.parametrize(
    ("key", "alg"),
    [
        *((RSA, alg) for alg in ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512")),
        (EC, "ES256"),
        (ECKey.generate_key("P-384"), "ES384"),
        (ECKey.generate_key("P-521"), "ES512"),
        (OKP, "Ed25519"),
    ],
)
def test_each_algorithm_holds_only_where_it_is_pinned(key: Key, alg: str) -> None:
    value = token(key, alg)
    assert caller_of(value, Issuer(shown(("one", key))), algorithms=(alg,))
    others = Issuer(shown(("one", RSA), ("one", EC), ("one", key)))
    assert refused(value, others, algorithms=_without(alg)) == "unsupported_algorithm"


def _without(alg: str) -> tuple[str, ...]:
    return tuple(other for other in ("RS256", "PS512", "ES256", "Ed25519") if other != alg)


def test_the_name_that_issuers_use_for_edwards_curves_holds() -> None:
    with pytest.warns(match="EdDSA is deprecated"):
        value = token(OKP, "EdDSA")
    assert caller_of(value, Issuer(shown(("one", OKP))), algorithms=("EdDSA",))


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"exp": int(time.time()) - 3600}, "expired_token exp"),
        ({"nbf": int(time.time()) + 3600}, "invalid_claim nbf"),
        ({"iat": int(time.time()) + 3600}, "invalid_claim iat"),
        ({"aud": "bank"}, "invalid_claim aud"),
        ({"aud": ["bank", "mail"]}, "invalid_claim aud"),
        ({"aud": "order"}, "invalid_claim aud"),
        ({"iss": "https://evil.example"}, "invalid_claim iss"),
        ({"iss": [ISSUER]}, "invalid_claim iss"),
        ({"sub": 7}, "invalid_claim sub"),
        ({"exp": "tomorrow"}, "invalid_claim exp"),
        ({"exp": True}, "invalid_claim exp"),
        *(({name: None}, f"missing_claim {name}") for name in ("exp", "iss", "aud", "sub")),
    ],
)
def test_a_token_that_does_not_hold_is_refused(more: dict[str, object], reason: str) -> None:
    assert refused(claiming(more)) == reason


@pytest.mark.parametrize("exp", ["NaN", "Infinity", "1e999", "1" * 5000], ids=lambda text: text[:9])
def test_a_time_that_is_no_number_is_none(exp: str) -> None:
    payload = json.dumps(claims(exp=0)).replace('"exp": 0', f'"exp": {exp}')
    assert refused(signed(payload.encode())) in ("invalid_claim exp", "invalid_payload")


def signed(payload: bytes) -> str:
    """Sign what may be no claims at all."""
    return jws.serialize_compact({"alg": "RS256", "kid": "one"}, payload, RSA)


def test_clocks_may_differ_by_the_leeway() -> None:
    now = int(time.time())
    for more in ({"exp": now - 60}, {"nbf": now + 60}):
        assert caller_of(claiming(more), leeway=120)
        assert refused(claiming(more), leeway=10)


@pytest.mark.parametrize("aud", ["orders", ["bank", "orders"]])
def test_one_of_several_audiences_is_enough(aud: object) -> None:
    assert caller_of(token(aud=aud))


@pytest.mark.parametrize(
    ("more", "setting", "rights"),
    [
        ({"scope": " a  b "}, "scope", {"a", "b"}),
        ({"permissions": ["a", 7, "", "b c"]}, "permissions", {"a", "b c"}),
        ({"roles": {"a": 1}}, "roles", set()),
        ({"scope": None}, "scope", set()),
    ],
)
def test_rights_come_from_the_claim_of_the_settings(
    more: dict[str, object], setting: str, rights: set[str]
) -> None:
    caller = caller_of(claiming(more), rights=setting)
    assert caller is not None and caller.rights == rights


def test_a_type_of_token_can_be_demanded() -> None:
    for good in ("at+jwt", "application/at+jwt", "AT+JWT"):
        assert caller_of(token(header={"typ": good}), typ="at+jwt")
    for bad in ({"typ": "JWT"}, {"typ": "id+jwt"}):
        assert refused(token(header=bad), typ="at+jwt") == "it is of another type than auth.typ"


def unsigned(alg: str) -> str:
    """Write a token without a signature."""
    return f"{segment({'alg': alg, 'kid': 'one'})}.{segment(claims())}."


@pytest.mark.parametrize("alg", ["none", "None", "nOnE", ""])
def test_a_token_without_a_signature_is_refused(alg: str) -> None:
    assert refused(unsigned(alg)) == "unsupported_algorithm"


@pytest.mark.parametrize("alg", ["HS256", "RS256"])
def test_a_public_key_does_not_pass_for_a_secret(alg: str) -> None:
    pem = RSA.as_pem(private=False)
    for public in (
        pem,
        pem.strip(),
        RSA.as_der(private=False),
        json.dumps(RSA.as_dict(private=False)).encode(),
    ):
        said = f"{segment({'alg': alg, 'kid': 'one'})}.{segment(claims())}"
        value = f"{said}.{segment(hmac.digest(public, said.encode(), 'sha256'))}"
        assert refused(value) == ("unsupported_algorithm" if alg == "HS256" else "bad_signature")


def test_a_key_of_another_kind_does_not_check_a_signature() -> None:
    issuer = Issuer(shown(("one", EC)))
    assert refused(token(RSA), issuer) == "it is signed with an unknown key"


SPOILT: dict[str, Callable[[str, str, str], str]] = {
    "claims": lambda head, body, sign: f"{head}.{segment(claims(sub='root'))}.{sign}",
    "signature": lambda head, body, sign: f"{head}.{body}.{sign[:-6]}AAAAAA",
    "no signature": lambda head, body, sign: f"{head}.{body}.",
    "zero signature": lambda head, body, sign: f"{head}.{body}.{segment(bytes(256))}",
    "algorithm": lambda head, body, sign: f"{segment({'alg': 'PS256', 'kid': 'one'})}.{body}.{sign}",
    "header": lambda head, body, sign: f"{segment({'alg': 'RS256', 'kid': 'one', 'typ': 'x'})}.{body}.{sign}",
}


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT)
def test_a_token_that_was_tampered_with_is_refused(spoil: Callable[[str, str, str], str]) -> None:
    reason = refused(spoil(*token().split(".")), algorithms=("RS256", "PS256"))
    assert reason == "bad_signature"


def test_no_letter_of_a_token_can_be_another(tmp_path: Path) -> None:
    file, good = tmp_path / "keys.json", token(EC, "ES256")
    file.write_text(json.dumps(shown(("one", EC))))
    auth = Auth(AuthSettings(jwks=str(file), issuer=ISSUER, audience=(AUDIENCE,)))

    @given(
        st.integers(0, len(good) - 1), st.sampled_from(string.ascii_letters + string.digits + "-_.=+/ \x00é")
    )
    def spoilt(at: int, letter: str) -> None:
        value = good[:at] + letter + good[at + 1 :]
        assume(value != good)
        with pytest.raises(Refused):
            runner.run(auth.caller(bearing(value)))

    with asyncio.Runner() as runner:
        assert runner.run(auth.caller(bearing(good)))
        spoilt()


def test_a_token_of_another_key_with_the_same_name_is_refused() -> None:
    assert refused(token(OTHER_RSA)) == "bad_signature"


@pytest.mark.parametrize(
    "header",
    [
        {"jku": "http://127.0.0.1:1/keys"},
        {"x5u": "http://127.0.0.1:1/chain"},
        {"jwk": OTHER_RSA.as_dict(private=False)},
    ],
)
def test_a_token_does_not_bring_its_own_key(header: dict[str, object]) -> None:
    assert refused(token(OTHER_RSA, header=header)) == "bad_signature"
    assert caller_of(token(RSA, header=header)), "they are ignored where the signature holds"


def by_hand(header: dict[str, object], payload: str | None = None) -> str:
    """Sign a token that no library would make."""
    said = f"{segment({'alg': 'RS256', 'kid': 'one', **header})}.{payload or segment(claims())}"
    key = RSA.private_key
    assert key is not None
    return f"{said}.{segment(key.sign(said.encode(), PKCS1v15(), SHA256()))}"


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ({"crit": ["b64"], "b64": True}, "it has critical headers"),
        ({"crit": ["exp"], "exp": 1}, "unsupported_header"),
        ({"crit": ["gone"]}, "missing_crit_header"),
        ({"crit": []}, "it has critical headers"),
        ({"crit": 7}, "it is malformed"),
        ({"crit": [{}]}, "it is malformed"),
    ],
)
def test_a_critical_header_is_not_understood(header: dict[str, object], reason: str) -> None:
    assert refused(by_hand(header)) == reason


def test_a_payload_is_always_encoded() -> None:
    assert refused(by_hand({"b64": False, "crit": ["b64"]})) == "it has critical headers"
    assert refused(by_hand({"b64": False}, segment(claims())))


def test_a_header_that_nobody_knows_is_ignored() -> None:
    assert caller_of(by_hand({"nonce": "x", "ver": 2}))


@pytest.mark.parametrize(
    "kid",
    [
        "../../../../dev/null",
        "/etc/passwd",
        "' OR 1=1 --",
        "one\x00",
        "",
        "http://127.0.0.1:1/",
        "ONE",
        "x" * 4000,
    ],
)
def test_the_name_of_a_key_is_a_name_and_nothing_else(kid: str) -> None:
    head = segment({"alg": "RS256", "kid": kid})
    assert refused(f"{head}.{segment(claims())}.{segment(bytes(256))}") == "it is signed with an unknown key"


@pytest.mark.parametrize("kid", [7, ["one"], {"one": 1}, True])
def test_the_name_of_a_key_is_text(kid: object) -> None:
    head = segment({"alg": "RS256", "kid": kid})
    assert refused(f"{head}.{segment(claims())}.{segment(bytes(256))}") == "invalid_header_value"


def test_a_token_that_names_no_key_is_checked_by_the_only_one() -> None:
    nameless = token(kid=None)
    assert caller_of(nameless)
    assert caller_of(nameless, Issuer(shown((None, RSA))))
    assert caller_of(nameless, Issuer(shown(("one", RSA), ("two", EC))))
    two = Issuer(shown(("one", RSA), ("two", OTHER_RSA)))
    assert refused(nameless, two) == "it is signed with an unknown key"


def test_of_two_keys_with_one_name_either_may_have_signed() -> None:
    both = shown(("one", OTHER_RSA), ("one", RSA), ("one", EC))
    for value in (token(RSA), token(OTHER_RSA), token(EC, "ES256")):
        assert caller_of(value, Issuer(both))
    assert refused(token(ECKey.generate_key("P-256"), "ES256"), Issuer(both)) == "bad_signature"


@pytest.mark.parametrize(
    "junk",
    [
        "",
        ".",
        "..",
        "a.b.c",
        "a.b",
        "a.b.c.d.e",
        "eyJhbGciOiJSUzI1NiJ9",
        "Bearer x.y.z",
        "x.y.z, Bearer x.y.z",
        "é.é.é",
        "\x00.\x00.\x00",
        "a b.c.d",
        f"{segment(b'[]')}.{segment(b'{}')}.AAAA",
        f"{segment(b'7')}.{segment(b'{}')}.AAAA",
        f"{segment(b'null')}.{segment(b'{}')}.AAAA",
        f"{segment(b'[' * 3000)}.{segment(b'{}')}.AAAA",
        f"{segment({'alg': ['RS256']})}.{segment(b'{}')}.AAAA",
        f"{segment({'alg': {}})}.{segment(b'{}')}.AAAA",
        f"{segment({'alg': 'RS256', 'kid': 'one', 'x5c': 7})}.{segment(b'{}')}.AAAA",
        f"{segment(b'{' + b'1' * 5000)}.{segment(b'{}')}.AAAA",
    ],
)
def test_junk_is_refused(junk: str) -> None:
    assert refused(junk)


@pytest.mark.parametrize("payload", [b"[]", b"7", b"null", b"\xff", b"", b"[" * 3000])
def test_a_signed_token_without_claims_is_refused(payload: bytes) -> None:
    assert refused(signed(payload))


def test_a_huge_token_is_not_looked_at() -> None:
    huge = token(more="x" * 7000)
    assert refused(huge) == "it is longer than auth.token_limit, 8192 bytes"
    assert caller_of(huge, token_limit=16384)


def test_two_authorization_headers_are_none() -> None:
    assert refused(f"{token()}, Bearer {token()}", token_limit=16384) == "it is no signed token"


def test_a_weak_key_of_an_issuer_is_not_used() -> None:
    with pytest.warns(match="2048"):
        weak = RSAKey.import_key(_weak().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        issuer = Issuer(shown(("one", weak), ("two", EC)))
    with warnings.catch_warnings(action="ignore"):  # as in production, where they stop nothing
        assert refused(token(weak), issuer) == "it is signed with an unknown key"


def _weak() -> RSAPrivateKey:
    return generate_private_key(65537, 1024)


@pytest.mark.parametrize("wrong", [{"use": "enc"}, {"key_ops": ["encrypt"]}, {"alg": "RS512"}])
def test_a_key_for_another_use_is_not_used(wrong: dict[str, object]) -> None:
    keys = shown(("one", RSA), **wrong)
    keys["keys"] += shown(("two", EC))["keys"]  # type: ignore[operator]
    assert refused(token(), Issuer(keys)) == "it is signed with an unknown key"
