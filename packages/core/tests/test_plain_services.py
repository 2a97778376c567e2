"""Services without a container: made by name, and what cannot be made is told at the start."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator

import pytest

from cordio_core import App, StartError, emitted


async def awaited() -> int:
    return 7


async def closing() -> AsyncIterator[int]:
    yield 7


def generating() -> Iterator[int]:
    yield 7


@pytest.mark.parametrize("maker", [awaited, closing, generating])
def test_a_factory_that_has_to_be_awaited_or_closed_is_refused_where_no_container_does_so(
    maker: Callable[[], object],
) -> None:
    app = App("shop")
    app.service(name="stock")(maker)

    @app.on(emitted("counted"))
    async def count(stock: int) -> None: ...

    with pytest.raises(StartError, match=rf"{maker.__name__} \(.*:\d+\) is async or a generator: .*cordio-di"):
        app.check()


def test_a_service_with_a_parameter_that_nothing_fills_is_told_at_the_start() -> None:
    app = App("shop")

    @app.service
    def stock(shelves: int) -> int:
        return shelves

    @app.on(emitted("counted"))
    async def count(stock: int) -> None: ...

    with pytest.raises(StartError, match=r"stock \(.*:\d+\): nothing fills 'shelves': register a service"):
        app.check()


def test_services_that_need_each_other_are_told_at_the_start_in_their_order() -> None:
    app = App("shop")

    @app.service
    def stock(prices: object) -> object: ...

    @app.service
    def prices(stock: object) -> object: ...

    @app.on(emitted("counted"))
    async def count(stock: object) -> None: ...

    with pytest.raises(StartError, match=r"stock -> prices -> stock .*: let one of them do without the other"):
        app.check()


def test_a_service_that_nobody_needs_keeps_nobody_from_starting() -> None:
    app = App("shop")
    app.service(name="stock")(awaited)

    @app.service
    def prices(currency: str = "EUR") -> str:
        return currency

    @app.on(emitted("counted"))
    async def count(prices: str) -> str:
        return prices

    async def use() -> object:
        async with app.running():
            return (await app.emit("counted"))[0].value

    assert asyncio.run(use()) == "EUR"
