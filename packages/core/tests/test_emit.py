"""What happens inside the application, and who hears of it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from cordio_core import App, CoreError, DataError, Response, StartError, emitted, started, stopping


@dataclass
class Order:
    """What is told."""

    sku: str
    amount: int = 1


def told(app: App, name: str, data: object = None) -> tuple[Response, ...]:
    async def use() -> tuple[Response, ...]:
        async with app.running(), asyncio.timeout(5):
            return await app.emit(name, data)

    return asyncio.run(use())


def test_who_emits_waits_for_all_handlers_in_their_order() -> None:
    app = App("orders")
    heard: list[str] = []

    @app.on(emitted("order.placed"), order=2)
    async def second(order: Order) -> str:
        heard.append("second")
        return order.sku

    @app.on(emitted("order.placed"), order=1)
    def first(sku: str, amount: int) -> int:
        heard.append("first")
        return amount

    assert [response.value for response in told(app, "order.placed", {"sku": "A-1", "amount": 3})] == [
        3,
        "A-1",
    ]
    assert heard == ["first", "second"]


def test_a_value_of_the_wanted_type_is_handed_over_as_it_is() -> None:
    app = App("orders")
    order = Order("A-1")

    @app.on(emitted("order.placed"))
    async def hear(order: Order) -> Order:
        return order

    assert told(app, "order.placed", order)[0].value is order


def test_what_goes_wrong_in_one_handler_keeps_nobody_from_going_on(caplog: pytest.LogCaptureFixture) -> None:
    app = App("orders")

    @app.on(emitted("order.placed"), order=1)
    async def fail() -> None:
        raise LookupError("gone")

    @app.on(emitted("order.placed"), order=2)
    async def hear() -> str:
        return "heard"

    failed, heard = told(app, "order.placed")
    assert (failed.status, heard.value) == (500, "heard")
    assert "fail failed" in caplog.text and "LookupError: gone" in caplog.text


def test_what_nobody_hears_is_told_to_nobody() -> None:
    assert told(App("orders"), "order.placed") == ()


def test_a_name_that_nobody_can_listen_to_is_refused() -> None:
    for call in (emitted, lambda name: told(App("orders"), name)):
        with pytest.raises(
            ValueError, match="letters, digits and '_.:/-', not 'order placed': write 'order.placed'"
        ):
            call("order placed")


def test_data_that_fit_one_handler_alone_reach_none() -> None:
    app = App("orders")
    heard: list[str] = []

    @app.on(emitted("order.placed"))
    async def hear(sku: str) -> None:
        heard.append(sku)

    @app.on(emitted("order.placed"))
    async def count(amount: int) -> None: ...

    with pytest.raises(DataError) as error:
        told(app, "order.placed", {"sku": "A-1", "amount": "many"})
    assert "count (" in str(error.value) and "'amount': " in str(error.value)
    assert "many" not in str(error.value)
    assert heard == []


def test_nothing_is_emitted_while_the_application_does_not_run() -> None:
    app = App("orders")

    @app.on(emitted("order.placed"))
    async def hear() -> None: ...

    with pytest.raises(CoreError, match="orders does not run: start it first"):
        asyncio.run(app.emit("order.placed"))
    told(app, "order.placed")
    with pytest.raises(CoreError, match="orders does not run: start it first"):
        asyncio.run(app.emit("order.placed"))


@pytest.mark.parametrize("event", [started, stopping])
def test_a_handler_of_start_or_stop_that_wants_data_is_a_start_error(event: object) -> None:
    app = App("orders")

    @app.on(event)  # type: ignore[arg-type]  # one of two events
    async def hear(order: Order) -> None: ...

    with pytest.raises(StartError, match="hear .* wants 'order', but '(started|stopping)' brings no data"):
        app.check()


class Unknown:
    """What no library makes of plain data."""


def _plain(app: App) -> Callable[..., object]:
    @app.on(emitted("order.placed"))
    async def hear(order: Unknown) -> Unknown:
        return order

    return hear


class Maker:
    """A converter of the application."""

    def reader(self, annotation: object, /) -> Callable[[object], object] | None:
        return (lambda value: Unknown()) if annotation is Unknown else None


def test_a_converter_of_the_application_makes_what_nobody_else_knows() -> None:
    app = App("orders", converters=[Maker()])
    _plain(app)
    assert isinstance(told(app, "order.placed", {"sku": "A-1"})[0].value, Unknown)
