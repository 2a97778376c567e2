"""Messages whose handlers fail, and those that no handler can take."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import pytest
from pydantic import BaseModel, field_validator

from cordio_amqp import Retries, queue
from cordio_core import Request, Response

if TYPE_CHECKING:
    from tools.servers import RabbitMQ

    from .conftest import Apps, Desks

LIMIT = 60.0
SOON = Retries(attempts=3, wait="10ms..50ms")


class Order(BaseModel):
    sku: str
    count: int = 1

    @field_validator("sku")
    @classmethod
    def _known(cls, sku: str) -> str:
        if sku == "boom":
            raise KeyError("the secret of the till")
        return sku


def test_a_handler_that_fails_gets_the_message_again_later_and_then_it_is_parked(
    rabbitmq: RabbitMQ, apps: Apps, desks: Desks, name: str
) -> None:
    async def main() -> None:
        app = apps(rabbitmq.port)
        times: list[float] = []
        traces: list[str] = []

        @app.on(queue(name, retry=SOON))
        async def place(sku: str, request: Request) -> None:
            times.append(asyncio.get_running_loop().time())
            traces.append(request.trace)
            raise RuntimeError("the secret of the till")

        async with asyncio.timeout(LIMIT), desks(rabbitmq.port) as desk, app.running():
            await desk.send(
                name,
                b'"A-1"',
                correlation_id="c-1",
                app_id="till",
                message_id="7d0f",
                headers={"tenant": "eu", "list": [1, {"a": bytearray(b"x")}]},
            )
            parked = await desk.next(f"{name}.parked")
            assert (parked.body, parked.message_id, parked.delivery_mode) == (b'"A-1"', "7d0f", 2)
            assert (parked.correlation_id, parked.app_id, parked.content_type) == ("c-1", "till", None)
            assert parked.headers["tenant"] == "eu" and parked.headers["list"] == [1, {"a": b"x"}]
            assert parked.headers["x-parked-error"] == "internal"
            assert parked.headers["x-parked-queue"] == name
            assert str(parked.headers["x-parked-handler"]).endswith("place")
            assert parked.headers["x-parked-trace"] == traces[-1]
            assert parked.headers["x-attempt"] == 3 == len(times)
            assert times[1] - times[0] >= 0.01 and times[2] - times[1] >= 0.02
            assert "secret" not in repr(parked.headers)
            assert await desk.count(name) == 0

    asyncio.run(main())


@pytest.mark.parametrize("kind", ["quorum", "classic"])
def test_a_message_that_is_tried_again_is_handled_and_gone(
    rabbitmq: RabbitMQ, apps: Apps, desks: Desks, name: str, kind: str
) -> None:
    async def main() -> None:
        app = apps(rabbitmq.port)
        came: asyncio.Queue[str] = asyncio.Queue()

        @app.on(queue(name, retry=SOON, type=kind))  # type: ignore[arg-type]  # one of two words
        async def place(sku: str, request: Request) -> Response | None:
            await came.put(request.headers.get("x-attempt", ""))
            return None if "x-attempt" in request.headers else Response(status=503)

        async with asyncio.timeout(LIMIT), desks(rabbitmq.port) as desk:
            async with app.running():
                await desk.send(name, b'"A-1"', expiration=50)
                assert [await came.get(), await came.get()] == ["", "1"]
            for each in (name, f"{name}.parked", f"{name}.retry.10"):
                assert await desk.count(each) == 0

    asyncio.run(main())


@pytest.mark.parametrize(
    ("body", "about", "why"),
    [
        (b'{"sku": ', {}, "it is no JSON in UTF-8"),
        (b"[" * 100_000, {}, "it is no JSON in UTF-8"),
        (b'{"sku": "A-1", "count": "many"}', {}, "order: count: Input should be a valid integer"),
        (b'{"sku": "boom"}', {}, "its model failed: KeyError"),
        (b"\xff", {"content_type": "text/plain"}, "it is no text in UTF-8"),
        (b"{}", {"content_encoding": "gzip"}, "it is no whole gzip"),
    ],
    ids=["broken", "deep", "invalid", "model fails", "no text", "compressed"],
)
def test_a_message_that_cannot_be_read_is_parked_at_once_and_its_handler_never_runs(
    rabbitmq: RabbitMQ,
    apps: Apps,
    desks: Desks,
    name: str,
    body: bytes,
    about: dict[str, str],
    why: str,
) -> None:
    async def main() -> None:
        app = apps(rabbitmq.port)
        ran: list[Order] = []

        @app.on(queue(name, retry=SOON))
        async def place(order: Order) -> None:
            ran.append(order)

        async with asyncio.timeout(LIMIT), desks(rabbitmq.port) as desk, app.running():
            await desk.send(name, body, **about)
            parked = await desk.next(f"{name}.parked")
            assert str(parked.headers["x-parked-error"]).startswith(why)
            assert parked.headers["x-attempt"] == 1
            assert parked.body == body and parked.content_encoding == about.get("content_encoding")
            assert not ran and await desk.count(name) == 0

    asyncio.run(main())


def test_a_message_that_cannot_be_read_is_parked_whatever_runs_before_its_handler(
    rabbitmq: RabbitMQ, apps: Apps, desks: Desks, name: str
) -> None:
    async def main() -> None:
        app = apps(rabbitmq.port)
        before: list[str] = []

        async def look(request: Request) -> None:
            before.append(request.kind)

        @app.on(queue(name, retry=SOON), before=[look])
        async def place(count: int) -> None: ...

        async with asyncio.timeout(LIMIT), desks(rabbitmq.port) as desk, app.running():
            await desk.send(name, b'"many"')
            parked = await desk.next(f"{name}.parked")
            assert str(parked.headers["x-parked-error"]).startswith("count: ")
            assert parked.headers["x-attempt"] == 1 and before == ["amqp"]

    asyncio.run(main())


@pytest.mark.parametrize(
    ("response", "attempts", "ends_in"),
    [
        (Response(status=404), 1, "parked"),
        (Response(status=500, headers={"x-action": "ack"}), 1, None),
        (Response(status=500, headers={"x-action": "reject"}), 1, "dead"),
        (
            Response(status=409, headers={"x-action": "requeue", "x-limit": "3", "x-delay-ms": "10"}),
            4,
            "parked",
        ),
        (
            Response(status=409, headers={"x-action": "requeue", "x-limit": "2", "x-delay-ms": "0"}),
            3,
            "parked",
        ),
        (Response(status=500, headers={"x-action": "requeue", "x-limit": "much"}), 1, "parked"),
    ],
    ids=["refused", "ack", "reject", "requeue", "requeue at once", "requeue without limit"],
)
def test_the_answer_decides_what_becomes_of_the_message(
    rabbitmq: RabbitMQ,
    apps: Apps,
    desks: Desks,
    name: str,
    response: Response,
    attempts: int,
    ends_in: str | None,
) -> None:
    async def main() -> None:
        app = apps(rabbitmq.port)
        ran: list[str] = []
        last = asyncio.Event()

        @app.on(queue(name, retry=SOON, declare=False))
        async def place(sku: str) -> Response | None:
            ran.append(sku)
            if sku == "last":
                last.set()
                return None
            return response

        async with asyncio.timeout(LIMIT), desks(rabbitmq.port) as desk:
            arguments = {"x-dead-letter-exchange": "", "x-dead-letter-routing-key": f"{name}.dead"}
            await desk.channel.declare_queue(name, durable=True, arguments=dict(arguments))
            await desk.channel.declare_queue(f"{name}.dead", durable=True)
            async with app.running():
                await desk.send(name, b'"A-1"')
                if ends_in is not None:
                    await desk.next(f"{name}.{ends_in}")
                await desk.send(name, b'"last"')
                await last.wait()
            assert ran == ["A-1"] * attempts + ["last"]
            for each in (name, f"{name}.parked", f"{name}.dead"):
                assert await desk.count(each) == 0

    asyncio.run(main())


def test_the_catalogue_of_cordio_errors_decides_through_the_answer(
    rabbitmq: RabbitMQ, apps: Apps, desks: Desks, name: str
) -> None:
    errors = pytest.importorskip("cordio_errors")

    async def main() -> None:
        rules = errors.Errors()
        rules.catalogue({"sold_out": {"amqp": {"action": "requeue", "limit": 1, "delay": "10ms"}}})
        rules.on(LookupError, answer=errors.answer("sold_out"))
        app = apps(rabbitmq.port, errors=rules)
        ran: list[str] = []

        @app.on(queue(name))
        async def place(sku: str) -> None:
            ran.append(sku)
            raise LookupError("the secret of the till")

        async with asyncio.timeout(LIMIT), desks(rabbitmq.port) as desk, app.running():
            await desk.send(name, b'"A-1"')
            parked = await desk.next(f"{name}.parked")
            assert parked.headers["x-parked-error"] == "sold_out"
            assert len(str(parked.headers["x-parked-incident"])) == 36
            assert ran == ["A-1"] * 2

    asyncio.run(main())


def test_a_message_that_nobody_ever_settles_is_parked_in_the_end(
    rabbitmq: RabbitMQ, apps: Apps, desks: Desks, name: str
) -> None:
    async def main() -> None:
        app = apps(rabbitmq.port)
        ran: list[str] = []

        @app.on(queue(name))
        async def place(sku: str) -> None:
            ran.append(sku)

        async with asyncio.timeout(LIMIT), desks(rabbitmq.port) as desk:
            await desk.channel.declare_queue(name, durable=True, arguments={"x-queue-type": "quorum"})
            await desk.send(name, b'"A-1"')
            found = await desk.channel.get_queue(name)
            for _ in range(11):
                message = await found.get(timeout=LIMIT)
                assert message is not None
                await message.nack(requeue=True)
            async with app.running():
                parked = await desk.next(f"{name}.parked")
                assert "again and again" in str(parked.headers["x-parked-error"])
            assert not ran

    asyncio.run(main())


def test_a_forged_or_foreign_attempt_cannot_keep_a_message_going(
    rabbitmq: RabbitMQ, apps: Apps, desks: Desks, name: str
) -> None:
    async def main() -> None:
        app = apps(rabbitmq.port)
        ran: list[str] = []

        @app.on(queue(name, retry=SOON))
        async def place(sku: str) -> Response:
            ran.append(sku)
            return Response(status=500)

        async with asyncio.timeout(LIMIT), desks(rabbitmq.port) as desk, app.running():
            for attempt, expected in ((-1000, 3), ("many", 3), (99, 1)):
                ran.clear()
                await desk.send(name, json.dumps(str(attempt)).encode(), headers={"x-attempt": attempt})
                await desk.next(f"{name}.parked")
                assert len(ran) == expected

    asyncio.run(main())


def test_a_handler_that_is_cancelled_by_what_it_awaits_has_failed(
    rabbitmq: RabbitMQ, apps: Apps, desks: Desks, name: str
) -> None:
    async def main() -> None:
        app = apps(rabbitmq.port)

        @app.on(queue(name, retry=Retries(attempts=1)))
        async def place(sku: str) -> None:
            raise asyncio.CancelledError

        async with asyncio.timeout(LIMIT), desks(rabbitmq.port) as desk, app.running():
            await desk.send(name, b'"A-1"')
            parked = await desk.next(f"{name}.parked")
            assert parked.headers["x-parked-error"] == "status 500"

    asyncio.run(main())


def test_the_retry_scheme_of_cordio_errors_is_one_of_ours(
    rabbitmq: RabbitMQ, apps: Apps, desks: Desks, name: str
) -> None:
    errors = pytest.importorskip("cordio_errors")

    async def main() -> None:
        app = apps(rabbitmq.port)

        @app.on(queue(name, retry=errors.Retry(attempts=2, wait="10ms..1s")))
        async def place(sku: str) -> Response:
            return Response(status=500)

        async with asyncio.timeout(LIMIT), desks(rabbitmq.port) as desk, app.running():
            await desk.send(name, b'"A-1"')
            assert (await desk.next(f"{name}.parked")).headers["x-attempt"] == 2

    asyncio.run(main())
