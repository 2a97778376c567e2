"""Calls that wait for an answer, on both brokers."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, cast

import pytest
from pydantic import BaseModel

from cordio_amqp import (
    Amqp,
    AmqpEntrypoint,
    AnswerUnfit,
    CallFailed,
    CallOverdue,
    InvalidMessage,
    Unroutable,
)
from cordio_amqp import rpc as rpc_with_options
from cordio_core import Request, Response, rpc

if TYPE_CHECKING:
    from cordio_amqp import ConsumerState

    from ..conftest import Apps
    from .conftest import Place

LIMIT = 60.0
REPLY_TO = "amq.rabbitmq.reply-to"


class Price(BaseModel):
    amount: int
    currency: str = "EUR"


def running(source: AmqpEntrypoint) -> int:
    """Return how many messages the only consumer has."""
    (consumer,) = cast("list[ConsumerState]", source.state()["consumers"])
    return consumer.running


def test_a_call_comes_back_with_the_answer_as_the_type_that_is_asked_for(
    place: Place, apps: Apps, name: str
) -> None:
    async def main() -> None:
        app = apps(**place.options)

        @app.on(rpc(name))
        async def price(sku: str, count: int = 1) -> Price:
            return Price(amount=7 * count)

        async with asyncio.timeout(LIMIT), app.running(), Amqp(place.settings) as amqp:
            assert await amqp.call(name, sku="A-1", into=Price) == Price(amount=7)
            assert await amqp.call(name, sku="A-1", count=2) == {"amount": 14, "currency": "EUR"}
            with pytest.raises(AnswerUnfit, match="int"):
                await amqp.call(name, sku="A-1", into=int)

    asyncio.run(main())


def test_many_calls_are_under_way_at_once_and_each_gets_its_own_answer(
    place: Place, apps: Apps, name: str
) -> None:
    async def main() -> None:
        app, together = apps(**place.options), asyncio.Barrier(20)

        @app.on(rpc(name))
        async def double(number: int) -> int:
            await together.wait()
            return 2 * number

        async with asyncio.timeout(LIMIT), app.running(), Amqp(place.settings) as amqp:
            calls = (amqp.call(name, number=number, into=int) for number in range(60))
            assert await asyncio.gather(*calls) == [2 * number for number in range(60)]
            assert (amqp.calls.in_flight, amqp.calls.late) == (0, 0)

    asyncio.run(main())


def test_a_call_that_nobody_answers_fails_at_once(place: Place, name: str) -> None:
    async def main() -> None:
        async with asyncio.timeout(LIMIT), Amqp(place.settings) as amqp:
            with pytest.raises(Unroutable) as caught:
                await amqp.call(name, timeout="50s")
            assert caught.value.key == f"rpc.{name}"

    asyncio.run(main())


def test_what_the_called_one_answers_as_an_error_is_raised_with_its_code_and_status(
    place: Place, apps: Apps, name: str
) -> None:
    async def main() -> None:
        app = apps(**place.options)

        @app.on(rpc(name))
        async def price(sku: str) -> Response:
            if sku == "none":
                raise RuntimeError("the secret of the house")
            return Response({"code": "unknown_sku", "title": "No such thing."}, status=404)

        async with asyncio.timeout(LIMIT), app.running(), Amqp(place.settings) as amqp:
            with pytest.raises(CallFailed) as caught:
                await amqp.call(name, sku="B-1")
            assert (caught.value.code, caught.value.status) == ("unknown_sku", 404)
            assert caught.value.title == "No such thing."
            with pytest.raises(CallFailed) as caught:
                await amqp.call(name, sku="none")
            assert caught.value.status == 500 and "secret" not in str(caught.value)
            with pytest.raises(CallFailed) as caught:
                await amqp.call(name, weight=5)
            assert (caught.value.code, caught.value.status) == ("invalid_call", 400)
            assert "sku" in caught.value.title

    asyncio.run(main())


def test_an_answer_that_cannot_be_written_is_told_to_the_caller(place: Place, apps: Apps, name: str) -> None:
    async def main() -> None:
        app = apps(**place.options)

        @app.on(rpc(name))
        async def price() -> object:
            return object()

        async with asyncio.timeout(LIMIT), app.running(), Amqp(place.settings) as amqp:
            with pytest.raises(CallFailed, match="unwritable_answer"):
                await amqp.call(name)

    asyncio.run(main())


def test_the_limit_of_a_call_is_the_deadline_of_its_handler_and_a_late_answer_is_counted(
    place: Place, apps: Apps, name: str
) -> None:
    async def main() -> None:
        app, left = apps(**place.options), asyncio.Queue[float | None]()
        go = asyncio.Event()

        @app.on(rpc(name))
        async def price(request: Request) -> int:
            await left.put(request.left)
            await go.wait()
            return 7

        async with asyncio.timeout(LIMIT), app.running(), Amqp(place.settings) as amqp:
            with pytest.raises(CallOverdue):
                await amqp.call(name, timeout="300ms")
            seconds = await left.get()
            assert seconds is not None and 0 < seconds <= 0.3
            assert amqp.calls.late == 0
            go.set()
            assert await amqp.call(name, into=int) == 7
            assert (amqp.calls.in_flight, amqp.calls.late) == (0, 1)

    asyncio.run(main())


def test_a_call_whose_caller_does_not_wait_any_more_is_not_begun(place: Place, apps: Apps, name: str) -> None:
    async def main() -> None:
        source = AmqpEntrypoint()
        app, begun = apps(source=source, **place.options), list[int]()
        entered, go = asyncio.Event(), asyncio.Event()

        @app.on(rpc_with_options(name, limit=1))
        async def price(number: int) -> int:
            begun.append(number)
            entered.set()
            await go.wait()
            return number

        async with asyncio.timeout(LIMIT), app.running(), Amqp(place.settings) as amqp:
            first = asyncio.create_task(amqp.call(name, number=1))
            await entered.wait()
            async with place.seat() as seat:
                await seat.put(f"rpc.{name}", b'{"number": 2}', expiration="1")
            third = asyncio.create_task(amqp.call(name, number=3))
            seen = 0.0
            while not seen or asyncio.get_running_loop().time() < seen + 0.01:
                await asyncio.sleep(0.01)
                if not seen and running(source) > 1:
                    seen = asyncio.get_running_loop().time()
            go.set()
            assert (await first, await third) == (1, 3)
        assert begun == [1, 3]

    asyncio.run(main())


def test_a_cancelled_call_leaves_nothing_behind(place: Place, apps: Apps, name: str) -> None:
    async def main() -> None:
        app, entered, go = apps(**place.options), asyncio.Event(), asyncio.Event()

        @app.on(rpc(name))
        async def price() -> int:
            entered.set()
            await go.wait()
            return 7

        async with asyncio.timeout(LIMIT), app.running(), Amqp(place.settings) as amqp:
            call = asyncio.create_task(amqp.call(name))
            await entered.wait()
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call
            assert amqp.calls.in_flight == 0
            go.set()
            assert await amqp.call(name, into=int) == 7

    asyncio.run(main())


def test_a_call_and_its_answer_are_compressed_from_the_size_on_that_settings_say(
    place: Place, apps: Apps, name: str
) -> None:
    async def main() -> None:
        app, encodings = apps(**place.options, compress_from=100), []
        settings = place.settings.model_copy(update={"compress_from": 100})

        @app.on(rpc(name))
        async def echo(text: str, request: Request) -> str:
            encodings.append(request.headers.get("content-encoding"))
            return text

        async with asyncio.timeout(LIMIT), app.running(), Amqp(settings) as amqp:
            for text in ("a" * 1000, "a"):
                assert await amqp.call(name, text=text, into=str) == text
            assert encodings == ["gzip", None]
            async with place.seat() as seat:
                await seat.channel.basic_consume(REPLY_TO, seat.came.put, no_ack=True)
                for raw in (b"a" * 1000, b"a"):
                    await seat.put(f"rpc.{name}", b'{"text": "%s"}' % raw, reply_to=REPLY_TO)
                answers = [await seat.next() for _ in range(2)]
            assert [each.header.properties.content_encoding for each in answers] == ["gzip", None]
            assert len(answers[0].body) < 100

    asyncio.run(main())


def test_an_answer_or_a_call_that_is_too_large_is_told_to_the_caller(
    place: Place, apps: Apps, name: str
) -> None:
    async def main() -> None:
        app, small = apps(**place.options, body_limit="4kB", compress_from=100), {"body_limit": 1000}

        @app.on(rpc(name))
        async def double(count: int) -> str:
            return "a" * count

        async with asyncio.timeout(LIMIT), app.running(), Amqp(place.settings) as amqp:
            with pytest.raises(CallFailed, match="unwritable_answer"):
                await amqp.call(name, count=10_000)
            async with Amqp(place.settings.model_copy(update=small)) as other:
                with pytest.raises(AnswerUnfit, match="more than 1000 bytes when it is unpacked.*body_limit"):
                    await other.call(name, count=2000)
                with pytest.raises(InvalidMessage, match="1000 are allowed"):
                    await other.call(name, text="a" * 2000)

    asyncio.run(main())
