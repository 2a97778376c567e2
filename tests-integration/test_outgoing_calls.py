"""Services that call each other through `http`: one trace, one way of repeating, problems as exceptions."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
from packages.fastapi.tests.peer import Peer, in_turn, peer, said
from pydantic import BaseModel

from cordio import App
from cordio_core import get, post
from cordio_errors import Retry, answer
from cordio_fastapi.client import HttpClient, RequestFailed

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
TRACED = {"traceparent": f"00-{TRACE}-{PARENT}-01", "tracestate": "vendor=1"}


class Onward(BaseModel):
    """What the service of the W3C trace-context suite is told to call."""

    url: str
    arguments: list[Any] = []


class Item(BaseModel):
    sku: str
    left: int


def made(root: Path, name: str, more: str = "") -> App:
    """Make an application that logs to a file of its own."""
    (root / name / "etc").mkdir(parents=True)
    settings = f"log: {{file: {root}/{name}.log, format: json, console: false}}\nhttp: {{port: 0}}\n"
    (root / name / "etc" / "main.yaml").write_text(settings + more)
    return App(name, root=root / name)


@asynccontextmanager
async def serving(*apps: App) -> AsyncIterator[list[str]]:
    """Run applications; give their addresses."""
    async with AsyncExitStack() as stack:
        yield [(await stack.enter_async_context(app.running())).addresses[0] for app in apps]


def records(root: Path, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (root / f"{name}.log").read_text().splitlines()]


def test_a_trace_goes_on_through_every_service_that_is_called(tmp_path: Path) -> None:
    first, second = made(tmp_path, "first"), made(tmp_path, "second")
    for app in (first, second):

        @app.on(post("/test"))
        async def call(onward: list[Onward], http: HttpClient) -> int:
            for each in onward:
                await http.post(each.url, json=each.arguments)
            return len(onward)

    async def main() -> list[Peer]:
        async with peer(lambda asked: said()) as harness, serving(first, second) as (one, two):
            onward = [
                {"url": f"{two}/test", "arguments": [{"url": f"{harness.url}/a", "arguments": []}]},
                {"url": f"{harness.url}/b", "arguments": [1]},
            ]
            async with httpx.AsyncClient(trust_env=False) as client:
                assert (await client.post(f"{one}/test", json=onward, headers=TRACED)).json() == 2
            return [harness]

    [harness] = asyncio.run(main())
    through, direct = harness.asked
    assert (through.path, direct.path, direct.body) == ("/a", "/b", b"[1]")
    for asked in harness.asked:
        version, trace, parent, flags = asked.headers["traceparent"].split("-")
        assert (version, trace, flags) == ("00", TRACE, "01") and parent != PARENT
        assert asked.headers["tracestate"] == "vendor=1"
    ones = [
        r for r in records(tmp_path, "first") if r.get("kind") == "span" and r["message"].startswith("POST")
    ]
    twos = [r for r in records(tmp_path, "second") if r.get("kind") == "event"]
    assert direct.headers["traceparent"].split("-")[2] in {r["span_id"] for r in ones}
    assert twos[0]["parent_id"] in {r["span_id"] for r in ones} and len(ones) == 2


def shop(root: Path, url: str) -> App:
    """Make a shop that asks a stock."""
    app = made(root, "shop", f"http_client: {{services: {{stock: {{url: '{url}', token: s3cret}}}}}}\n")
    app.errors.on(RequestFailed, retry=Retry(attempts=3, wait="1ms"), answer=answer("unavailable"), commit=[])

    @app.on(get("/items/{sku}"))
    async def read(sku: str, http: HttpClient) -> Item:
        return await http["stock"].get("/items/{sku}", path={"sku": sku}, into=Item)

    @app.on(post("/items/{sku}"))
    async def order(sku: str, http: HttpClient) -> None:
        await http["stock"].post("/items/{sku}/orders", path={"sku": sku})

    return app


async def asked(app: App, method: str, path: str) -> httpx.Response:
    async with serving(app) as [address], httpx.AsyncClient(trust_env=False) as client:
        return await client.request(method, f"{address}{path}")


def test_error_rules_repeat_what_may_be_repeated(tmp_path: Path) -> None:
    async def main() -> None:
        item = said(body=b'{"sku": "A-1", "left": 3}')
        async with peer(in_turn(said(503), said(502), item)) as stock:
            found = await asked(shop(tmp_path, stock.url), "GET", "/items/A-1")
            assert (found.status_code, found.json()) == (200, {"sku": "A-1", "left": 3})
            assert [each.path for each in stock.asked] == ["/items/A-1"] * 3
            assert stock.asked[0].headers["authorization"] == "Bearer s3cret"

    asyncio.run(main())


def test_error_rules_do_not_repeat_an_order_or_what_will_not_pass(tmp_path: Path) -> None:
    async def main() -> None:
        for number, (method, status) in enumerate((("POST", 503), ("GET", 404))):
            async with peer(in_turn(said(status))) as stock:
                found = await asked(shop(tmp_path / str(number), stock.url), method, "/items/A-1")
                assert found.status_code == 503 and found.json()["code"] == "unavailable"
                assert len(stock.asked) == 1

    asyncio.run(main())
