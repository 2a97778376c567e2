"""Streams, on a real broker."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from pamqp import commands as spec

from cordio_amqp import AmqpSettings, Retries, Stream, queue
from cordio_amqp._broker import Channel, trunk
from cordio_amqp.parked import Parked
from cordio_core import App, EntrypointError, Response

if TYPE_CHECKING:
    from tools.servers import RabbitMQ

    from .conftest import Apps, Desks, Proxies

LIMIT = 60.0


async def written(channel: Channel, name: str, *bodies: bytes) -> None:
    """Write messages into a stream."""
    for body in bodies:
        said = spec.Basic.Properties(message_id="m")
        await channel.basic_publish(body, routing_key=name, properties=said, mandatory=True)


def reader(app: App, name: str, stream: Stream, came: asyncio.Queue[str]) -> App:
    """Let an application read a stream."""

    @app.on(queue(name, type=stream, prefetch=10))
    async def take(sku: str) -> None:
        await came.put(sku)

    return app


def test_a_stream_is_read_from_where_its_handler_says_and_keeps_its_messages(
    rabbitmq: RabbitMQ, apps: Apps, desks: Desks, name: str
) -> None:
    async def main() -> None:
        line = await trunk(AmqpSettings(port=rabbitmq.port))
        channel = await line.channel(confirms=True)
        declared = await channel.queue_declare(name, durable=True, arguments={"x-queue-type": "stream"})
        assert declared.queue == name
        await written(channel, name, b'"1"', b'"2"', b'"3"')
        for offset, expected in (("first", ["1", "2", "3"]), (1, ["2", "3"]), ("1h", ["1", "2", "3"])):
            came = asyncio.Queue[str]()
            async with reader(apps(rabbitmq.port), name, Stream(offset), came).running():
                assert [await came.get() for _ in expected] == expected
        await line.close(5.0)

    asyncio.run(asyncio.wait_for(main(), LIMIT))


def test_reading_goes_on_where_it_was_when_the_connection_is_lost(
    rabbitmq: RabbitMQ, apps: Apps, proxies: Proxies, name: str
) -> None:
    async def main() -> None:
        came = asyncio.Queue[str]()
        async with asyncio.timeout(LIMIT), proxies(rabbitmq.port) as proxy:
            async with reader(apps(proxy.port), name, Stream("first", max_age="1h"), came).running():
                line = await trunk(AmqpSettings(port=rabbitmq.port))
                channel = await line.channel(confirms=True)
                await written(channel, name, b'"1"', b'"2"')
                assert [await came.get(), await came.get()] == ["1", "2"]
                proxy.cut()
                await written(channel, name, b'"3"')
                assert await came.get() == "3", "those that were handled do not come again"
                await line.close(5.0)

    asyncio.run(main())


def test_a_message_that_fails_is_parked_at_once_and_the_stream_is_left_alone(
    rabbitmq: RabbitMQ, apps: Apps, desks: Desks, name: str
) -> None:
    async def main() -> None:
        app, came = apps(rabbitmq.port), asyncio.Queue[str]()

        @app.on(queue(name, type="stream"))
        async def take(sku: str) -> Response | None:
            await came.put(sku)
            return Response({"code": "late"}, status=503) if sku == "bad" else None

        async with asyncio.timeout(LIMIT), app.running(), desks(rabbitmq.port) as desk:
            await desk.send(name, b'"bad"')
            await desk.send(name, b'"good"')
            assert [await came.get(), await came.get()] == ["bad", "good"]
            await desk.becomes(f"{name}.parked", 1)
        (found,) = await Parked(AmqpSettings(port=rabbitmq.port)).messages(name)
        assert (found.error, found.attempts, found.body) == ("late", 1, b'"bad"')

    asyncio.run(main())


def test_a_queue_of_another_type_is_told_with_the_difference(
    rabbitmq: RabbitMQ, apps: Apps, desks: Desks, name: str
) -> None:
    async def main() -> None:
        app = apps(rabbitmq.port)

        @app.on(queue(name, type=Stream()))
        async def take(sku: str) -> None: ...

        async with asyncio.timeout(LIMIT), desks(rabbitmq.port) as desk:
            await desk.channel.declare_queue(name, durable=True)
            with pytest.raises(EntrypointError, match="x-queue-type is .*, and 'stream' is wanted"):
                async with app.running():
                    pass

    asyncio.run(main())


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"type": "strem"}, "no type of queue"),
        ({"type": Stream(), "retry": Retries()}, "one that fails is parked"),
        ({"type": "stream", "single_active": True}, "use a quorum queue"),
        ({"ordered_by": ""}, "names nothing"),
        ({"ordered_by": "a..b"}, "names nothing"),
    ],
)
def test_what_means_nothing_is_refused_where_it_is_written(options: dict[str, object], text: str) -> None:
    with pytest.raises(ValueError, match=text):
        queue("orders", **options)  # type: ignore[arg-type]  # wrong on purpose


@pytest.mark.parametrize(
    "wrong", [{"offset": -1}, {"offset": "soon"}, {"max_age": "10ms"}, {"max_bytes": "x"}]
)
def test_a_stream_that_means_nothing_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="soon|number|too short|size"):
        Stream(**wrong)  # type: ignore[arg-type]  # wrong on purpose
