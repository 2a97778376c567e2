"""The whole model in one program: rules, a service, a free layer with a landing, a handler."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass

import pytest

from cordio_errors import Errors, Incident, Outcome, Retry, answer, to


class OutOfStock(Exception):
    def __init__(self, sku: str, left: int) -> None:
        super().__init__(sku, left)
        self.sku, self.left = sku, left


class PaymentRefused(Exception):
    pass


class Duplicate(Exception):
    pass


class CorruptState(Exception):
    pass


@dataclass
class Order:
    trouble: list[Exception]
    paid: bool = True


@pytest.fixture
def program(errors: Errors) -> Errors:
    """The rules of the program."""
    errors.on(OutOfStock, answer=answer("out_of_stock"), commit=[to.log("warning"), to.metric("out_of_stock")])
    errors.on(
        ConnectionError,
        TimeoutError,
        retry=Retry(attempts=5, wait="100ms..5s", within="20s"),
        answer=answer("unavailable"),
        commit=[to.log("error"), to.trace()],
    )
    errors.on(PaymentRefused, goto="checkout")
    errors.on(Duplicate, stop=True)
    errors.on(CorruptState, halt=True)
    errors.on(LookupError, ignore=True)
    errors.catalogue(
        {
            "out_of_stock": {
                "http": {"status": 409, "title": "Out of stock", "detail": "Only {left} left."},
                "amqp": {"action": "reject"},
                "log": "stock of {sku} is out",
            }
        }
    )
    return errors


def test_the_program_does_what_its_rules_say(program: Errors, seen: list[Incident]) -> None:
    errors = program

    class Shop:
        @errors.service
        async def reserve(self, order: Order) -> str:
            if order.trouble:
                raise order.trouble.pop(0)
            return "reserved"

    shop = Shop()

    async def offer_alternative(error: PaymentRefused, order: Order) -> str:
        return "on account"

    @errors.layer("checkout", landing=offer_alternative)
    async def checkout(order: Order) -> str:
        reserved = await shop.reserve(order)
        if not order.paid:
            raise PaymentRefused
        return reserved

    @errors.handler
    async def place(order: Order) -> str:
        return await checkout(order)

    def came_to(*trouble: Exception, paid: bool = True) -> Outcome:
        with errors.testing():
            return asyncio.run(errors.run(place, Order(list(trouble), paid)))

    errors.check()
    assert came_to(ConnectionError(), TimeoutError()).value == "reserved"
    assert came_to(paid=False).value == came_to(PaymentRefused()).value == "on account"
    assert came_to(Duplicate()).ended == "stop" and came_to(KeyError()) == Outcome(None)
    assert came_to(CorruptState()).ended == "halt"
    seen.clear()
    sold_out = came_to(OutOfStock("A-1", 3)).answer
    assert sold_out is not None
    page = sold_out.render("http")
    assert (page.status, json.loads(page.body)["detail"]) == (409, "Only 3 left.")
    assert [(one.destination.kind, one.message) for one in seen] == [
        ("log", "stock of A-1 is out"),
        ("metric", "stock of A-1 is out"),
    ]
    down = came_to(*[ConnectionError() for _ in range(9)]).answer
    assert down is not None and down.render("http").status == 503
