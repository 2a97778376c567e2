"""Handlers of queues, on a real broker."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import pytest
from pydantic import BaseModel

from cordio_amqp import Retries, queue
from cordio_core import Request, StartError
from cordio_core import queue as plain_queue
from cordio_core import topic

if TYPE_CHECKING:
    from tools.servers import RabbitMQ

    from .conftest import Apps, Desks, Proxies

LIMIT = 60.0


class NewOrder(BaseModel):
    sku: str
    count: int = 1


def test_a_message_comes_to_its_handler_as_the_model_and_the_request_that_it_wants(
    rabbitmq: RabbitMQ, apps: Apps, desks: Desks, name: str
) -> None:
    async def main() -> None:
        app = apps(rabbitmq.port)
        came: asyncio.Queue[tuple[NewOrder, Request]] = asyncio.Queue()

        @app.on(plain_queue(name))
        async def place(order: NewOrder, request: Request) -> None:
            await came.put((order, request))

        async with asyncio.timeout(LIMIT), desks(rabbitmq.port) as desk, app.running():
            body = b'{"sku": "A-1", "count": 2}'
            about = {"headers": {"Tenant": "eu", "x-rank": 7}, "message_id": "7d0f", "expiration": 60}
            await desk.send(name, body, content_type="application/json", **about)
            order, request = await came.get()
            assert order == NewOrder(sku="A-1", count=2)
            assert (request.kind, request.body, request.path, request.query) == ("amqp", body, {}, {})
            assert request.headers["tenant"] == "eu" and request.headers["x-rank"] == "7"
            assert request.headers["message-id"] == "7d0f"
            assert request.headers["content-type"] == "application/json"
            assert request.left is not None and 50 < request.left <= 60
            assert len(request.trace) == 32

    asyncio.run(main())


@pytest.mark.parametrize(
    ("body", "content_type", "value"),
    [
        (b'"gr\xc3\xbc\xc3\x9f"', None, "grüß"),
        (b'{"sku":"A-1"}', "application/vnd.shop+json; charset=utf-8", "A-1"),
        (b"plain", "text/plain", "plain"),
    ],
)
def test_single_values_come_by_name_or_as_the_whole(
    rabbitmq: RabbitMQ, apps: Apps, desks: Desks, name: str, body: bytes, content_type: str, value: str
) -> None:
    async def main() -> None:
        app = apps(rabbitmq.port)
        came: asyncio.Queue[str] = asyncio.Queue()

        @app.on(queue(name))
        async def place(sku: str) -> None:
            await came.put(sku)

        async with asyncio.timeout(LIMIT), desks(rabbitmq.port) as desk, app.running():
            await desk.send(name, body, content_type=content_type)
            assert await came.get() == value

    asyncio.run(main())


def test_a_message_stays_with_the_broker_until_its_handler_is_done(
    rabbitmq: RabbitMQ, apps: Apps, desks: Desks, proxies: Proxies, name: str
) -> None:
    async def main() -> None:
        entered: asyncio.Queue[str] = asyncio.Queue()
        go = asyncio.Event()

        async with asyncio.timeout(LIMIT), desks(rabbitmq.port) as desk, proxies(rabbitmq.port) as proxy:
            app = apps(proxy.port)

            @app.on(queue(name))
            async def place(sku: str) -> None:
                await entered.put(sku)
                await go.wait()

            async with app.running():
                await desk.send(name, b'"A-1"')
                assert await entered.get() == "A-1"
                proxy.cut()
                assert await entered.get() == "A-1", "it had not been acknowledged"
                go.set()
            assert await desk.count(name) == 0
            assert entered.empty()

    asyncio.run(main())


@pytest.mark.parametrize(
    ("options", "most"), [({"prefetch": 3}, 3), ({"prefetch": 10, "limit": 2}, 2), ({}, 50)]
)
def test_no_more_handlers_run_at_once_than_the_prefetch_and_the_limit_allow(
    rabbitmq: RabbitMQ, apps: Apps, desks: Desks, name: str, options: dict[str, int], most: int
) -> None:
    async def main() -> None:
        app = apps(rabbitmq.port)
        running = peak = done = 0
        full, finished = asyncio.Event(), asyncio.Event()

        @app.on(queue(name, prefetch=options.get("prefetch"), limit=options.get("limit")))
        async def place(number: int) -> None:
            nonlocal running, peak, done
            running += 1
            peak = max(peak, running)
            if running == most:
                full.set()
            await full.wait()
            running, done = running - 1, done + 1
            if done == 60:
                finished.set()

        async with asyncio.timeout(LIMIT), desks(rabbitmq.port) as desk, app.running():
            await asyncio.gather(*(desk.send(name, json.dumps(number).encode()) for number in range(60)))
            await finished.wait()
            assert peak == most

    asyncio.run(main())


def test_a_handler_continues_the_trace_of_the_message(
    rabbitmq: RabbitMQ, apps: Apps, desks: Desks, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def main() -> None:
        app = apps(rabbitmq.port)
        came = asyncio.Event()
        seen: list[tuple[str, str]] = []

        @app.on(queue(name))
        async def place(sku: str) -> None:
            came.set()

        parent = f"00-{'a' * 32}-{'b' * 16}-01"
        async with asyncio.timeout(LIMIT), desks(rabbitmq.port) as desk, app.running() as running:
            incoming = running.monitor.incoming

            def noted(event: str, /, *, headers: dict[str, str]) -> object:
                seen.append((event, headers["traceparent"]))
                return incoming(event, headers=headers)

            monkeypatch.setattr(running.monitor, "incoming", noted)
            await desk.send(name, b'"A-1"', headers={"traceparent": parent})
            await came.wait()
            assert seen == [(f"queue {name}", parent)]

    asyncio.run(main())


def test_consuming_has_one_connection_for_all_handlers_and_none_without_them(
    rabbitmq: RabbitMQ, apps: Apps, proxies: Proxies, name: str
) -> None:
    async def main() -> None:
        async with asyncio.timeout(LIMIT), proxies(rabbitmq.port) as proxy:
            async with apps(proxy.port).running():
                assert proxy.connections == 0
            app = apps(proxy.port)
            for number in range(3):

                @app.on(queue(f"{name}.{number}"))
                async def place(sku: str) -> None: ...

            async with app.running():
                assert proxy.connections == 1

    asyncio.run(main())


def test_what_cannot_be_consumed_is_told_at_the_start_all_at_once(apps: Apps) -> None:
    app = apps(1)

    @app.on(topic("orders", "*.cancelled"), topic("orders", "*.lost"))
    async def gone(sku: str) -> None: ...

    @app.on(queue("q" * 250))
    async def long(sku: str) -> None: ...

    async def main() -> None:
        with pytest.raises(StartError) as caught:
            async with app.running():
                pass
        text = str(caught.value)
        assert "'topic orders *.cancelled' of" in text and "topic(…, queue='…')" in text
        assert "take 239 bytes at most" in text

    asyncio.run(main())


@pytest.mark.parametrize(
    "options",
    [{"prefetch": 0}, {"limit": 65536}, {"type": "lazy"}, {"retry": object()}],
    ids=["prefetch", "limit", "type", "retry"],
)
def test_an_option_that_means_nothing_is_refused_with_its_name(options: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(options))):
        queue("orders.new", **options)  # type: ignore[arg-type]  # what is tested


def test_a_retry_scheme_without_end_is_refused() -> None:
    class Forever:
        most = None
        pause = (1.0, 2.0)

    with pytest.raises(ValueError, match="never ends"):
        queue("orders.new", retry=Forever())
    assert queue("orders.new", retry=Retries(attempts=2)).consumption.retry == Retries(attempts=2)
