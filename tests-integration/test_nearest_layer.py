"""An exception that no rule knows is caught by the layer nearest to it, whatever the kind of the event."""

import asyncio
import logging
from collections.abc import Callable

import pytest
from packages.core.tests.clock import MovableClock
from packages.core.tests.doubles import Manual

from cordio_core import App, Event, emitted, every, get, queue, started, stopping
from cordio_di import Container
from cordio_errors import Errors

HTTP, AMQP = "GET /", "queue orders.new"


class Shop(App):
    """An application with sources of every kind, whose rules know nothing."""

    def __init__(self) -> None:
        self.moved = MovableClock()
        self.web, self.broker = Manual(), Manual(kind="amqp")
        super().__init__(
            "shop",
            container=Container(discover=False),
            errors=Errors(),
            entrypoints=[self.web, self.broker],
            clock=self.moved,
        )

    async def asked(self) -> None:
        await self.web.ask(HTTP)

    async def told(self) -> None:
        await self.broker.ask(AMQP)

    async def emitting(self) -> None:
        await self.emit("asked")

    async def struck(self) -> None:
        await self.moved.move(1)


async def failing() -> None:
    raise ZeroDivisionError("by chance")


async def nothing(shop: Shop) -> None:
    """Let the start and the stop be all that happens."""


def _records(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [
        f"{record.getMessage()} {vars(record)}"
        for record in caplog.records
        if record.levelno >= logging.ERROR and "failing" in f"{record.getMessage()} {vars(record)}"
    ]


def _run(shop: Shop, caplog: pytest.LogCaptureFixture, happen: Callable[[Shop], object]) -> list[str]:
    async def use() -> None:
        async with asyncio.timeout(20), shop.running():
            await happen(shop)  # type: ignore[misc]  # one of the async functions below

    with caplog.at_level(logging.ERROR):
        try:
            asyncio.run(use())
        except Exception as error:  # the start, the stop and the root component end the application too
            assert "failing" in str(error) or isinstance(error, ZeroDivisionError)
    return _records(caplog)


@pytest.mark.parametrize(
    ("event", "happen"),
    [
        pytest.param(get("/"), Shop.asked, id="http"),
        pytest.param(queue("orders.new"), Shop.told, id="amqp"),
        pytest.param(every("1s"), Shop.struck, id="schedule"),
        pytest.param(emitted("asked"), Shop.emitting, id="internal"),
        pytest.param(started, nothing, id="start"),
        pytest.param(stopping, nothing, id="stop"),
    ],
)
def test_the_handler_that_fails_is_named_in_the_record(
    event: Event, happen: Callable[[Shop], object], caplog: pytest.LogCaptureFixture
) -> None:
    shop = Shop()
    shop.on(event)(failing)
    found = _run(shop, caplog, happen)
    assert found and all("ZeroDivisionError" in record for record in found)


@pytest.mark.parametrize("kind", ["task", "spawned", "main"])
def test_the_task_that_fails_is_named_in_the_record(kind: str, caplog: pytest.LogCaptureFixture) -> None:
    shop = Shop()
    if kind == "task":
        shop.task(on_error="drop")(failing)
    elif kind == "main":
        shop.main(failing)

    async def happen(shop: Shop) -> None:
        if kind == "spawned":
            await shop.spawn(failing())
        while not _records(caplog):
            await asyncio.sleep(0)

    found = _run(shop, caplog, happen)
    assert found and all("ZeroDivisionError" in record for record in found)


def test_a_service_hands_up_and_the_handler_above_it_is_named(caplog: pytest.LogCaptureFixture) -> None:
    shop = Shop()

    @shop.service
    class Stock:
        async def reserve(self) -> None:
            await failing()

    @shop.on(emitted("asked"))
    async def place_order(stock: Stock) -> None:
        await stock.reserve()

    _run(shop, caplog, Shop.emitting)
    assert any("place_order" in f"{record.getMessage()} {vars(record)}" for record in caplog.records)
