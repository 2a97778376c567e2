"""What stands in the place of services, what is emitted and published."""

import asyncio
import contextvars

import pytest
from packages.core.tests.doubles import Manual

from cordio_core import App, CallError, CoreError, emitted, get, started
from cordio_core._plain import PlainContainer
from cordio_core.testing import Emitted, Published


class Amqp:
    async def publish(self, exchange: str, key: str, data: object, /) -> object:
        raise AssertionError("there is no broker here")

    async def call(self, name: str, /, **data: object) -> object:
        raise AssertionError("there is no broker here")


def test_services_are_replaced_for_the_time_of_the_test_and_unknown_ones_refused() -> None:
    app = App("orders", entrypoints=[Manual()])

    @app.service
    def stock() -> int:
        return 7

    @app.service
    def shelf(stock: int) -> str:
        return f"{stock} left"

    @app.on(get("/"))
    async def read(shelf: str) -> str:
        return shelf

    async def use(**fakes: object) -> object:
        async with app.testing(**fakes) as t:
            return (await t.call(read)).value

    assert [asyncio.run(use(stock=1)), asyncio.run(use())] == ["1 left", "7 left"]
    with pytest.raises(CoreError, match="no service is called 'stok': override one of stock, shelf"):
        asyncio.run(use(stok=1))
    assert asyncio.run(use()) == "7 left"


def test_what_is_published_and_called_is_kept_and_answered_as_the_test_says() -> None:
    app = App("orders", entrypoints=[Manual()])

    @app.service
    def amqp() -> Amqp:
        return Amqp()

    @app.on(get("/"))
    async def read(amqp: Amqp) -> object:
        await amqp.publish("orders", "eu.placed", {"sku": "A-1"})
        return await amqp.call("price", sku="A-1")

    async def use() -> None:
        async with app.testing() as t:
            assert (await t.call(read)).status == 500
            assert isinstance(t.errors[0], CallError)
            t.exchange.answer("price", lambda sku: {"A-1": 7}[sku])
            assert (await t.call(read)).value == 7
            t.exchange.answer("price", TimeoutError("late"))
            assert (await t.call(read)).status == 500
            assert t.published[-1] == Published("orders", "eu.placed", {"sku": "A-1"})
            assert [(each.name, each.data) for each in t.called] == [("price", {"sku": "A-1"})] * 3

    asyncio.run(use())


def test_what_is_emitted_is_kept_whether_anybody_listens_or_not() -> None:
    app = App("orders", entrypoints=[Manual()])
    heard: list[str] = []

    @app.on(emitted("placed"))
    async def greet(sku: str) -> None:
        heard.append(sku)

    @app.on(get("/"))
    async def read() -> None:
        await app.emit("placed", {"sku": "A-1"})
        await app.emit("nobody.listens")
        await app.emit("placed", {"sku": "B-2"}, background=True)

    async def use() -> list[Emitted]:
        async with app.testing() as t:
            await t.call(read)
            await t.sigterm()
        return t.emitted

    placed, nobody, background = asyncio.run(use())
    assert (placed.name, placed.data, nobody) == ("placed", {"sku": "A-1"}, Emitted("nobody.listens"))
    assert (background.background, heard) == (True, ["A-1", "B-2"])
    assert "emit" not in vars(app)


def test_what_the_start_sets_in_the_context_is_seen_by_a_call_from_another_one() -> None:
    region = contextvars.ContextVar("region", default="none")
    app = App("orders", entrypoints=[Manual()])

    @app.on(started)
    async def begin() -> None:
        region.set("eu")

    @app.on(get("/"))
    async def read() -> str:
        return region.get()

    async def use() -> object:
        before = contextvars.copy_context()
        async with app.testing() as t:
            asked = t.call(read)
            return (await asyncio.create_task(asked, context=before)).value

    assert asyncio.run(use()) == "eu"


def test_what_was_made_of_the_real_services_is_not_seen_beside_a_fake() -> None:
    container = PlainContainer()
    container.service(lambda: 7, name="stock")
    container.service(lambda stock: f"{stock} left", name="shelf")

    async def read(shelf: str) -> str:
        return shelf

    call = container.inject(read)

    async def use() -> list[object]:
        found = [await call()]
        with container.override(stock=1):
            found.append(await call())
        return [*found, await call()]

    assert asyncio.run(use()) == ["7 left", "1 left", "7 left"]


def test_a_fake_for_no_service_says_which_there_are() -> None:
    app = App("shop")

    async def use() -> None:
        async with app.testing(stock=1):
            pytest.fail("it was started")

    with pytest.raises(CoreError, match="no service is called 'stock': there are none to override"):
        asyncio.run(use())
