"""A queue is held off through the state page, and its messages wait until it goes on."""

from __future__ import annotations

import signal
from pathlib import Path

import httpx
from service import LIMIT, Service

APPLICATION = """
from cordio import App
from cordio_amqp import Amqp, queue
from cordio_core import post

app = App("shop")


@app.on(post("/orders"))
async def place(sku: str, amqp: Amqp) -> str:
    return await amqp.publish("", "orders.new", {"sku": sku})


@app.on(queue("orders.new"))
async def pack(sku: str, log) -> None:
    log.info("packed", sku=sku)
"""


def test_a_paused_queue_keeps_its_messages(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "app.py").write_text(APPLICATION)
    (tmp_path / "up.py").write_text("from cordio import up\n\nup()\n")
    with Service(tmp_path, "--http-port", "0", environment={"CORDIO_PRESET": "development"}) as service:
        with httpx.Client(base_url=service.address(), timeout=LIMIT) as client:
            wanted = {"kind": "amqp", "name": "orders.new", "token": client.get("/state").json()["token"]}
            client.post("/state/sources", json={**wanted, "action": "pause"}).raise_for_status()
            client.post("/orders", params={"sku": "A-1"}).raise_for_status()
            (source,) = [each for each in client.get("/state").json()["sources"] if each["kind"] == "amqp"]
            assert source["more"]["consumers"][0]["standing"] == "paused"
            assert "packed" not in service.output
            client.post("/state/sources", json={**wanted, "action": "resume"}).raise_for_status()
            service.until("packed.*A-1")
        service.tell(signal.SIGTERM)
        assert service.ended() == 0, service.output
