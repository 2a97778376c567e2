"""Orders leave with their transaction and are taken once, whatever dies on the way."""

from __future__ import annotations

import asyncio
import inspect
import json
import signal
import time
import uuid
from contextlib import ExitStack
from pathlib import Path
from typing import TypeVar

import httpx
import pytest
from service import LIMIT, Service

from cordio_amqp import Amqp, AmqpSettings
from cordio_pg import PgSettings, Postgres
from cordio_pg.events import Publisher
from tools.servers import PostgreSQL, RabbitMQ

APP = """
import os
import signal
from pathlib import Path

from cordio import App
from cordio_amqp import queue
from cordio_core import Request, get, post
from cordio_pg import Connection, Postgres
from cordio_pg.events import Outbox, once_per_message
from pydantic import BaseModel

app = App("orders")


class NewOrder(BaseModel):
    sku: str


class Order(BaseModel):
    id: int
    sku: str


@app.service
class Orders:
    def __init__(self, pg: Postgres, outbox: Outbox) -> None:
        self.pg = pg

    async def get(self, order_id: int) -> Order:
        return await self.pg.one(Order, "select * from orders where id = $1", order_id)

    async def place(self, new: NewOrder) -> Order:
        async with self.pg.transaction() as tx:
            order = await tx.one(Order, "insert into orders (sku) values ($1) returning *", new.sku)
            await tx.outbox("NAME", order, key=order.sku)
            return order


@app.on(get("/orders/{order_id}"))
async def read(order_id: int, orders: Orders) -> Order:
    return await orders.get(order_id)


@app.on(post("/orders"))
async def place(new: NewOrder, orders: Orders) -> Order:
    return await orders.place(new)


async def note(request: Request, pg: Postgres) -> None:
    await pg.execute("insert into came values ($1)", request.headers["message-id"])


async def burn() -> None:
    fuse = Path("fuse")
    if fuse.exists():
        fuse.unlink()
        os.kill(os.getpid(), signal.SIGKILL)


@app.on(queue("NAME"), before=[note], after=[burn])
@once_per_message
async def placed(order: Order, tx: Connection) -> None:
    await tx.execute("insert into taken (id) values ($1)", order.id)
"""
TABLES = """
create table orders (id serial primary key, sku text);
create table came (id text);
create table taken (id int);
"""
T = TypeVar("T")


@pytest.fixture
def root(tmp_path: Path, postgres: PostgreSQL, rabbitmq: RabbitMQ) -> Path:
    """The project, with a database and a queue of its own."""
    name = f"db_{uuid.uuid4().hex}"
    dsn = postgres.url.rpartition("/")[0] + f"/{name}"
    asked(postgres.url, f"create database {name}")
    asked(dsn, TABLES)
    for folder in ("home", "etc"):
        (tmp_path / folder).mkdir()
    (tmp_path / "home" / "app.py").write_text(APP.replace("NAME", f"orders.{name}"))
    (tmp_path / "up.py").write_text("from cordio import up\n\nup()\n")
    settings = {"pg": {"dsn": dsn}, "amqp": {"port": rabbitmq.port}, "http": {"port": 0}}
    settings["log"] = {"file": "var/log/main.log"}
    (tmp_path / "etc" / "main.json").write_text(json.dumps(settings))
    return tmp_path


def asked(dsn: str, query: str) -> list[tuple[object, ...]]:
    async def main() -> list[tuple[object, ...]]:
        async with Postgres(PgSettings.model_validate({"dsn": dsn, "migrations": ""})) as pg:
            if "create" in query:
                await pg.execute(query)
                return []
            return [tuple(row) for row in await pg.fetch(query)]

    return asyncio.run(main())


def rows(root: Path, query: str) -> list[tuple[object, ...]]:
    return asked(json.loads((root / "etc" / "main.json").read_text())["pg"]["dsn"], query)


def until(root: Path, query: str, wanted: list[tuple[object, ...]], services: list[Service]) -> None:
    end = time.monotonic() + LIMIT
    while (found := rows(root, query)) != wanted:
        assert time.monotonic() < end, (found, [service.output for service in services])


def test_an_order_that_is_placed_by_http_is_told_when_its_transaction_commits(root: Path) -> None:
    with Service(root, "--http-port", "0") as service:
        placed = httpx.post(f"{service.address()}/orders", json={"sku": "pen"}, timeout=LIMIT)
        assert placed.json() == {"id": 1, "sku": "pen"}
        assert service.get("/orders/1").json() == {"id": 1, "sku": "pen"}
        until(root, "select id from taken", [(1,)], [service])
        service.tell(signal.SIGTERM)
        assert service.ended() == 0, service.output
    assert rows(root, "select count(*) from cordio_outbox where sent_at is null") == [(0,)]


def test_a_message_that_comes_again_after_a_kill_between_commit_and_ack_has_its_effect_once(
    root: Path,
) -> None:
    (root / "fuse").touch()
    with Service(root, "--http-port", "0") as first:
        httpx.post(f"{first.address()}/orders", json={"sku": "pen"}, timeout=LIMIT)
        assert first.ended() == -signal.SIGKILL
    with Service(root, "--http-port", "0") as second:
        until(root, "select count(*) > 1 from came", [(True,)], [first, second])
        second.tell(signal.SIGTERM)
        assert second.ended() == 0, second.output
    assert rows(root, "select id from taken") == [(1,)]
    assert rows(root, "select count(distinct id) from came") == [(1,)]


def test_an_order_is_one_trace_from_the_request_to_the_message(root: Path) -> None:
    with Service(root, "--http-port", "0") as service:
        httpx.post(f"{service.address()}/orders", json={"sku": "pen"}, timeout=LIMIT)
        until(root, "select id from taken", [(1,)], [service])
        service.tell(signal.SIGTERM)
        assert service.ended() == 0, service.output
    records = [json.loads(line) for line in (root / "var" / "log" / "main.log").read_text().splitlines()]
    request, message = (
        next(record for record in records if record["kind"] == "event" and record["message"].startswith(name))
        for name in ("POST /orders", "queue orders.")
    )
    spans = {record["span_id"]: record for record in records if record["kind"] == "span"}
    written = spans[message["parent_id"]]
    assert written["message"].startswith("outbox orders.") and written["point"] == "messages"
    assert message["trace_id"] == written["trace_id"] == request["trace_id"]


def test_replicas_that_are_killed_lose_no_order_and_take_none_twice(root: Path) -> None:
    with ExitStack() as stack:
        services = [stack.enter_context(Service(root, "--http-port", "0")) for _ in range(3)]
        addresses = [service.address() for service in services]
        for number in range(90):
            if number in (30, 60):
                services[number // 30 - 1].tell(signal.SIGKILL)
            alive = addresses[min(number // 30, 2)]
            response = httpx.post(f"{alive}/orders", json={"sku": f"sku-{number % 7}"}, timeout=LIMIT)
            assert response.status_code < 300, response.text
        until(root, "select count(*) from cordio_outbox where sent_at is null", [(0,)], services)
        until(root, "select count(distinct id) from taken", [(90,)], services)
    assert rows(root, "select count(*) from taken") == [(90,)]
    assert rows(root, "select count(distinct id) from came") == [(90,)]


def test_the_service_amqp_is_what_an_outbox_publishes_by() -> None:
    publisher: Publisher = Amqp(AmqpSettings())
    assert list(inspect.signature(publisher.publish).parameters)[:3] == ["exchange", "key", "message"]
