"""Proxies: who is believed, and what of it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from cordio_fastapi._proxies import Proxies
from cordio_fastapi._proxy_settings import ProxySettings

Headers = dict[str, str]


def resolved(
    sent: Headers, peer: str | None = "10.0.0.1", kind: str = "http", **settings: object
) -> dict[str, Any]:
    given = {"trusted": ("10.0.0.0/8", "2001:db8::/32"), **settings}
    scope: dict[str, Any] = {
        "type": kind,
        "scheme": "http" if kind == "http" else "ws",
        "client": None if peer is None else (peer, 1),
        "headers": [(b"host", b"inner"), *((n.encode(), v.encode()) for n, v in sent.items())],
    }
    Proxies(ProxySettings.model_validate(given)).resolve(scope)
    return scope


def told(*args: Any, **kwargs: Any) -> tuple[str | None, str, str]:
    scope = resolved(*args, **kwargs)
    host = next(value for name, value in scope["headers"] if name == b"host").decode()
    return (scope["client"] and scope["client"][0], scope["scheme"], host)


X = {"x-forwarded-for": "192.0.2.7", "x-forwarded-proto": "https", "x-forwarded-host": "shop.example"}


def test_a_stranger_is_not_believed() -> None:
    assert told(X, "192.0.2.1") == ("192.0.2.1", "http", "inner")
    assert told({"forwarded": "for=192.0.2.7"}, "192.0.2.1", headers="forwarded")[0] == "192.0.2.1"
    assert told(X, None) == (None, "http", "inner")


def test_a_trusted_proxy_tells_client_and_scheme_and_the_host_only_where_that_is_set() -> None:
    assert told(X) == ("192.0.2.7", "https", "inner")
    assert told(X, host=True) == ("192.0.2.7", "https", "shop.example")
    assert told(X, None, trusted=("unix",)) == ("192.0.2.7", "https", "inner")
    assert told(X, kind="websocket")[1] == "wss"
    assert told(X, "::ffff:10.0.0.1")[0] == "192.0.2.7"


def test_what_a_client_writes_before_its_proxies_is_never_reached() -> None:
    chain = {"x-forwarded-for": "127.0.0.1, 192.0.2.7, 10.0.0.2", "x-forwarded-proto": "http, https, http"}
    assert told(chain) == ("192.0.2.7", "https", "inner")
    assert told({"x-forwarded-for": "127.0.0.1, 192.0.2.7, 10.0.0.2", "x-forwarded-proto": "http, https"}) == (
        "192.0.2.7",
        "https",
        "inner",
    )


def test_the_other_header_is_not_read() -> None:
    assert told({"forwarded": "for=1.2.3.4"})[0] == "10.0.0.1"
    assert told(X, headers="forwarded")[0] == "10.0.0.1"


@pytest.mark.parametrize(
    ("header", "client", "scheme"),
    [
        ("for=192.0.2.7;proto=https", "192.0.2.7", "https"),
        ('For="[2001:db9::7]:4711"', "2001:db9::7", "http"),
        ("for=1.1.1.1, for=192.0.2.7;proto=HTTPS;by=10.0.0.1, for=10.0.0.9", "192.0.2.7", "https"),
        ('for="192.0.2.7:80" ; proto=https', "192.0.2.7", "https"),
        ("for=_hidden;proto=https", "10.0.0.1", "https"),
        ("for=unknown", "10.0.0.1", "http"),
        ('for="192.0.2.7', "10.0.0.1", "http"),
        ("for=192.0.2.7;; ,", "192.0.2.7", "http"),
        ("for=192.0.2.7 proto=https", "10.0.0.1", "http"),
        ("proto=https", "10.0.0.1", "https"),
    ],
)
def test_forwarded_is_read_as_rfc_7239_has_it(header: str, client: str, scheme: str) -> None:
    assert told({"forwarded": header}, headers="forwarded")[:2] == (client, scheme)


def test_no_host_that_could_start_another_header_is_taken() -> None:
    assert told({**X, "x-forwarded-host": "a b"}, host=True)[2] == "inner"


@given(st.text(st.characters(max_codepoint=255), max_size=30), st.sampled_from(["forwarded", "x-forwarded"]))
def test_whatever_a_header_holds_the_scope_stays_sound(text: str, kind: str) -> None:
    names = ["forwarded", "x-forwarded-for", "x-forwarded-proto", "x-forwarded-host"]
    scope: dict[str, Any] = {"type": "http", "scheme": "http", "client": ("10.0.0.1", 1)}
    scope["headers"] = [(name.encode(), text.encode("latin-1")) for name in names]
    settings = {"trusted": ("10.0.0.0/8",), "headers": kind, "host": True}
    Proxies(ProxySettings.model_validate(settings)).resolve(scope)
    assert scope["scheme"] in ("http", "https") and len(scope["client"]) == 2


def test_what_is_no_network_is_told() -> None:
    with pytest.raises(ValidationError):
        ProxySettings(trusted=("proxy",))
