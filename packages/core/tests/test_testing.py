"""An application under test: what is called, how it is meant, and what it comes to."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import pytest
from packages.core.tests.doubles import Manual

from cordio_core import (
    App,
    CallError,
    CoreError,
    DataError,
    Request,
    Response,
    emitted,
    every,
    get,
    post,
    put,
    queue,
)


@dataclass(frozen=True)
class Order:
    sku: str
    amount: int = 1


def test_the_chain_of_an_event_runs_with_its_data_headers_and_caller() -> None:
    app = App("orders", entrypoints=[Manual()])
    seen: list[object] = []

    def tag(request: Request) -> str:
        return request.headers["x-tag"]

    @app.on(put("/orders/{order_id}"), before=[tag])
    async def place(order_id: int, order: Order, tag: str, request: Request) -> object:
        seen.extend([request.caller, request.path, request.parsed, bool(request.trace)])
        return order_id, order, tag

    async def use() -> list[object]:
        async with app.testing() as t:
            event, headers = put("/orders/{order_id}"), {"X-Tag": "a"}
            first = await t.call(event, {"sku": "A-1"}, order_id=7, headers=headers, caller="ann")
            second = await t.call(place, order_id=8, sku="B-2", amount=3, headers={"x-tag": "b"})
            third = await t.call("place", order=Order("C-3"), order_id=9, headers={"x-tag": "c"})
            return [first.value, second.value, third.value]

    found = asyncio.run(use())
    assert found == [(7, Order("A-1"), "a"), (8, Order("B-2", 3), "b"), (9, Order("C-3"), "c")]
    assert seen[:4] == ["ann", {"order_id": "7"}, {"sku": "A-1"}, True]


def test_events_of_every_kind_are_called_without_their_entrypoint() -> None:
    app = App("orders", entrypoints=[Manual(), Manual(kind="amqp")])

    @app.on(every("1d"), emitted("order.placed"))
    async def strike(sku: str = "none") -> str:
        return sku

    @app.on(queue("orders.new"))
    async def take(order: Order) -> str:
        return order.sku

    @app.on(get("/"))
    async def read(limit: int = 5) -> int:
        return limit

    async def use() -> list[object]:
        async with app.testing() as t:
            asked = [t.call(strike), t.call(emitted("order.placed"), {"sku": "A-1"})]
            asked += [t.call(queue("orders.new"), {"sku": "B-2"}), t.call(read, limit=7), t.call("read")]
            return [(await each).value for each in asked]

    assert asyncio.run(use()) == ["none", "A-1", "B-2", 7, 5]


def test_text_becomes_numbers_where_pydantic_reads_it() -> None:
    pytest.importorskip("pydantic")
    app = App("orders", entrypoints=[Manual()])

    @app.on(get("/{order_id}"))
    async def read(order_id: int, limit: int = 5) -> object:
        return order_id, limit

    async def use() -> object:
        async with app.testing() as t:
            return (await t.call(read, order_id="8", limit="7")).value

    assert asyncio.run(use()) == (8, 7)


def test_what_is_meant_must_be_clear() -> None:
    app = App("orders", entrypoints=[Manual()])

    @app.on(emitted("placed"))
    async def first() -> None: ...

    @app.on(emitted("placed"))
    async def second() -> None: ...

    @app.on(get("/{order_id}"))
    async def read(order_id: int, limit: int = 5) -> int:
        return order_id

    async def stranger() -> None: ...

    async def use() -> None:
        async with app.testing() as t:
            with pytest.raises(CallError, match=r"first .* and .*second .*: call one of the handlers"):
                await t.call(emitted("placed"))
            with pytest.raises(CallError, match="stranger .* is no handler of the application"):
                await t.call(stranger)
            with pytest.raises(CallError, match="'GET /x' is no event of the application"):
                await t.call(get("/x"))
            with pytest.raises(DataError, match="'oder_id': no such parameter: it takes 'order_id', 'limit'"):
                await t.call(read, oder_id=7)
            with pytest.raises(DataError, match="order_id"):
                await t.call(read, order_id="seven")
            with pytest.raises(DataError, match="'limt': no such parameter"):
                await t.call(read, order_id=7, limt=1)
            with pytest.raises(CoreError, match="was run already: ask for another app.testing"):
                await t.__aenter__()
        with pytest.raises(CoreError, match="orders is over: call inside of async with app.testing"):
            await t.call(read, order_id=7)
        with pytest.raises(CoreError, match="is not started: async with app.testing"):
            await app.testing().call(read, order_id=7)

    asyncio.run(use())


def test_wrong_data_are_told_even_where_they_are_read_late() -> None:
    app = App("orders", entrypoints=[Manual()])

    def judge() -> Response | None:
        return None

    @app.on(post("/"), before=[judge])
    async def place(order: Order) -> str:
        return order.sku

    async def use() -> None:
        async with app.testing() as t:
            with pytest.raises(DataError, match="amount"):
                await t.call(place, {"sku": "A-1", "amount": "many"})

    asyncio.run(use())


def test_what_handlers_raise_is_kept_whatever_is_answered() -> None:
    app = App("orders", entrypoints=[Manual()])

    @app.on(get("/"))
    async def read() -> None:
        raise LookupError("no order")

    async def use() -> tuple[int | None, list[str]]:
        async with app.testing() as t:
            response = await t.call(read)
        return response.status, [str(error) for error in t.errors]

    assert asyncio.run(use()) == (500, ["no order"])


def test_a_part_that_fails_is_kept_and_raised_where_the_application_is_left() -> None:
    app = App("orders")

    @app.main
    async def main() -> None:
        raise RuntimeError("no stock")

    errors: list[BaseException] = []

    async def use() -> None:
        async with app.testing() as t:
            while not t.errors:
                await asyncio.sleep(0)
            errors.extend(t.errors)

    with pytest.raises(RuntimeError, match="no stock"):
        asyncio.run(use())
    assert [str(error) for error in errors] == ["no stock"]


def test_around_handlers_and_streams_work_in_a_call() -> None:
    app = App("orders", entrypoints=[Manual()])
    seen: list[object] = []

    def ring() -> Iterator[None]:
        seen.append((yield))

    @app.on(get("/"), around=[ring])
    async def read() -> Response:
        async def pieces() -> AsyncIterator[bytes]:
            yield b"a"

        return Response(stream=pieces())

    async def use() -> list[bytes]:
        async with app.testing() as t:
            stream = (await t.call(read)).stream
            assert stream is not None
            return [piece async for piece in stream]

    assert asyncio.run(use()) == [b"a"]
    assert isinstance(seen[0], Response)
