"""The program that a user writes."""

from __future__ import annotations

import asyncio
import json
import logging
from dataclasses import dataclass

import pytest

from cordio_errors import Errors, Retry, answer, to


@dataclass
class Order:
    sku: str
    amount: int


class OutOfStock(Exception):
    def __init__(self, sku: str, left: int) -> None:
        super().__init__(sku, left)
        self.sku, self.left = sku, left


errors = Errors()
errors.on(OutOfStock, answer=answer("out_of_stock"), commit=[to.log("warning"), to.metric("out_of_stock")])
errors.on(
    ConnectionError,
    TimeoutError,
    retry=Retry(attempts=5, wait="1ms..5ms", within="20s"),
    answer=answer("unavailable"),
    commit=[to.log("error"), to.trace()],
)
errors.on(LookupError, ignore=True)
errors.catalogue(
    {
        "out_of_stock": {
            "http": {"status": 409, "title": "Out of stock", "detail": "Only {left} left."},
            "log": "stock of {sku} is out",
        }
    }
)
errors.check()


class Shop:
    def __init__(self, trouble: list[Exception], left: int = 3) -> None:
        self.trouble, self.left, self.calls = trouble, left, 0

    @errors.service
    async def reserve(self, order: Order) -> str:
        self.calls += 1
        if self.trouble:
            raise self.trouble.pop(0)
        if order.amount > self.left:
            raise OutOfStock(order.sku, self.left)
        return f"{order.amount} of {order.sku}"


@errors.handler
async def place(order: Order, shop: Shop) -> str:
    return await shop.reserve(order)


def test_a_failing_handler_answers_by_its_rule_and_a_flaky_resource_is_repeated(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def main() -> None:
        shop = Shop([ConnectionError("refused"), TimeoutError()])
        outcome = await errors.run(place, Order("A-1", 2), shop)
        assert (outcome.value, outcome.answer, shop.calls) == ("2 of A-1", None, 3)
        assert caplog.records == []

        outcome = await errors.run(place, Order("A-1", 9), shop)
        assert outcome.value is None and outcome.answer is not None
        page = outcome.answer.render("http")
        assert page.status == 409 and page.headers["content-type"] == "application/problem+json"
        problem = json.loads(page.body)
        assert problem["detail"] == "Only 3 left." and problem["code"] == "out_of_stock"
        texts = [(record.levelname, record.getMessage()) for record in caplog.records]
        assert [level for level, _ in texts] == ["WARNING", "INFO"]
        assert texts[0][1].startswith("stock of A-1 is out")
        assert texts[1][1].startswith("metric out_of_stock +1")
        assert all(problem["instance"] == "urn:uuid:" + text[-37:-1] for _, text in texts)

        down = Shop([ConnectionError("refused") for _ in range(9)])
        outcome = await errors.run(place, Order("A-1", 1), down)
        assert outcome.answer is not None and outcome.answer.status == 503 and down.calls == 5

        outcome = await errors.run(place, Order("A-1", 1), Shop([KeyError("A-1")]))
        assert outcome.value is None and outcome.answer is None

    with caplog.at_level(logging.INFO, logger="cordio.errors"):
        asyncio.run(main())
