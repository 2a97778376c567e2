"""What goes wrong is told in the languages that the other side reads, where the catalogue has them."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
from pydantic import BaseModel

from cordio import App
from cordio_core import get, post
from cordio_errors import answer


class Order(BaseModel):
    sku: str


class SoldOut(Exception):
    def __init__(self, sku: str) -> None:
        super().__init__(sku)
        self.sku = sku


def shop(root: Path) -> App:
    (root / "etc").mkdir()
    (root / "etc" / "main.yaml").write_text("log: {console: false, capture: false}\n")
    app = App("shop", root=root)
    app.errors.on(SoldOut, answer=answer("sold_out"))
    app.errors.catalogue(
        {
            "sold_out": {
                "http": {
                    "status": 409,
                    "title": {"en": "Sold out", "de": "Ausverkauft"},
                    "detail": {"en": "{sku} is sold out.", "de": "{sku} ist ausverkauft."},
                }
            }
        }
    )

    @app.on(get("/orders/{sku}"))
    async def order(sku: str) -> None:
        raise SoldOut(sku)

    @app.on(post("/orders"))
    async def place(order: Order) -> None: ...

    return app


def asked(app: App, language: str | None) -> list[httpx.Response]:
    async def main() -> list[httpx.Response]:
        headers = {} if language is None else {"accept-language": language}
        async with app.running(listening=False):
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(
                transport=transport, base_url="http://shop", headers=headers
            ) as client:
                return [await client.get("/orders/A-1"), await client.post("/orders", json={})]

    return asyncio.run(main())


def test_a_rule_s_answer_is_in_the_language_that_is_asked_for(tmp_path: Path) -> None:
    sold_out, _ = asked(shop(tmp_path), "fr, de-AT;q=0.8, en;q=0.5")
    assert (sold_out.status_code, sold_out.headers["content-language"]) == (409, "de")
    assert (sold_out.json()["title"], sold_out.json()["detail"]) == ("Ausverkauft", "A-1 ist ausverkauft.")
    assert sold_out.headers["vary"] == "accept-language"


def test_without_a_language_that_is_known_it_is_in_the_first(tmp_path: Path) -> None:
    sold_out, invalid = asked(shop(tmp_path), "fr")
    assert (sold_out.headers["content-language"], sold_out.json()["title"]) == ("en", "Sold out")
    assert invalid.json()["title"] == "Unprocessable Content" and "content-language" not in invalid.headers
