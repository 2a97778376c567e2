"""A scheme of cordio-errors repeats the start of a service of cordio-di."""

from __future__ import annotations

import asyncio

from cordio_di import Container, Repeating
from cordio_errors import Errors, Retry


def test_the_start_of_a_service_is_repeated_by_the_rules_of_the_errors() -> None:
    errors = Errors()
    errors.on(ConnectionError, retry=Retry(attempts=3, wait="1ms"))
    scheme: Repeating = errors.service
    container, tries = Container(discover=False), []

    @container.service(retry=scheme)
    async def pool() -> str:
        tries.append("tried")
        if len(tries) < 3:
            raise ConnectionError("not yet")
        return "up"

    @container.inject
    async def use(pool: str) -> str:
        return pool

    async def main() -> str:
        async with container:
            return await use()

    assert asyncio.run(main()) == "up" and len(tries) == 3
