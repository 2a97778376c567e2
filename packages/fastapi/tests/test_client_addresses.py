"""Where the client goes, and where it does not."""

from __future__ import annotations

import asyncio
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packages.fastapi.tests.peer import Peer, peer, said

from cordio_fastapi.client import AddressRefused, HttpClient, HttpClientSettings, Options, RedirectRefused
from cordio_fastapi.client._address import below, filled, origin

pytest.importorskip("aiohttp")

BASE = "https://stock.example/v1"


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example/a",
        "https://evil.example",
        "/../admin",
        "/a/%2e%2e/b",
        "/a/..%2fb",
        "/a\\b",
        "a",
        "@evil",
    ]
    + ["/%252e%252e/x", "/.", "/a\nb"],
)
def test_no_path_leads_out_of_a_service(path: str) -> None:
    http = HttpClient(HttpClientSettings.model_validate({"services": {"stock": {"url": BASE}}}))
    with pytest.raises(AddressRefused, match="write a path below https://stock.example/v1"):
        asyncio.run(http["stock"].get(path))


@given(st.text(max_size=12), st.text(max_size=12))
def test_whatever_a_value_holds_it_stays_in_its_segment(first: str, second: str) -> None:
    try:
        url = below(BASE, filled("/a/{first}/b/{second}", {"first": first, "second": second}), None)
    except ValueError:
        return
    parts = urlsplit(url)
    assert (parts.scheme, parts.netloc, parts.query, parts.fragment) == ("https", "stock.example", "", "")
    assert [unquote(segment) for segment in parts.path.split("/")] == ["", "v1", "a", first, "b", second]


@given(st.text("/.%2efE\\?#@:a", max_size=14))
def test_whatever_a_path_holds_it_stays_below_its_service(path: str) -> None:
    try:
        url = below(BASE, path, None)
    except ValueError:
        return
    found = urlsplit(url).path
    for _ in range(3):
        found = unquote(found)
        assert found == "/v1" or found.startswith("/v1/")
        assert ".." not in found.replace("\\", "/").split("/")
    assert origin(url) == "https://stock.example"


def test_names_without_a_value_are_told() -> None:
    with pytest.raises(ValueError, match="no value for it"):
        filled("/orders/{order_id}", {})
    assert filled("/orders?filter={a}", {}) == "/orders?filter={a}"


def test_a_stray_percent_sign_and_letters_are_quoted() -> None:
    assert below(BASE, "/100%/ä?q=50% b#x", {"n": [1, 2]}) == f"{BASE}/100%25/%C3%A4?q=50%25%20b&n=1&n=2"


@pytest.mark.parametrize(
    "url", ["ftp://a", "/a", "http://u:p@a/", "http://a b", "http://a:0", "http://a:x", ""]
)
def test_what_is_no_whole_address_is_not_called(url: str) -> None:
    with pytest.raises(AddressRefused, match="write a whole address"):
        asyncio.run(HttpClient().get(url))


def test_hosts_that_are_not_named_are_not_called() -> None:
    http = HttpClient(HttpClientSettings(hosts=("*.stock.example",)))
    with pytest.raises(AddressRefused, match="http_client.hosts") as told:
        asyncio.run(http.get("http://169.254.169.254/latest?token=s3cret"))
    assert "s3cret" not in str(told.value)


async def redirected(first: bytes, method: str = "GET", **headers: str) -> tuple[Peer, Peer]:
    """Send a request to a service that answers with a redirect to itself or another one."""
    async with peer(lambda asked: said()) as second:
        port = second.url.rpartition(":")[2].encode()
        async with peer(lambda asked: first.replace(b"PORT", port) if asked.path == "/a" else said()) as one:
            given = {"services": {"one": {"url": one.url, "token": "s3cret"}}, "headers": {"X-All": "1"}}
            async with HttpClient(HttpClientSettings.model_validate(given)) as http:
                body: Options = {"json": {"n": 1}} if method in ("POST", "PUT") else {}
                body["headers"] = {name.replace("_", "-"): value for name, value in headers.items()}
                await http["one"].request(method, "/a", **body)
            return one, second


def test_another_host_gets_no_credentials() -> None:
    first = said(302, location="http://127.0.0.1:PORT/b", set_cookie="a=b")
    one, second = asyncio.run(redirected(first, cookie="c=d", x_api_key="k", accept_language="de"))
    assert one.asked[0].headers["authorization"] == "Bearer s3cret"
    got = second.asked[0].headers
    assert not {"authorization", "cookie", "x-api-key", "x-all"} & set(got)
    assert got["accept-language"] == "de" and second.asked[0].path == "/b"


def test_the_same_host_gets_all_of_it() -> None:
    one, _ = asyncio.run(redirected(said(307, location="/b"), "PUT"))
    assert [(asked.method, asked.path, asked.body) for asked in one.asked] == [
        ("PUT", "/a", b'{"n":1}'),
        ("PUT", "/b", b'{"n":1}'),
    ]
    assert one.asked[1].headers["authorization"] == "Bearer s3cret"


@pytest.mark.parametrize("status", [301, 302, 303])
def test_what_a_post_leads_to_is_fetched_without_its_body(status: int) -> None:
    one, _ = asyncio.run(redirected(said(status, location="b"), "POST"))
    assert (one.asked[1].method, one.asked[1].path, one.asked[1].body) == ("GET", "/b", b"")
    assert "content-type" not in one.asked[1].headers


@pytest.mark.parametrize(
    ("first", "what"),
    [
        (said(308, location="http://127.0.0.1:PORT/b"), "send it there yourself"),
        (said(307, location="/a"), "too many redirects"),
        (said(307, location="ftp://127.0.0.1/b"), "not called"),
        (said(307, location="http://u:p@127.0.0.1/b"), "user or a password"),
    ],
)
def test_a_redirect_that_would_leak_or_not_end_is_refused(first: bytes, what: str) -> None:
    with pytest.raises(RedirectRefused, match=what):
        asyncio.run(redirected(first, "PUT"))


def test_a_redirect_to_a_host_that_is_not_named_is_refused() -> None:
    async def main() -> None:
        async with peer(lambda asked: said(302, location="http://127.0.0.1:1/")) as one:
            async with HttpClient(HttpClientSettings(hosts=("localhost",))) as http:
                with pytest.raises(RedirectRefused, match="http_client.hosts does not name"):
                    await http.get(one.url)

    asyncio.run(main())
