"""Records of an application in a queue of RabbitMQ, by its settings alone."""

from __future__ import annotations

import asyncio
import json
import uuid
from pathlib import Path

import aio_pika
from service import said

from tools.servers import RabbitMQ

APP = """
from cordio import App
from cordio_core import get
from cordio_monitor import Log

app = App("orders")


@app.on(get("/orders/{sku}"))
async def order(sku: str, log: Log) -> str:
    log.info("looking", sku=sku, password="hunter2")
    return sku
"""


def test_records_go_to_a_queue_by_settings_alone(tmp_path: Path, rabbitmq: RabbitMQ) -> None:
    name = f"log-{uuid.uuid4().hex}"
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "app.py").write_text(APP)
    (tmp_path / "up.py").write_text("from cordio import up\n\nup()\n")
    settings = {"amqp": {"url": rabbitmq.url}, "log": {"queue": name, "console": False}}
    (tmp_path / "config.json").write_text(json.dumps(settings))

    async def main() -> list[dict[str, object]]:
        async with await aio_pika.connect(rabbitmq.url) as connection:
            queue = await (await connection.channel()).declare_queue(name, auto_delete=True)
            await asyncio.to_thread(said, tmp_path, "once", "order", '{"sku": "pen"}')
            found: list[dict[str, object]] = []
            while (message := await queue.get(no_ack=True, fail=False)) is not None:
                found.append(json.loads(message.body))
        return found

    records = asyncio.run(main())
    (looking,) = [record for record in records if record["message"] == "looking"]
    assert (looking["sku"], looking["password"]) == ("pen", "***")
    assert "event" in [record["kind"] for record in records]
