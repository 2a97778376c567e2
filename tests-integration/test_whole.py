"""One project with everything: HTTP, messages, a schedule, the database, commands and ways to run."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import sys
import uuid
from pathlib import Path

import aio_pika
import asyncpg
import httpx
import pytest
from service import LIMIT, Service, said

from tools.servers import PostgreSQL, RabbitMQ

APP = """
import click
from cordio import App
from cordio_core import Request, every, get, post, queue
from cordio_errors import Retry, answer, to
from cordio_pg import Postgres
from pydantic import BaseModel, PositiveInt

app = App()


class Limits(BaseModel):
    per_minute: PositiveInt = 60


class NewOrder(BaseModel):
    sku: str


class Order(NewOrder):
    id: int


class OutOfStock(Exception):
    pass


@app.main
@click.option("--greeting", default="Hello", help="What the service says first.")
@app.block("limits", Limits)
async def main(config, log):
    log.info("up", greeting=config["greeting"])


@app.service
class Orders:
    def __init__(self, pg: Postgres, limits: Limits):
        self.pg, self.limits = pg, limits

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_):
        pass

    async def get(self, order_id: int) -> Order:
        return await self.pg.one(Order, "select * from orders where id = $1", order_id)

    async def place(self, order: NewOrder) -> Order:
        if order.sku == "none":
            raise OutOfStock
        return await self.pg.one(Order, "insert into orders (sku) values ($1) returning *", order.sku)

    async def expire(self) -> int:
        return await self.pg.value(int, "select count(*) from orders")


@app.on(get("/orders/{order_id}"))
async def read_order(order_id: int, orders: Orders) -> Order:
    return await orders.get(order_id)


@app.on(post("/orders"), queue("QUEUE"))
async def place_order(order: NewOrder, orders: Orders, request: Request) -> Order:
    return await orders.place(order)


@app.on(every("5m"))
async def expire(orders: Orders):
    return await orders.expire()


facts = [to.log("warning"), to.metric("out_of_stock")]
app.errors.catalogue({"out_of_stock": {"http": {"status": 409, "title": "Out of stock"}}})
app.errors.on(OutOfStock, answer=answer("out_of_stock"), commit=facts)
app.errors.on(OSError, retry=Retry(attempts=5, wait="100ms..5s", within="20s"), answer=answer("unavailable"))
"""


@pytest.fixture
def orders(tmp_path: Path, postgres: PostgreSQL, rabbitmq: RabbitMQ) -> Path:
    """The project, on a database and a queue of its own."""
    name = uuid.uuid4().hex
    asyncio.run(_made(postgres.url, f"db_{name}"))
    root = tmp_path / "orders"
    (root / "home" / "migrations").mkdir(parents=True)
    (root / "etc").mkdir()
    (root / "home" / "app.py").write_text(APP.replace("QUEUE", f"orders.new.{name}"))
    (root / "home" / "migrations" / "0001_orders.sql").write_text(
        "create table orders (id bigserial primary key, sku text not null);\n"
    )
    (root / "up.py").write_text("from cordio import up\n\nup()\n")
    settings = {
        "pg": {"dsn": postgres.url.rpartition("/")[0] + f"/db_{name}"},
        "amqp": {"url": rabbitmq.url},
        "app": {"drain": "0s"},
    }
    (root / "etc" / "main.json").write_text(json.dumps(settings))
    said(root, "migrate")
    return root


async def _made(url: str, name: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(f"create database {name}")
    await connection.close()


def queue_of(root: Path) -> str:
    settings = json.loads((root / "etc" / "main.json").read_text())
    return f"orders.new.{settings['pg']['dsn'].rpartition('_')[2]}"


def test_one_handler_serves_requests_and_messages(orders: Path, rabbitmq: RabbitMQ) -> None:
    with Service(orders, "--http-port", "0", "--greeting", "Good day") as service:
        service.until("Good day")
        placed = httpx.post(f"{service.address()}/orders", json={"sku": "A-1"}, timeout=LIMIT).json()
        assert service.get(f"/orders/{placed['id']}").json() == {"sku": "A-1", "id": placed["id"]}
        refused = httpx.post(f"{service.address()}/orders", json={"sku": "none"}, timeout=LIMIT)
        assert (refused.status_code, refused.json()["code"]) == (409, "out_of_stock")
        asyncio.run(_sent(rabbitmq.url, queue_of(orders), {"sku": "B-2"}))
        service.until(rf'"message": "queue {queue_of(orders)}", "status": "acknowledged"')
        assert service.get(f"/orders/{placed['id'] + 1}").json()["sku"] == "B-2"
        assert "place_order" in service.get("/state").text
        service.tell(signal.SIGTERM)
        assert service.ended() == 0, service.output


async def _sent(url: str, queue: str, data: object) -> None:
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel()
        message = aio_pika.Message(json.dumps(data).encode(), content_type="application/json")
        await channel.default_exchange.publish(message, queue)


def test_its_commands_and_ways_to_run(orders: Path) -> None:
    assert said(orders, "once", "expire").splitlines()[-1] == "0"
    checked = said(orders, "--limits-per-minute", "7", "--config-check")
    assert "pg.dsn" in checked and "limits.per_minute" in checked and "--limits-per-minute" in checked
    assert "[limits]" in said(orders, "--config-template", "toml")
    assert "0001_orders" in said(orders, "migrate", "status")
    assert said(orders, "parked", "list") == ""
    channels = json.loads(said(orders, "asyncapi"))["channels"]
    waiting, parked = sorted(channel["address"] for channel in channels.values())
    assert (waiting, parked) == (queue_of(orders), f"{queue_of(orders)}.parked")


def test_it_runs_under_a_foreign_server(orders: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "home.app:app", "--port", str(port)]
    with Service(orders, command=command) as service:
        service.until("Uvicorn running on")
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=LIMIT) as client:
            placed = client.post("/orders", json={"sku": "C-3"})
            assert placed.json()["sku"] == "C-3"
        service.tell(signal.SIGTERM)
        assert service.ended() in (0, -signal.SIGTERM), service.output
