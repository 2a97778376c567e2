"""Publishing to a broker that is well."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from pydantic import SecretStr

from cordio_amqp import (
    AccessDenied,
    Amqp,
    AmqpError,
    AmqpSettings,
    ExchangeMissing,
    NotSent,
    OutcomeUnknown,
    Refused,
    Unavailable,
    Unroutable,
)

if TYPE_CHECKING:
    from tools.servers import RabbitMQ

    from .conftest import Boxes, Proxies


def test_nothing_connects_before_the_first_use(rabbitmq: RabbitMQ, boxes: Boxes, proxies: Proxies) -> None:
    async def main() -> None:
        async with boxes(rabbitmq) as box, proxies(rabbitmq.port) as proxy:
            async with Amqp(AmqpSettings(port=proxy.port)) as amqp:
                await asyncio.sleep(0)
                assert proxy.connections == 0
                await amqp.publish("", box.name, "first")
                assert proxy.connections == 1

    asyncio.run(main())


def test_many_at_once_share_one_connection_and_all_arrive(
    rabbitmq: RabbitMQ, boxes: Boxes, proxies: Proxies
) -> None:
    async def main() -> None:
        async with boxes(rabbitmq) as box, proxies(rabbitmq.port) as proxy:
            async with Amqp(AmqpSettings(port=proxy.port)) as amqp:
                await box.queue.bind("amq.direct", box.name)
                sent = await asyncio.gather(*(amqp.publish("amq.direct", box.name, n) for n in range(200)))
                assert proxy.connections == 1
                assert sorted(map(str, await box.ids())) == sorted(sent)

    asyncio.run(main())


def test_who_comes_at_any_moment_of_the_connecting_shares_the_one_connection(
    rabbitmq: RabbitMQ, boxes: Boxes, proxies: Proxies
) -> None:
    async def main() -> None:
        async with boxes(rabbitmq) as box, proxies(rabbitmq.port) as proxy:
            async with Amqp(AmqpSettings(port=proxy.port)) as amqp:
                first = asyncio.create_task(amqp.publish("", box.name, "first"))
                others = []
                while not first.done():
                    others.append(asyncio.create_task(amqp.publish("", box.name, "without time", timeout=0)))
                    await asyncio.sleep(0)
                outcomes = await asyncio.gather(*others, return_exceptions=True)
                assert all(isinstance(one, NotSent) for one in outcomes)
                assert await box.ids() == [await first]
                assert proxy.connections == 1

    asyncio.run(main())


def test_headers_arrive_as_they_were(rabbitmq: RabbitMQ, settings: AmqpSettings, boxes: Boxes) -> None:
    async def main() -> None:
        headers: dict[str, str | int | bytes | None] = {
            "text": "grüß",
            "yes": True,
            "n": -(2**40),
            "raw": b"\x00\xff",
            "none": None,
        }
        async with boxes(rabbitmq) as box, Amqp(settings) as amqp:
            await amqp.publish("", box.name, b"", headers=headers)
            assert (await box.get()).headers == headers

    asyncio.run(main())


def test_a_given_message_id_is_kept(rabbitmq: RabbitMQ, settings: AmqpSettings, boxes: Boxes) -> None:
    async def main() -> None:
        async with boxes(rabbitmq) as box, Amqp(settings) as amqp:
            assert await amqp.publish("", box.name, b"x", message_id="7d0f") == "7d0f"
            assert await box.ids() == ["7d0f"]

    asyncio.run(main())


def test_of_two_messages_with_one_id_the_unroutable_one_is_told(
    rabbitmq: RabbitMQ, settings: AmqpSettings, boxes: Boxes
) -> None:
    async def main() -> None:
        async with boxes(rabbitmq) as box, Amqp(settings) as amqp:
            for _ in range(20):
                lost, kept = await asyncio.gather(
                    amqp.publish("", "nobody", b"x", message_id="same"),
                    amqp.publish("", box.name, b"x", message_id="same"),
                    return_exceptions=True,
                )
                assert isinstance(lost, Unroutable) and kept == "same"

    asyncio.run(main())


def test_a_message_without_a_queue_is_told_and_the_next_one_goes(
    rabbitmq: RabbitMQ, settings: AmqpSettings, boxes: Boxes
) -> None:
    async def main() -> None:
        async with boxes(rabbitmq) as box, Amqp(settings) as amqp:
            with pytest.raises(Unroutable) as caught:
                await amqp.publish("amq.topic", "no.queue", {"id": 1}, message_id="7d0f")
            failure = caught.value
            assert (failure.exchange, failure.key, failure.message_id) == ("amq.topic", "no.queue", "7d0f")
            await amqp.publish("", box.name, "next")
            assert await box.count() == 1

    asyncio.run(main())


def test_a_message_for_a_full_queue_is_refused(
    rabbitmq: RabbitMQ, settings: AmqpSettings, boxes: Boxes
) -> None:
    async def main() -> None:
        full = {"x-max-length": 1, "x-overflow": "reject-publish"}
        async with boxes(rabbitmq, **full) as box, Amqp(settings) as amqp:
            await amqp.publish("", box.name, 1)
            with pytest.raises(Refused, match="queue is full"):
                await amqp.publish("", box.name, 2)
            assert (await box.get()).body == b"1"

    asyncio.run(main())


def test_a_wrong_exchange_disturbs_nobody_else(rabbitmq: RabbitMQ, boxes: Boxes, proxies: Proxies) -> None:
    async def main() -> None:
        async with boxes(rabbitmq) as box, proxies(rabbitmq.port) as proxy:
            async with Amqp(AmqpSettings(port=proxy.port)) as amqp:
                outcomes = await asyncio.gather(
                    *(amqp.publish("", box.name, n) for n in range(50)),
                    *(amqp.publish("ordesr", "eu.placed", n) for n in range(50)),
                    *(amqp.publish("", box.name, n) for n in range(50)),
                    return_exceptions=True,
                )
                assert sum(isinstance(one, ExchangeMissing) for one in outcomes) == 50
                assert await box.count() == 100
                assert proxy.connections == 1

    asyncio.run(main())


def test_an_exchange_that_comes_later_is_found(
    rabbitmq: RabbitMQ, settings: AmqpSettings, boxes: Boxes
) -> None:
    async def main() -> None:
        name = f"test-{uuid4().hex}"
        async with boxes(rabbitmq) as box, Amqp(settings) as amqp:
            with pytest.raises(ExchangeMissing, match=f"no exchange '{name}'"):
                await amqp.publish(name, "", "early")
            exchange = await box.channel.declare_exchange(name, "fanout", auto_delete=True)
            await box.queue.bind(exchange)
            await amqp.publish(name, "", "in time")
            assert (await box.get()).body == b"in time"

    asyncio.run(main())


def test_an_exchange_that_goes_later_is_told_and_the_service_goes_on(
    rabbitmq: RabbitMQ, settings: AmqpSettings, boxes: Boxes
) -> None:
    async def main() -> None:
        name = f"test-{uuid4().hex}"
        async with boxes(rabbitmq) as box, Amqp(settings) as amqp:
            exchange = await box.channel.declare_exchange(name, "fanout")
            await box.queue.bind(exchange)
            await amqp.publish(name, "", "seen")
            await exchange.delete()
            with pytest.raises(ExchangeMissing):
                await amqp.publish(name, "", "gone")
            with pytest.raises(ExchangeMissing):
                await amqp.publish(name, "", "still gone")
            await amqp.publish("", box.name, "on")
            assert await box.count() == 2

    asyncio.run(main())


def test_when_an_exchange_goes_under_many_none_is_told_more_than_is_known(
    rabbitmq: RabbitMQ, settings: AmqpSettings, boxes: Boxes
) -> None:
    async def main() -> None:
        name = f"test-{uuid4().hex}"
        async with boxes(rabbitmq) as box, Amqp(settings) as amqp:
            exchange = await box.channel.declare_exchange(name, "fanout")
            await box.queue.bind(exchange)
            await amqp.publish(name, "", "seen")
            deleting = asyncio.create_task(exchange.delete())
            outcomes = await asyncio.gather(
                *(amqp.publish(name, "", n, message_id=f"id-{n}") for n in range(100)), return_exceptions=True
            )
            await deleting
            arrived = set(await box.ids())
            assert all(isinstance(one, str | AmqpError) for one in outcomes)
            for n, outcome in enumerate(outcomes):
                if isinstance(outcome, str):
                    assert outcome in arrived
                elif not isinstance(outcome, OutcomeUnknown):
                    assert f"id-{n}" not in arrived, outcome

    asyncio.run(main())


def test_a_wrong_password_is_told_at_once_without_the_password(rabbitmq: RabbitMQ) -> None:
    async def main() -> None:
        settings = AmqpSettings(port=rabbitmq.port, user="shop", password=SecretStr("wr@ng/secret"))
        async with Amqp(settings) as amqp:
            async with asyncio.timeout(settings.timeout / 2):
                with pytest.raises(NotSent, match="denies access.*'shop'") as caught:
                    await amqp.publish("", "any", "x")
                with pytest.raises(AccessDenied) as asked:
                    await amqp.health()
            assert str(rabbitmq.port) in str(caught.value)
            assert "secret" not in f"{caught.value!r} {asked.value!r} {amqp!r} {settings!r}"

    asyncio.run(main())


def test_a_user_who_may_not_publish_is_refused_and_may_have_any_password(rabbitmq: RabbitMQ) -> None:
    user, password = "sh p@/:%", "p@ss/w:rd%20?#"
    rabbitmq.control("add_user", user, password)
    rabbitmq.control("set_permissions", user, "^$", "^$", "^$")

    async def main() -> None:
        settings = AmqpSettings(port=rabbitmq.port, user=user, password=SecretStr(password))
        async with Amqp(settings) as amqp:
            with pytest.raises(Refused, match="ACCESS_REFUSED"):
                await amqp.publish("amq.topic", "any", "x")
            await amqp.health()

    try:
        asyncio.run(main())
    finally:
        rabbitmq.control("delete_user", user)


def test_a_missing_vhost_is_told(rabbitmq: RabbitMQ) -> None:
    async def main() -> None:
        async with Amqp(AmqpSettings(port=rabbitmq.port, vhost="nowhere")) as amqp:
            with pytest.raises(Unavailable, match="vhost 'nowhere'"):
                await amqp.health()

    asyncio.run(main())


def test_an_address_takes_the_place_of_the_single_settings(rabbitmq: RabbitMQ, boxes: Boxes) -> None:
    async def main() -> None:
        async with boxes(rabbitmq) as box, Amqp(AmqpSettings(port=1, url=SecretStr(rabbitmq.url))) as amqp:
            await amqp.publish("", box.name, "by address")
            assert await box.count() == 1

    asyncio.run(main())


def test_a_cancelled_publish_leaves_the_service_usable(
    rabbitmq: RabbitMQ, settings: AmqpSettings, boxes: Boxes
) -> None:
    async def main() -> None:
        async with boxes(rabbitmq) as box, Amqp(settings) as amqp:
            await amqp.publish("", box.name, "before")
            for steps in range(1, 40):
                publish = asyncio.create_task(
                    amqp.publish("", box.name, "cut short", message_id=f"id-{steps}")
                )
                for _ in range(steps):
                    await asyncio.sleep(0)
                publish.cancel()
                ended = await asyncio.gather(publish, return_exceptions=True)
                assert ended[0] == f"id-{steps}" or isinstance(ended[0], asyncio.CancelledError)
            confirmed = await amqp.publish("", box.name, "after")
            ids = await box.ids()
            assert ids[-1] == confirmed

    asyncio.run(main())


def test_a_caller_who_leaves_during_the_connecting_leaves_the_others_alone(
    rabbitmq: RabbitMQ, settings: AmqpSettings, boxes: Boxes
) -> None:
    async def main() -> None:
        async with boxes(rabbitmq) as box, Amqp(settings) as amqp:
            first, second = (asyncio.create_task(amqp.publish("", box.name, n)) for n in range(2))
            await asyncio.sleep(0)
            first.cancel()
            assert isinstance(await second, str)
            assert first.cancelled()

    asyncio.run(main())


def test_health_is_well_with_and_without_a_connection(settings: AmqpSettings) -> None:
    async def main() -> None:
        async with Amqp(settings) as amqp:
            await amqp.health()
            assert "connected=True" in repr(amqp)
            await asyncio.gather(*(amqp.health() for _ in range(20)))

    asyncio.run(main())


def test_outside_of_its_block_the_service_says_so(settings: AmqpSettings) -> None:
    async def main() -> None:
        amqp = Amqp(settings)
        with pytest.raises(NotSent, match="not open"):
            await amqp.publish("", "any", "x")
        async with amqp:
            await amqp.health()
            with pytest.raises(RuntimeError, match="open already"):
                await amqp.__aenter__()
        with pytest.raises(Unavailable, match="not open"):
            await amqp.health()
        async with amqp:
            await amqp.health()

    asyncio.run(main())


def test_a_broker_that_names_no_limit_of_frames_gets_messages_whole(
    own_rabbitmq: RabbitMQ, boxes: Boxes
) -> None:
    own_rabbitmq.control("eval", "application:set_env(rabbit, frame_max, 0).")

    async def main() -> None:
        async with boxes(own_rabbitmq) as box, Amqp(AmqpSettings(port=own_rabbitmq.port)) as amqp:
            await amqp.publish("", box.name, b"x" * 300_000, timeout="60s")
            assert (await box.get()).body == b"x" * 300_000

    asyncio.run(main())
