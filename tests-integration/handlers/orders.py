"""Handlers that know of no framework and no database: they import `cordio_core` alone."""

from __future__ import annotations

from dataclasses import dataclass

from cordio_core import App, Request, Response, get, post
from cordio_core.protocols import Store

__all__ = ["Order", "attach"]


@dataclass(frozen=True)
class NewOrder:
    """What a caller sends."""

    sku: str
    amount: int = 1


@dataclass(frozen=True)
class Order:
    """What the store holds."""

    order_id: int
    sku: str
    amount: int


async def read(order_id: int, store: Store) -> Order:
    """Answer with one order."""
    return await store.one(Order, "select * from orders where order_id = $1", order_id)


async def place(order: NewOrder, store: Store, request: Request) -> Order:
    """Keep an order, all of it or nothing."""
    async with store.transaction() as inside:
        await inside.execute("insert into orders (sku, amount) values ($1, $2)", order.sku, order.amount)
        rows = await inside.fetch("select max(order_id) as last from orders")
        if request.headers.get("x-fail"):
            raise LookupError("the caller wants it to fail")
    return Order(int(rows[0]["last"]), order.sku, order.amount)


async def stamp(response: Response) -> Response:
    """Say who answered."""
    return Response(response.value, response.status, {"x-shop": "corner"})


def attach(app: App) -> None:
    """Attach them all to an application."""
    app.on(get("/orders/{order_id}"))(read)
    app.on(post("/orders"), after=[stamp])(place)
