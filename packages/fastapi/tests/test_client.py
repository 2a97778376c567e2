"""The client: what is sent, what comes back, and what is closed."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest
from packages.fastapi.tests.peer import Peer, peer, said
from pydantic import BaseModel, ValidationError

from cordio_fastapi.client import (
    AnswerInvalid,
    AnswerTooLarge,
    ClientClosed,
    HttpClient,
    HttpClientSettings,
    RequestFailed,
)

pytest.importorskip("aiohttp")


class Item(BaseModel):
    sku: str
    left: int


@dataclass
class Wanted:
    sku: str


ITEM = b'{"sku": "A-1", "left": 3}'


def settings(url: str, **more: object) -> HttpClientSettings:
    service = {"url": url, "token": "s3cret", "headers": {"X-Tenant": "7"}}
    return HttpClientSettings.model_validate({"services": {"stock": service}, "attempts": 1, **more})


def run(
    answer: bytes, use: Callable[[HttpClient, Peer], Awaitable[None]], base: str = "/v1", **more: object
) -> None:
    async def main() -> None:
        async with (
            peer(lambda request: answer) as service,
            HttpClient(settings(service.url + base, **more)) as http,
        ):
            await use(http, service)

    asyncio.run(main())


def test_a_call_of_a_named_service_stays_below_its_address_with_its_headers_and_token() -> None:
    async def use(http: HttpClient, service: Peer) -> None:
        item = await http["stock"].get("/items/{sku}", path={"sku": "A/1"}, query={"n": 2}, into=Item)
        assert item == Item(sku="A-1", left=3)
        asked = service.asked[0]
        assert (asked.method, asked.path) == ("GET", "/v1/items/A%2F1?n=2")
        assert (asked.headers["authorization"], asked.headers["x-tenant"]) == ("Bearer s3cret", "7")
        assert asked.headers["user-agent"] == "cordio" and asked.headers["accept"] == "application/json"

    run(said(body=ITEM), use)


def test_models_dataclasses_and_plain_data_are_sent_as_json() -> None:
    async def use(http: HttpClient, service: Peer) -> None:
        for body in (Wanted("A-1"), {"sku": "A-1"}):
            await http["stock"].post("/orders", json=body)
        await http["stock"].put("/orders/1", json=Item(sku="A-1", left=1))
        assert [asked.body for asked in service.asked[:2]] == [b'{"sku":"A-1"}'] * 2
        assert service.asked[2].body == b'{"sku":"A-1","left":1}'
        assert service.asked[0].headers["content-type"] == "application/json"

    run(said(201), use)


def test_forms_and_bytes_are_sent_too_but_only_one_body() -> None:
    async def use(http: HttpClient, service: Peer) -> None:
        await http["stock"].patch("/orders/1", form={"a": "1 2"})
        await http["stock"].request("post", "/orders", body=b"raw", headers={"Content-Type": "text/plain"})
        assert service.asked[0].body == b"a=1+2"
        assert (service.asked[1].method, service.asked[1].headers["content-type"]) == ("POST", "text/plain")
        with pytest.raises(TypeError, match="one body"):
            await http["stock"].post("/orders", body=b"raw", json=1)

    run(said(), use)


def test_an_answer_is_there_as_text_and_data_too() -> None:
    async def use(http: HttpClient, service: Peer) -> None:
        answer = await http["stock"].delete("/orders/1")
        assert (answer.status, answer.text, answer.json()) == (200, "{}", {})
        assert answer.headers["x-tag"] == "a, b"
        assert (await http["stock"].head("/orders")).body == b""

    run(said(x_tag="a\r\nX-Tag: b"), use)


def test_an_answer_that_does_not_fit_is_told_with_its_place_and_without_its_values() -> None:
    async def use(http: HttpClient, service: Peer) -> None:
        with pytest.raises(AnswerInvalid) as told:
            await http["stock"].get("/items/1", into=Item)
        assert "left: " in str(told.value) and "hunter2" not in str(told.value)

    run(said(body=b'{"sku": "A-1", "left": "hunter2"}'), use)


def test_an_answer_that_is_no_json_is_told() -> None:
    async def use(http: HttpClient, service: Peer) -> None:
        with pytest.raises(AnswerInvalid, match=r"no JSON \(200, 4 bytes of text/html\)"):
            await http["stock"].get("/items/1", into=Item)
        with pytest.raises(AnswerInvalid, match="no JSON"):
            (await http["stock"].get("/items/1")).json()

    run(said(body=b"<p/>", content_type="text/html"), use)


def test_a_problem_document_becomes_an_exception_with_its_code() -> None:
    async def use(http: HttpClient, service: Peer) -> None:
        with pytest.raises(RequestFailed) as told:
            await http["stock"].post("/orders", json={})
        failed = told.value
        assert (failed.status, failed.code, failed.detail) == (409, "out_of_stock", "none left")
        assert str(failed).endswith("/v1/orders: answered 409: out_of_stock: none left")

    body = b'{"title": "Conflict", "status": 409, "code": "out_of_stock", "detail": "none left"}'
    run(said(409, body, content_type="application/problem+json"), use)


def test_another_refusal_becomes_an_exception_with_a_piece_of_its_body() -> None:
    async def use(http: HttpClient, service: Peer) -> None:
        with pytest.raises(RequestFailed) as told:
            await http["stock"].get("/orders")
        assert (told.value.status, told.value.code, len(told.value.body)) == (500, None, 500)
        assert "xxx" not in str(told.value)

    run(said(500, b"x" * 5000, content_type="text/plain"), use)


@pytest.mark.parametrize("status", [200, 500])
def test_an_answer_that_is_nested_too_deep_is_no_json_and_no_problem_document(status: int) -> None:
    async def use(http: HttpClient, service: Peer) -> None:
        if status == 500:
            with pytest.raises(RequestFailed) as told:
                await http["stock"].get("/orders")
            assert told.value.problem == {}
        else:
            with pytest.raises(AnswerInvalid, match="no JSON"):
                (await http["stock"].get("/orders")).json()

    run(said(status, b"[" * 100_000, content_type="application/problem+json"), use)


@pytest.mark.parametrize("framing", ["length", "chunks", "packed"])
def test_an_answer_that_is_too_large_is_not_read(framing: str) -> None:
    import zlib

    packed = zlib.compress(b"x" * 100_000)
    answers = {
        "length": said(body=b"x" * 2000),
        "chunks": b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n7d0\r\n"
        + b"x" * 2000
        + b"\r\n0\r\n\r\n",
        "packed": said(body=packed, content_encoding="deflate"),
    }

    async def use(http: HttpClient, service: Peer) -> None:
        with pytest.raises(AnswerTooLarge, match="1000 bytes at most"):
            await http["stock"].get("/")

    run(answers[framing], use, answer_limit=1000)


def test_cookies_are_not_kept() -> None:
    async def use(http: HttpClient, service: Peer) -> None:
        await http["stock"].get("/a")
        await http["stock"].get("/b")
        assert "cookie" not in service.asked[1].headers and service.connections == 1

    run(said(set_cookie="session=1; Path=/"), use)


def test_nothing_is_imported_or_connected_before_the_first_call() -> None:
    code = (
        "import asyncio, sys\n"
        "from cordio_fastapi.client import HttpClient\n"
        "async def main():\n"
        "    async with HttpClient() as http:\n"
        "        assert 'aiohttp' not in sys.modules\n"
        "asyncio.run(main())\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_without_its_library_a_client_says_at_once_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cordio_fastapi.client._client.find_spec", lambda name: None)
    with pytest.raises(ImportError, match=r"pip install cordio-fastapi\[client\]"):
        HttpClient()


def test_a_closed_client_says_so() -> None:
    async def main() -> None:
        async with peer(lambda request: said()) as service, HttpClient() as http:
            await http.get(service.url)
            await http.__aexit__(None, None, None)
            with pytest.raises(ClientClosed, match="inside its block"):
                await http.get(service.url)

    asyncio.run(main())


def test_a_service_that_is_not_set_is_told_with_what_is_near() -> None:
    http = HttpClient(settings("http://localhost:1"))
    with pytest.raises(KeyError, match="did you mean 'stock'"):
        http["stok"]
    with pytest.raises(KeyError, match="set http_client.services.orders.url"):
        http["orders"]
    assert repr(http) == "HttpClient(stock)" and "stock" in repr(http["stock"])


@pytest.mark.parametrize(
    ("wrong", "what"),
    [
        ({"services": {"a": {"url": "stock"}}}, "no http:// or https:// address"),
        ({"services": {"a": {"url": "http://u:p@stock"}}}, "user or a password"),
        ({"services": {"a": {"url": "http://stock?a=1"}}}, "a query"),
        ({"services": {"a": {"url": "http://stock", "headers": {"a b": "c"}}}}, "no name of a header"),
        ({"services": {"a": {"url": "http://stock", "headers": {"a": "c\nd"}}}}, "no header may hold"),
        ({"headers": {"Authorization": "x"}}, "would go to every host"),
    ],
)
def test_settings_that_cannot_be_meant_are_refused(wrong: dict[str, object], what: str) -> None:
    with pytest.raises(ValidationError, match=what):
        HttpClientSettings.model_validate(wrong)


def test_secrets_are_in_no_repr() -> None:
    assert "s3cret" not in repr(settings("http://stock")) + repr(HttpClient(settings("http://stock")))
