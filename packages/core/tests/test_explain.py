"""The plan of a handler, told to people."""

from collections.abc import AsyncIterator

import pytest
from packages.core.tests.doubles import Manual

from cordio_core import App, CoreError, Request, Response, every, post
from cordio_core._signature import place


def test_a_plan_tells_what_fills_each_parameter_and_the_whole_chain() -> None:
    app = App("orders", entrypoints=[Manual()])

    @app.service
    def shop() -> str:
        return ""

    async def ring() -> AsyncIterator[None]:
        yield

    async def customer(request: Request) -> str:
        return ""

    async def stamp(response: Response, place_order: str) -> None: ...

    @app.on(post("/shops/{number}"), every("5m"), around=[ring], before=[customer], after=[stamp])
    async def place_order(customer: str, shop: str, number: int = 1, amount: int = 2) -> str:
        return ""

    told = app.explain(place_order)
    assert told.splitlines()[:13] == [
        f"POST /shops/{{number}} -> {place(place_order)}",
        "  layer: handler, 0 rules of its own",
        f"  around: {place(ring)}",
        f"  before: {place(customer)}",
        "    request: the request",
        f"  handler: {place(place_order)}",
        "    customer: what an earlier handler returned",
        "    shop: a service",
        "    number: the path",
        "    amount: the data of the event",
        f"  after: {place(stamp)}",
        "    response: the response",
        "    place_order: what an earlier handler returned",
    ]
    assert f"every 5m -> {place(place_order)}" in told


def test_a_function_that_is_no_handler_is_told_with_its_place() -> None:
    async def nobody() -> None: ...

    with pytest.raises(
        CoreError, match=r"nobody \(.*test_explain.py:\d+\) is no handler of orders: attach it"
    ):
        App("orders").explain(nobody)
