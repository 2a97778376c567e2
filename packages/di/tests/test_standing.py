"""The objects of the services that are up can be looked at; that starts none."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from cordio_di import Container


def test_only_what_is_up_is_there_and_a_fake_in_the_place_of_its_service() -> None:
    container = Container()

    @container.service
    async def pool() -> AsyncIterator[str]:
        yield "pool"

    @container.service
    async def never() -> str:
        raise AssertionError("nobody asked for it")

    async def use(pool: str) -> str:
        return pool

    async def main() -> None:
        assert container.standing() == {}
        async with container:
            await container.inject(use)()
            assert container.standing() == {"pool": "pool"}
            with container.override(pool="fake"):
                assert container.standing().get("pool") == "fake"
        assert container.standing() == {}

    asyncio.run(main())
