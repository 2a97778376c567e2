"""Services that publish and call over RabbitMQ: one trace, codes as exceptions, a command for the parked."""

from __future__ import annotations

import asyncio
import json
import uuid
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel
from service import said

from cordio import App
from cordio_amqp import Amqp, AmqpSettings, CallFailed, queue
from cordio_core import Request, rpc
from cordio_errors import answer, to
from tools.servers import RabbitMQ

LIMIT = 60.0
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = f"00-{TRACE}-00f067aa0ba902b7-01"
APP = """
from cordio import App
from cordio_amqp import Retries, queue

app = App("orders")


@app.on(queue("{name}", retry=Retries(attempts=1)))
async def take(sku: str) -> None: ...
"""


class NewOrder(BaseModel):
    sku: str


class OutOfStock(Exception):
    """There is none left."""


@pytest.fixture
def name() -> str:
    """A name of one's own for a queue or a procedure."""
    return f"test-{uuid.uuid4().hex}"


def made(root: Path, server: RabbitMQ, name: str) -> App:
    """Make an application that logs to a file of its own."""
    (root / name / "etc").mkdir(parents=True)
    (root / name / "etc" / "main.yaml").write_text(
        f"log: {{file: {root}/{name}.log, format: json, console: false}}\nhttp: {{port: 0}}\n"
        f"amqp: {{port: {server.port}}}\n"
    )
    return App(name, root=root / name)


def records(root: Path, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (root / f"{name}.log").read_text().splitlines()]


def test_a_trace_goes_on_through_what_is_published_and_called(
    rabbitmq: RabbitMQ, tmp_path: Path, name: str
) -> None:
    shop, stock, done = (
        made(tmp_path, rabbitmq, "shop"),
        made(tmp_path, rabbitmq, "stock"),
        asyncio.Queue[int](),
    )

    @shop.on(queue(name))
    async def take(order: NewOrder, amqp: Amqp) -> None:
        await done.put(await amqp.call(f"{name}.price", into=int, sku=order.sku))

    @stock.on(rpc(f"{name}.price"))
    async def price(sku: str, amqp: Amqp) -> int:
        await amqp.publish("", f"{name}.asked", {"sku": sku})
        return 7

    @stock.on(queue(f"{name}.asked"))
    async def asked(sku: str, request: Request) -> None:
        await done.put(len(request.headers["traceparent"]))

    async def main() -> None:
        async with asyncio.timeout(LIMIT), stock.running(), shop.running():
            async with Amqp(AmqpSettings(port=rabbitmq.port)) as amqp:
                await amqp.publish("", name, NewOrder(sku="A-1"), headers={"traceparent": PARENT})
            assert sorted([await done.get(), await done.get()]) == [7, 55]

    asyncio.run(main())
    ours, theirs = records(tmp_path, "shop"), records(tmp_path, "stock")
    spans = {each["message"]: each for each in [*ours, *theirs] if each.get("kind") in ("span", "event")}
    order, call, answered = (
        spans[text] for text in (f"queue {name}", f"call {name}.price", f"rpc {name}.price")
    )
    publish, last = spans[f"publish {name}.asked"], spans[f"queue {name}.asked"]
    assert {each["trace_id"] for each in (order, call, answered, publish, last)} == {TRACE}
    for child, parent in ((call, order), (answered, call), (publish, answered), (last, publish)):
        assert child["parent_id"] == parent["span_id"], (child["message"], parent["message"])
    for waiting, sender in ((spans[f"wait rpc.{name}.price"], call), (spans[f"wait {name}.asked"], publish)):
        assert (waiting["trace_id"], waiting["parent_id"]) == (TRACE, sender["span_id"])
    assert (order["status"], call["status"], publish["status"]) == ("acknowledged", "answered", "confirmed")


def test_an_error_rule_of_the_called_one_comes_out_of_the_call_with_its_code(
    rabbitmq: RabbitMQ, tmp_path: Path, name: str
) -> None:
    stock = made(tmp_path, rabbitmq, "stock")
    stock.errors.on(OutOfStock, answer=answer("not_found"), commit=[to.log("info")])

    @stock.on(rpc(name))
    async def reserve(sku: str) -> None:
        raise OutOfStock if sku == "A-1" else RuntimeError("the password is hunter2")

    async def main() -> None:
        async with asyncio.timeout(LIMIT), stock.running(), Amqp(AmqpSettings(port=rabbitmq.port)) as amqp:
            with pytest.raises(CallFailed) as known:
                await amqp.call(name, sku="A-1")
            assert (known.value.code, known.value.status) == ("not_found", 404)
            with pytest.raises(CallFailed) as unknown:
                await amqp.call(name, sku="B-1")
            assert unknown.value.status == 500 and unknown.value.incident
            assert "hunter2" not in str(unknown.value)

    asyncio.run(main())
    assert any(unknown["message"] and "OutOfStock" in str(unknown) for unknown in records(tmp_path, "stock"))


def test_parked_messages_are_looked_at_and_brought_back_by_a_command(
    rabbitmq: RabbitMQ, tmp_path: Path, name: str
) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "app.py").write_text(APP.format(name=name))
    (tmp_path / "up.py").write_text("from cordio import up\n\nup()\n")
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "main.json").write_text(json.dumps({"amqp": {"port": rabbitmq.port}}))
    app = made(tmp_path, rabbitmq, "orders")

    @app.on(queue(name))
    async def take(sku: int) -> None: ...

    async def main() -> None:
        async with asyncio.timeout(LIMIT), app.running(), Amqp(AmqpSettings(port=rabbitmq.port)) as amqp:
            await amqp.publish("", name, {"sku": "A-1"}, message_id="7d0f")
            while "7d0f" not in await asyncio.to_thread(said, tmp_path, "parked", "list"):
                pass

    asyncio.run(main())
    assert '"message-id": "7d0f"' in said(tmp_path, "parked", "show", name, "7d0f")
    assert said(tmp_path, "parked", "replay", name, "--id", "7d0f") == f"1 brought back to {name}\n"
    assert said(tmp_path, "parked", "list") == ""
