"""An application whose events a test sends by hand."""

import asyncio

import pytest
from packages.core.tests.doubles import Manual

from cordio_core import App, Response, StartError

READ = "GET /orders/{order_id}"


def application() -> tuple[App, Manual]:
    source = Manual()
    return App("orders", entrypoints=[source]), source


def answered(app: App, source: Manual, name: str = READ, **data: object) -> Response:
    async def use() -> Response:
        async with app.running(), asyncio.timeout(20):
            return await source.ask(name, **data)

    return asyncio.run(use())


def refused(app: App) -> str:
    with pytest.raises(StartError) as told:
        app.check()
    return str(told.value)


async def read(order_id: int) -> int:
    """Answer with the number of the order."""
    return order_id
