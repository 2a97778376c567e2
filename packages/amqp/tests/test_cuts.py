"""Publishing over a connection that is cut, held or not there: each message is told what became of it."""

from __future__ import annotations

import asyncio
import socket
import threading
from typing import TYPE_CHECKING

import pytest

from cordio_amqp import Amqp, AmqpSettings, NotSent, OutcomeUnknown, Unavailable
from cordio_core import Duration

if TYPE_CHECKING:
    from tools.servers import RabbitMQ

    from .conftest import Boxes, Proxies

LIMIT = 60.0


def test_a_lost_confirmation_is_told_as_unknown_at_once_and_the_id_allows_a_repeat(
    rabbitmq: RabbitMQ, boxes: Boxes, proxies: Proxies
) -> None:
    async def main() -> None:
        async with boxes(rabbitmq) as box, proxies(rabbitmq.port) as proxy:
            async with (
                Amqp(AmqpSettings(port=proxy.port, timeout=Duration("1h"))) as amqp,
                asyncio.timeout(LIMIT),
            ):
                await amqp.publish("", box.name, "well")
                proxy.hold(proxy.answers)
                publish = asyncio.create_task(amqp.publish("", box.name, "held"))
                await box.becomes(2)
                proxy.cut()
                with pytest.raises(OutcomeUnknown, match="connection was lost") as caught:
                    await publish
                proxy.answers.set()
                await amqp.publish("", box.name, "held", message_id=caught.value.message_id)
                ids = await box.ids()
                assert ids[1:] == [caught.value.message_id] * 2

    asyncio.run(main())


def test_a_connection_without_a_sign_of_life_is_lost_and_nobody_is_cancelled_by_that(
    rabbitmq: RabbitMQ, boxes: Boxes, proxies: Proxies
) -> None:
    async def main() -> None:
        settings = {"timeout": "1h", "heartbeat": "1s"}
        async with boxes(rabbitmq) as box, proxies(rabbitmq.port) as proxy:
            async with Amqp(AmqpSettings.model_validate({"port": proxy.port, **settings})) as amqp:
                async with asyncio.timeout(LIMIT):
                    await amqp.publish("", box.name, "well")
                    proxy.hold(proxy.answers)
                    with pytest.raises(OutcomeUnknown, match="connection was lost"):
                        await amqp.publish("", box.name, "held")
                    proxy.answers.set()
                    await amqp.publish("", box.name, "on")

    asyncio.run(main())


def test_a_connection_cut_while_idle_is_replaced_without_a_word(
    rabbitmq: RabbitMQ, boxes: Boxes, proxies: Proxies
) -> None:
    async def main() -> None:
        async with boxes(rabbitmq) as box, proxies(rabbitmq.port) as proxy:
            async with Amqp(AmqpSettings(port=proxy.port)) as amqp, asyncio.timeout(LIMIT):
                await amqp.publish("", box.name, "well")
                proxy.cut()
                while "connected=True" in repr(amqp):
                    await asyncio.sleep(0)
                await asyncio.gather(*(amqp.publish("", box.name, n) for n in range(20)))
                assert await box.count() == 21
                assert proxy.connections == 2

    asyncio.run(main())


def test_a_connection_lost_while_an_exchange_is_looked_for_is_replaced(
    rabbitmq: RabbitMQ, boxes: Boxes, proxies: Proxies
) -> None:
    async def main() -> None:
        async with boxes(rabbitmq) as box, proxies(rabbitmq.port) as proxy:
            await box.queue.bind("amq.direct", box.name)
            async with Amqp(AmqpSettings(port=proxy.port)) as amqp, asyncio.timeout(LIMIT):
                await amqp.publish("", box.name, "well")
                proxy.hold(proxy.answers)
                publish = asyncio.create_task(amqp.publish("amq.direct", box.name, "on"))
                await proxy.asked.wait()
                proxy.cut()
                proxy.answers.set()
                await publish
                assert await box.count() == 2 and proxy.connections == 2

    asyncio.run(main())


def test_a_connection_lost_while_health_is_asked_is_told(rabbitmq: RabbitMQ, proxies: Proxies) -> None:
    async def main() -> None:
        async with proxies(rabbitmq.port) as proxy:
            async with Amqp(AmqpSettings(port=proxy.port)) as amqp, asyncio.timeout(LIMIT):
                await amqp.health()
                proxy.hold(proxy.answers)
                asked = asyncio.create_task(amqp.health())
                await proxy.asked.wait()
                proxy.cut()
                with pytest.raises(Unavailable, match="connection was lost"):
                    await asked
                proxy.answers.set()
                await amqp.health()

    asyncio.run(main())


def test_a_second_message_with_the_same_id_waits_no_longer_than_its_limit(
    rabbitmq: RabbitMQ, boxes: Boxes, proxies: Proxies
) -> None:
    async def main() -> None:
        async with boxes(rabbitmq) as box, proxies(rabbitmq.port) as proxy:
            async with Amqp(AmqpSettings(port=proxy.port)) as amqp, asyncio.timeout(LIMIT):
                await amqp.publish("", box.name, "well")
                proxy.hold(proxy.questions)
                first = asyncio.create_task(amqp.publish("", box.name, "first", message_id="7d0f"))
                await proxy.asked.wait()
                with pytest.raises(NotSent, match="this message_id"):
                    await amqp.publish("", box.name, "second", message_id="7d0f", timeout="50ms")
                proxy.questions.set()
                assert await first == "7d0f"

    asyncio.run(main())


def test_a_held_connection_is_given_up_for_another_and_the_late_message_is_still_there(
    rabbitmq: RabbitMQ, boxes: Boxes, proxies: Proxies
) -> None:
    async def main() -> None:
        async with boxes(rabbitmq) as box, proxies(rabbitmq.port) as proxy:
            async with Amqp(AmqpSettings(port=proxy.port)) as amqp, asyncio.timeout(LIMIT):
                await amqp.publish("", box.name, "well")
                proxy.hold(proxy.questions)
                with pytest.raises(OutcomeUnknown, match="no answer in time"):
                    await amqp.publish("", box.name, "late", timeout="100ms")
                proxy.questions.set()
                await amqp.publish("", box.name, "next")
                assert proxy.connections == 2

    asyncio.run(main())


def test_a_call_without_time_is_not_sent_and_costs_no_connection(
    rabbitmq: RabbitMQ, boxes: Boxes, proxies: Proxies
) -> None:
    async def main() -> None:
        async with boxes(rabbitmq) as box, proxies(rabbitmq.port) as proxy:
            async with Amqp(AmqpSettings(port=proxy.port)) as amqp, asyncio.timeout(LIMIT):
                await amqp.publish("", box.name, "well")
                with pytest.raises(NotSent, match="no time"):
                    await amqp.publish("", box.name, "late", timeout=0)
                await amqp.publish("", box.name, "next")
                assert proxy.connections == 1

    asyncio.run(main())


def test_no_more_is_connected_than_one_after_the_other_while_nobody_answers(
    rabbitmq: RabbitMQ, proxies: Proxies
) -> None:
    async def main() -> None:
        async with proxies(rabbitmq.port) as proxy:
            proxy.hold(proxy.answers)
            settings = AmqpSettings(
                port=proxy.port, timeout=Duration("600ms"), connect_timeout=Duration("100ms")
            )
            async with Amqp(settings) as amqp, asyncio.timeout(LIMIT):
                outcomes = await asyncio.gather(
                    *(amqp.publish("", "any", n) for n in range(100)), return_exceptions=True
                )
                assert all(isinstance(one, NotSent) for one in outcomes)
                assert proxy.connections <= 6

    asyncio.run(main())


def test_what_is_no_broker_at_all_is_told(proxies: Proxies) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def talk() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        speaker = threading.Thread(target=talk)
        speaker.start()

        async def main() -> None:
            async with Amqp(AmqpSettings(port=listener.getsockname()[1])) as amqp:
                with pytest.raises(Unavailable):
                    await amqp.health()

        asyncio.run(main())
        speaker.join(LIMIT)
