"""Messages that other clients may send and whose properties nobody can read."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, cast

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from cordio_amqp import AmqpEntrypoint, AmqpSettings, queue, topic
from cordio_amqp._connection import channel, opened, shut
from cordio_amqp._frames import content, delivered, header, returned
from cordio_amqp.parked import Parked
from cordio_core import Request

if TYPE_CHECKING:
    from cordio_amqp import ConsumerState
    from tools.servers import RabbitMQ

    from .conftest import Apps, Desks

LIMIT = 60.0


def table(entry: bytes) -> bytes:
    return len(entry).to_bytes(4) + entry


# Flags, as AMQP 0-9-1, section 4.2.6.1, has them, and what they announce.
ILLEGIBLE = {
    "a time after the last year": b"\x00\x40" + (2**62).to_bytes(8),
    "an id that is no text": b"\x00\x80" + b"\x02\xff\xfe",
    "a header whose name is no text": b"\x20\x00" + table(b"\x01\xff" + b"S\x00\x00\x00\x01x"),
    "a header with a time after the last year": b"\x20\x00" + table(b"\x01aT" + (2**62).to_bytes(8)),
}


async def send(settings: AmqpSettings, exchange: str, key: str, properties: bytes, body: bytes) -> None:
    connection, _, wire = await opened(settings)
    sending = await channel(connection, wire, 2, confirms=True)
    confirmed = sending.post(exchange, key, properties, body, "")
    assert confirmed is not None
    await confirmed
    await shut(connection)


@pytest.mark.parametrize("properties", ILLEGIBLE.values(), ids=ILLEGIBLE)
def test_a_message_whose_properties_cannot_be_read_is_parked_and_disturbs_no_other(
    rabbitmq: RabbitMQ, apps: Apps, desks: Desks, name: str, properties: bytes
) -> None:
    settings = AmqpSettings(port=rabbitmq.port)

    async def main() -> None:
        source, handled = AmqpEntrypoint(), asyncio.Queue[str]()
        app = apps(rabbitmq.port, source=source)

        @app.on(queue(name))
        async def place(sku: str) -> None:
            await handled.put(sku)

        async with asyncio.timeout(LIMIT), desks(rabbitmq.port) as desk:
            async with app.running():
                await send(settings, "", name, properties, b'"A-1"')
                parked = await desk.next(f"{name}.parked")
                await desk.send(name, b'"B-2"')
                assert await handled.get() == "B-2"
                (consumer,) = cast("list[ConsumerState]", source.state()["consumers"])
                assert consumer.losses == 0
            assert (parked.body, parked.headers["x-parked-error"]) == (
                b'"A-1"',
                "its properties cannot be read",
            )
            assert parked.headers["x-parked-properties"] == properties

    asyncio.run(main())


def test_it_can_be_brought_back_without_them(rabbitmq: RabbitMQ, apps: Apps, desks: Desks, name: str) -> None:
    settings = AmqpSettings(port=rabbitmq.port)

    async def main() -> None:
        app, handled = apps(rabbitmq.port), asyncio.Queue[str]()

        @app.on(queue(name))
        async def place(sku: str) -> None:
            await handled.put(sku)

        async with asyncio.timeout(LIMIT), desks(rabbitmq.port) as desk, app.running():
            await send(settings, "", name, next(iter(ILLEGIBLE.values())), b'"A-1"')
            await desk.becomes(f"{name}.parked", 1)
            assert await Parked(settings).replay(name) == 1
            assert await handled.get() == "A-1"

    asyncio.run(main())


def test_a_routing_key_that_is_no_text_disturbs_nothing(
    rabbitmq: RabbitMQ, apps: Apps, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cordio_amqp._frames._short", lambda text: _raw(text.encode("latin-1")))

    async def main() -> None:
        app, handled = apps(rabbitmq.port), asyncio.Queue[str]()

        @app.on(topic(f"{name}.events", "#", queue=name))
        async def place(sku: str, request: Request) -> None:
            await handled.put(sku)

        async with asyncio.timeout(LIMIT), app.running():
            await send(AmqpSettings(port=rabbitmq.port), f"{name}.events", "\xff", b"\x00\x00", b'"A-1"')
            assert await handled.get() == "A-1"

    asyncio.run(main())


def _raw(raw: bytes) -> bytes:
    return bytes((len(raw),)) + raw


@hypothesis_settings(deadline=None)
@given(st.binary(max_size=300), st.integers(0, 2**63))
def test_no_properties_at_all_break_the_reading_of_a_connection(properties: bytes, size: int) -> None:
    payload = b"\x00\x3c\x00\x00" + size.to_bytes(8) + properties
    assert header(payload).body_size == size


@hypothesis_settings(deadline=None)
@given(st.binary(max_size=255), st.binary(max_size=255))
def test_no_names_at_all_break_it(exchange: bytes, key: bytes) -> None:
    names = _raw(exchange) + _raw(key)
    came = delivered(b"\x00\x3c\x00\x3c" + _raw(b"cordio") + (7).to_bytes(8) + b"\x00" + names)
    assert (came.consumer_tag, came.delivery_tag) == ("cordio", 7)
    assert returned(b"\x00\x3c\x00\x32" + (312).to_bytes(2) + _raw(b"NO_ROUTE") + names).reply_code == 312
    assert content(1, b"\x00\x00", b"", 1)
