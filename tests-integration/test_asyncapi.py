"""A whole project with no broker: it consumes in its own process, and tells its messages beside its routes."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import httpx
import pytest
from service import Service, said

APPLICATION = """
from cordio import App
from cordio_amqp import Amqp, queue
from cordio_core import post
from pydantic import BaseModel

app = App("shop")


class Order(BaseModel):
    sku: str


@app.on(post("/orders"))
async def place(order: Order, amqp: Amqp) -> dict[str, str]:
    return {"id": await amqp.publish("", "orders.new", order)}


@app.on(queue("orders.new"))
async def pack(order: Order, log) -> None:
    log.info("packed", sku=order.sku)
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A small project."""
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "app.py").write_text(APPLICATION)
    (tmp_path / "up.py").write_text("from cordio import up\n\nup()\n")
    return tmp_path


def test_a_project_in_development_needs_no_broker_and_tells_its_messages(shop: Path) -> None:
    with Service(shop, "--http-port", "0", environment={"CORDIO_PRESET": "development"}) as service:
        assert service.get("/asyncapi.json").json()["channels"]["queue-orders.new"]["address"] == "orders.new"
        assert "/asyncapi.json" in service.get("/openapi.json").json()["paths"]
        service.until("none survives its end")
        answer = httpx.post(f"{service.address()}/orders", json={"sku": "A-1"}, timeout=60)
        assert answer.json()["id"]
        service.until("packed.*A-1")
        service.tell(signal.SIGTERM)
        assert service.ended() == 0


def test_the_command_prints_the_same_document(shop: Path) -> None:
    assert list(json.loads(said(shop, "asyncapi"))["operations"]) == [
        "receive-queue-orders.new",
        "park-queue-orders.new",
    ]
