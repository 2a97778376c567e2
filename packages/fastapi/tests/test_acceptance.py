"""What a user of the part sees."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import httpx
from packages.fastapi.tests.doubles import Container, Guard, Runtime
from pydantic import BaseModel, PositiveInt

from cordio_core import Plan, Request, Response
from cordio_core.protocols import AsgiEntrypoint, Entrypoint
from cordio_fastapi import HttpEntrypoint, HttpSettings, get, post


class Order(BaseModel):
    id: int
    amount: PositiveInt


class Orders:
    def __init__(self) -> None:
        self.kept: dict[int, Order] = {}


async def place_order(order: Order, orders: Orders, request: Request) -> Order | Response:
    """Place an order."""
    orders.kept[order.id] = order
    return Response(order, status=201, headers={"location": f"{request.event.name[5:]}/{order.id}"})


async def read_order(order_id: int, orders: Orders) -> Order | Response:
    """Read an order."""
    found = orders.kept.get(order_id)
    return found or Response({"missing": order_id}, status=404)


def plans() -> Sequence[Plan]:
    container, guard = Container({"orders": Orders()}), Guard()
    return [
        Plan(post("/orders"), place_order, container, guard),
        Plan(get("/orders/{order_id}"), read_order, container, guard),
    ]


def test_handlers_of_http_events_are_served_over_a_socket_with_validation_openapi_and_health() -> None:
    async def main() -> None:
        entrypoint, runtime = HttpEntrypoint(), Runtime(HttpSettings(port=0))
        entrypoint.attach(plans())
        await entrypoint.start(runtime)
        async with httpx.AsyncClient(base_url=entrypoint.addresses[0], trust_env=False) as client:
            placed = await client.post("/orders", json={"id": 7, "amount": 2})
            assert (placed.status_code, placed.json()) == (201, {"id": 7, "amount": 2})
            assert placed.headers["location"] == "/orders/7"
            assert (await client.get(placed.headers["location"])).json() == {"id": 7, "amount": 2}
            assert (await client.get("/orders/8")).json() == {"missing": 8}

            refused = await client.post("/orders", json={"id": 7, "amount": -2})
            assert refused.status_code == 422
            assert refused.headers["content-type"] == "application/problem+json"
            assert [error["loc"] for error in refused.json()["errors"]] == [["body", "amount"]]

            document = (await client.get("/openapi.json")).json()
            assert document["info"]["title"] == "orders"
            assert document["paths"]["/orders"]["post"]["description"] == "Place an order."
            assert [p["name"] for p in document["paths"]["/orders/{order_id}"]["get"]["parameters"]] == [
                "order_id"
            ]
            assert "Orders" not in document["components"]["schemas"]
            assert (await client.get("/docs")).status_code == 200
            assert (await client.get("/healthcheck")).json()["status"] == "up"
        await entrypoint.stop(1)
        names = [span.name for span in runtime.spans][:3]
        assert names == ["POST /orders", "GET /orders/{order_id}", "GET /orders/{order_id}"]
        assert [span.status for span in runtime.spans][:4] == [201, 200, 404, 422]

    asyncio.run(main())


def test_it_is_an_entrypoint_for_its_own_server_and_for_a_foreign_one() -> None:
    entrypoint: AsgiEntrypoint = HttpEntrypoint()
    assert isinstance(entrypoint, Entrypoint) and isinstance(entrypoint, AsgiEntrypoint)
