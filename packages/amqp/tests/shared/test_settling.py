"""Messages that are handed out and settled, on both brokers."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from aiormq.exceptions import ChannelPreconditionFailed, PublishError

if TYPE_CHECKING:
    from aiormq.abc import DeliveredMessage
    from pamqp.common import FieldTable

    from .conftest import Place

KINDS = pytest.mark.parametrize("kind", ["classic", "quorum"])


@KINDS
def test_no_more_are_handed_out_than_the_prefetch_until_one_is_settled(
    place: Place, name: str, kind: str
) -> None:
    async def main() -> None:
        async with place.seat() as seat:
            await seat.channel.queue_declare(name, durable=True, arguments={"x-queue-type": kind})
            await seat.put(name, b"1", b"2", b"3", b"4")
            await seat.consume(name, prefetch=2)
            first, second = await seat.next(), await seat.next()
            assert (first.body, second.body) == (b"1", b"2")
            await seat.becomes(name, 2)
            assert seat.came.empty()
            await seat.channel.basic_ack(second.delivery_tag or 0)
            assert (await seat.next()).body == b"3"
            await seat.becomes(name, 1)
            await seat.channel.basic_ack(0, multiple=True)
            assert (await seat.next()).body == b"4"
            await seat.becomes(name, 0)

    asyncio.run(main())


@pytest.mark.parametrize(
    ("kind", "order", "returns"),
    [("classic", [b"1", b"2", b"3"], [None] * 3), ("quorum", [b"2", b"3", b"1"], [0, 0, 1])],
)
def test_what_is_given_back_comes_again_and_says_so(
    place: Place, name: str, kind: str, order: list[bytes], returns: list[int | None]
) -> None:
    """A classic queue puts it to its old place, a quorum queue to its end."""

    async def main() -> None:
        async with place.seat() as seat:
            await seat.channel.queue_declare(name, durable=True, arguments={"x-queue-type": kind})
            await seat.put(name, b"1", b"2", b"3")
            first = await seat.channel.basic_get(name)
            await seat.channel.basic_nack(first.delivery_tag or 0)
            await seat.becomes(name, 3)
            found = [await seat.channel.basic_get(name, no_ack=True) for _ in range(3)]
            assert [each.body for each in found] == order
            assert [each.redelivered for each in found] == [body == b"1" for body in order]
            headers = [each.header.properties.headers or {} for each in found]
            assert [each.get("x-delivery-count") for each in headers] == returns

    asyncio.run(main())


@KINDS
def test_what_is_not_settled_when_its_channel_closes_comes_again(place: Place, name: str, kind: str) -> None:
    async def main() -> None:
        async with place.seat() as seat:
            await seat.channel.queue_declare(name, durable=True, arguments={"x-queue-type": kind})
            async with place.seat() as other:
                await other.put(name, b"1", b"2")
                await other.consume(name)
                assert await other.bodies(2) == [b"1", b"2"]
            await seat.becomes(name, 2)
            assert await seat.drained(name) == [b"1", b"2"]

    asyncio.run(main())


def test_several_consumers_get_messages_in_turns_and_one_that_is_cancelled_gets_none(
    place: Place, name: str
) -> None:
    async def main() -> None:
        async with place.seat() as seat, place.seat() as other:
            await seat.channel.queue_declare(name, durable=True)
            tag = await seat.consume(name, no_ack=True)
            await other.consume(name, no_ack=True)
            await seat.put(name, b"1", b"2", b"3", b"4")
            assert await seat.bodies(2) == [b"1", b"3"]
            assert await other.bodies(2) == [b"2", b"4"]
            await seat.channel.basic_cancel(tag)
            await seat.put(name, b"5", b"6")
            assert await other.bodies(2) == [b"5", b"6"]
            assert seat.came.empty()

    asyncio.run(main())


def test_a_callback_that_fails_is_told_and_keeps_nobody_from_their_messages(
    place: Place, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(message: DeliveredMessage) -> None:
        raise ValueError(f"not {message.body!r}")

    async def fail_later(message: DeliveredMessage) -> None:
        fail(message)

    async def main() -> None:
        async with place.seat() as seat:
            await seat.channel.queue_declare(name, durable=True)
            await seat.put(name, b"1", b"2", b"3")
            await seat.channel.basic_qos(prefetch_count=1)
            for callback in (fail, fail_later):
                await seat.channel.basic_consume(name, callback)
            await seat.consume(name)
            assert await seat.bodies(1) == [b"3"]

    asyncio.run(main())
    assert [each for each in ("not b'1'", "not b'2'") if each in caplog.text] == ["not b'1'", "not b'2'"]


def test_one_of_several_consumers_is_active_and_the_next_takes_over(place: Place, name: str) -> None:
    async def main() -> None:
        async with place.seat() as seat, place.seat() as other:
            arguments: FieldTable = {"x-single-active-consumer": True}
            await seat.channel.queue_declare(name, durable=True, arguments=arguments)
            tag = await seat.consume(name, no_ack=True)
            await other.consume(name, no_ack=True)
            await seat.put(name, b"1", b"2")
            assert await seat.bodies(2) == [b"1", b"2"]
            await seat.channel.basic_cancel(tag)
            await seat.put(name, b"3")
            assert await other.bodies(1) == [b"3"]

    asyncio.run(main())


def test_a_tag_that_was_settled_closes_the_channel_when_it_is_settled_again(place: Place, name: str) -> None:
    async def main() -> None:
        async with place.seat() as seat:
            await seat.channel.queue_declare(name)
            await seat.put(name, b"1", b"2")
            message = await seat.channel.basic_get(name)
            await seat.channel.basic_get(name)
            await seat.channel.basic_ack(message.delivery_tag or 0)
            closing = asyncio.ensure_future(seat.channel.closing)
            try:
                await seat.channel.basic_ack(message.delivery_tag or 0)
            except ChannelPreconditionFailed:
                assert place.name == "memory"  # over a network the answer comes later
            await asyncio.wait({closing})
            assert isinstance(closing.exception(), ChannelPreconditionFailed)
            assert "unknown delivery tag" in str(closing.exception())
        async with place.seat() as seat:
            await seat.becomes(name, 1)

    asyncio.run(main())


def test_a_queue_that_is_deleted_tells_its_consumer(place: Place, name: str) -> None:
    async def main() -> None:
        async with place.seat() as seat, place.seat() as other:
            await seat.channel.queue_declare(name)
            told = asyncio.Event()
            seat.channel.on_consumer_cancel_callbacks.add(lambda frame: told.set())
            await seat.put(name, b"1")
            await seat.consume(name)
            message = await seat.next()
            await other.channel.queue_delete(name)
            await asyncio.wait_for(told.wait(), 60)
            await seat.channel.basic_ack(message.delivery_tag or 0)
            assert not seat.channel.is_closed

    asyncio.run(main())


def test_replies_come_straight_to_the_channel_that_has_asked(place: Place, name: str) -> None:
    async def main() -> None:
        async with place.seat() as seat, place.seat() as other:
            await seat.channel.queue_declare(name)
            await seat.consume("amq.rabbitmq.reply-to", no_ack=True)
            await seat.put(name, b"question", reply_to="amq.rabbitmq.reply-to", correlation_id="7")
            asked = await other.channel.basic_get(name, no_ack=True)
            where = asked.header.properties.reply_to or ""
            assert where.startswith("amq.rabbitmq.reply-to.")
            with pytest.raises(PublishError):  # it is delivered, and says that it was not: do not ask
                await other.put(where, b"answer", correlation_id="7")
            answer = await seat.next()
            assert (answer.body, answer.header.properties.correlation_id) == (b"answer", "7")

    asyncio.run(main())
