"""Who is let in, as it is written down: what is refused at the start."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordio_core import Duration
from cordio_core.auth import ApiKey, Auth, AuthError, AuthSettings, Client, User, hashed, new_key

TOKENS = AuthSettings(jwks="https://id.example/keys", issuer="https://id.example", audience=("orders",))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"issuer": None}, "needs auth.issuer and auth.audience"),
        ({"issuer": ""}, "needs auth.issuer and auth.audience"),
        ({"audience": ()}, "needs auth.issuer and auth.audience"),
        ({"audience": ("orders", "")}, "needs auth.issuer and auth.audience"),
        ({"algorithms": ()}, "there is none"),
        ({"algorithms": ("none",)}, "'none' is none"),
        ({"algorithms": ("RS256", "none")}, "'none' is none"),
        ({"algorithms": ("rs256",)}, "'rs256' is none"),
        ({"algorithms": ("RS256", "HS256")}, "mixes HMAC with public keys"),
        ({"algorithms": ("HS256",)}, "a secret is not fetched from an address"),
        ({"jwks": "http://id.example/keys"}, "http:// is for this machine alone"),
        ({"jwks": "http://127.0.0.1.evil.example/keys"}, "http:// is for this machine alone"),
        ({"jwks": "http://169.254.169.254/keys"}, "http:// is for this machine alone"),
        ({"jwks": "ftp://id.example/keys"}, "https:// address, or a file"),
        ({"jwks": "file:" + "///etc/keys"}, "without user, password"),
        ({"jwks": "https://me:sesame@id.example/keys"}, "without user, password"),
        ({"jwks": "https://id.example/keys#one"}, "without user, password"),
        ({"jwks": "https:///keys"}, "without user, password"),
        ({"jwks": "https://id.example/ke ys"}, "without user, password"),
        ({"jwks": "https://id.example/keys\r\nX-Evil: 1"}, "without user, password"),
        ({"jwks": "https://id.example:0/keys"}, "without user, password"),
        ({"leeway": Duration("11m")}, "at most 10m"),
        ({"timeout": Duration(0)}, "auth.timeout must be more than 0"),
        ({"stale": Duration(0)}, "auth.stale must be more than 0"),
        ({"token_limit": 0}, "auth.token_limit must be more than 0"),
        ({"keys_limit": 0}, "auth.keys_limit must be more than 0"),
        ({"header": "Authorization"}, "a header of its own"),
        ({"header": "X Key"}, "a header of its own"),
    ],
)
def test_what_would_let_in_too_many_is_refused(wrong: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError) as told:
        replace(TOKENS, **wrong)  # type: ignore[arg-type]
    assert said in str(told.value)
    assert "sesame" not in str(told.value)


@pytest.mark.parametrize(
    "here", ["http://localhost:1/k", "http://127.0.0.1/k", "http://[::1]:8/k", "etc/keys.json"]
)
def test_keys_of_this_machine_need_no_tls(here: str) -> None:
    assert replace(TOKENS, jwks=here).jwks == here


def test_only_public_keys_are_in_use_unless_set() -> None:
    assert not any(name.startswith("HS") for name in AuthSettings().algorithms)


def test_one_key_has_one_holder() -> None:
    key = ApiKey(new_key()[1])
    with pytest.raises(ValueError, match="holds one key twice"):
        AuthSettings(keys={"till": key, "shop": key})


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"subject": "CN=a", "san": "dns:a"},
        {"subject": " "},
        {"san": ""},
        {"san": "orders.local"},
        {"san": "dns:"},
        {"fingerprint": "ab"},
        {"fingerprint": 64 * "x"},
    ],
)
def test_a_client_certificate_is_named_by_one_thing(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError):
        Client(**wrong)  # type: ignore[arg-type]


def test_no_text_of_the_settings_shows_a_hash() -> None:
    key, stored = new_key()
    kept = hashed("correct horse battery")
    text = repr(AuthSettings(keys={"till": ApiKey(stored)}, users={"ann": User(kept)}))
    assert key not in text and stored not in text and kept not in text


@given(st.text(max_size=80))
def test_what_is_no_hash_is_refused_and_not_repeated(text: str) -> None:
    for entry in (ApiKey, User):
        with pytest.raises(ValueError) as told:
            entry(text)
        assert len(text) < 12 or text not in str(told.value)


def test_new_keys_differ_and_hold_256_bits() -> None:
    made = {new_key() for _ in range(50)}
    assert len({key for key, _ in made}) == len({stored for _, stored in made}) == 50
    assert all(len(key.removeprefix("cordio_")) == 43 for key, _ in made)


def test_a_password_is_hashed_each_time_anew_and_not_too_short() -> None:
    assert hashed("correct horse battery") != hashed("correct horse battery")
    with pytest.raises(ValueError) as told:
        hashed("sesame")
    assert "sesame" not in str(told.value)


def test_a_start_without_joserfc_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(AuthError, match=r"pip install 'cordio-core\[auth\]'"):
        Auth(TOKENS)
    assert Auth(AuthSettings()), "keys, certificates and passwords need nothing"


def test_nothing_of_it_is_loaded_before_it_is_used() -> None:
    told = "import sys, cordio_core; found = [n for n in sys.modules if n.startswith('cordio_core.auth')];"
    more = (
        "import cordio_core.auth; print(found + [n for n in sys.modules if n in ('joserfc', 'cryptography')])"
    )
    assert subprocess.check_output([sys.executable, "-c", told + more], text=True).strip() == "[]"


@pytest.mark.parametrize(
    ("settings", "wrong"),
    [
        (AuthSettings, {"audience": "orders"}),
        (AuthSettings, {"algorithms": "RS256"}),
        (AuthSettings, {"internal": "orders:write"}),
        (ApiKey, {"hash": "sha256:" + 64 * "0", "rights": "orders:write"}),
        (Client, {"san": "dns:shop", "rights": "orders:write"}),
        (User, {"hash": hashed("a long password"), "rights": "orders:write"}),
    ],
)
def test_a_text_in_place_of_a_list_of_words_is_not_taken_letter_by_letter(
    settings: Callable[..., object], wrong: dict[str, str]
) -> None:
    with pytest.raises(ValueError, match=r"is a list of words, not the text '.*': write \['.*'\]"):
        settings(**wrong)
