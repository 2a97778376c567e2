"""What rules answer stands in the OpenAPI document; work after an answer is under the same rules."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import httpx
from fastapi import BackgroundTasks

from cordio import App
from cordio_core import get
from cordio_errors import Retry, answer, rule

HTTP = {
    "http": {"status": 409, "title": "Sold out", "detail": "{sku} is sold out.", "headers": {"x-sku": "{sku}"}}
}


class SoldOut(Exception):
    def __init__(self, sku: str) -> None:
        super().__init__(sku)
        self.sku = sku


def shop(root: Path) -> App:
    (root / "etc").mkdir()
    (root / "etc" / "main.yaml").write_text("log: {console: false, capture: false}\n")
    app = App("shop", root=root)
    app.errors.on(SoldOut, answer=answer("sold_out"))
    app.errors.on(
        ConnectionError, retry=Retry(attempts=2, wait="1ms", within="1s"), answer=answer("unavailable")
    )
    app.errors.catalogue({"sold_out": HTTP, "closed": {"http": {"status": 409, "title": "Closed"}}})
    return app


async def asked(app: App, *paths: str) -> list[httpx.Response]:
    async with app.running(listening=False):
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://shop") as client:
            return [await client.get(path) for path in paths]


def test_the_document_has_the_answers_of_the_application_s_rules_and_of_a_handler_s_own(
    tmp_path: Path,
) -> None:
    app = shop(tmp_path)

    @app.on(get("/first/{sku}"), errors=[rule(KeyError, answer=answer("closed"))])
    async def first(sku: str) -> None:
        raise SoldOut(sku)

    @app.on(get("/second"))
    async def second() -> None: ...

    refused, document = asyncio.run(asked(app, "/first/A-1", "/openapi.json"))
    found: dict[str, Any] = {path: item["get"]["responses"] for path, item in document.json()["paths"].items()}
    assert set(found["/first/{sku}"]) == {"200", "409", "422", "500", "503"}
    conflict = found["/first/{sku}"]["409"]
    examples = conflict["content"]["application/problem+json"]["examples"]
    assert set(examples) == {"sold_out", "closed"} and list(conflict["headers"]) == ["X-Sku"]
    assert examples["sold_out"]["value"]["detail"] == "{sku} is sold out."
    told = examples["sold_out"]["value"]
    assert {name: told[name] for name in ("type", "title", "status", "code")} == {
        name: refused.json()[name] for name in ("type", "title", "status", "code")
    }
    assert set(found["/second"]["409"]["content"]["application/problem+json"]["examples"]) == {"sold_out"}


def test_what_fails_after_an_answer_is_judged_by_the_rules_of_its_handler(tmp_path: Path) -> None:
    app = shop(tmp_path)
    seen: list[tuple[str, str, bool]] = []

    @app.on(get("/"), errors=[rule(LookupError, answer=answer("closed"))])
    async def handler(later: BackgroundTasks) -> int:
        later.add_task(fail)
        return 1

    async def fail() -> None:
        raise LookupError("after the answer")

    with app.errors.testing() as decisions:
        [found] = asyncio.run(asked(app, "/"))
        seen += [(each.layer.rpartition(".")[2], each.reaction, each.rule is not None) for each in decisions]
    assert (found.status_code, found.json()) == (200, 1)
    assert seen == [("handler", "answer", True)]
