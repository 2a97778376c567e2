"""Queues that share an exchange by a hash, on brokers with and without the plugin."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from cordio_amqp import Amqp, AmqpSettings, hashed
from cordio_core import EntrypointError, Request
from tools.servers import MissingServer, RabbitMQ

if TYPE_CHECKING:
    from .conftest import Apps

LIMIT = 120.0
PLUGIN = "rabbitmq_consistent_hash_exchange"


def test_a_broker_without_the_plugin_is_told_what_to_enable(rabbitmq: RabbitMQ, apps: Apps, name: str) -> None:
    async def main() -> None:
        app = apps(rabbitmq.port)

        @app.on(hashed(name, queue=f"{name}.1"))
        async def take(sku: str) -> None: ...

        with pytest.raises(EntrypointError, match=f"rabbitmq-plugins enable {PLUGIN}"):
            async with asyncio.timeout(LIMIT), app.running():
                pass

    asyncio.run(main())


def test_messages_with_one_key_go_to_one_queue_and_all_are_shared_among_them(apps: Apps, name: str) -> None:
    async def main(port: int) -> None:
        app, came = apps(port), asyncio.Queue[tuple[int, str]]()

        @app.on(hashed(name, queue=f"{name}.1", weight=10))
        async def first(request: Request) -> None:
            await came.put((1, request.body.decode()))

        @app.on(hashed(name, queue=f"{name}.2", weight=10))
        async def second(request: Request) -> None:
            await came.put((2, request.body.decode()))

        async with asyncio.timeout(LIMIT), app.running(), Amqp(AmqpSettings(port=port)) as amqp:
            for number in range(40):
                for _ in range(2):
                    await amqp.publish(name, f"customer-{number}", f"customer-{number}")
            found = [await came.get() for _ in range(80)]
        assert len(set(found)) == 40, "one queue for each key"
        assert {queue for queue, _ in found} == {1, 2}

    try:
        server = RabbitMQ()
    except MissingServer as missing:
        pytest.skip(str(missing))
    (server.folder / "enabled_plugins").write_text(f"[{PLUGIN}].\n")
    with server:
        asyncio.run(main(server.port))


@pytest.mark.parametrize("options", [{"weight": 0}, {"queue": ""}])
def test_what_means_nothing_is_refused(options: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="weight=0|a queue"):
        hashed("orders", **{"queue": "orders.1", **options})  # type: ignore[arg-type]  # wrong on purpose
