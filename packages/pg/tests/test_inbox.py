"""A message is handled once for each handler, in the transaction of its effects."""

from __future__ import annotations

import asyncio

import pytest
from packages.pg.tests.publishing import opened, schemed

from cordio_pg import PgSettings, Postgres
from cordio_pg.events import made


@pytest.fixture
def own(settings: PgSettings) -> PgSettings:
    """Settings for a schema of one's own."""
    return schemed(settings)


async def take(pg: Postgres, message_id: str, *, handler: str = "take", fails: bool = False) -> bool:
    async with pg.transaction() as tx:
        if not await tx.inbox(handler, message_id):
            return False
        await tx.execute("update stock set amount = amount - 1")
        if fails:
            raise ZeroDivisionError
        return True


async def stocked(pg: Postgres) -> None:
    await made(pg)
    await pg.execute("create table stock (amount int)")
    await pg.execute("insert into stock values (10)")


def test_a_message_that_comes_many_times_at_once_has_its_effect_once(own: PgSettings) -> None:
    async def main() -> None:
        async with opened(own) as pg:
            await stocked(pg)
            assert sorted(await asyncio.gather(*(take(pg, "7d0f") for _ in range(8)))) == [False] * 7 + [True]
            assert await take(pg, "7d0f", handler="another")
            assert await pg.value(int, "select amount from stock") == 8

    asyncio.run(main())


def test_a_message_whose_handling_failed_is_new_again(own: PgSettings) -> None:
    async def main() -> None:
        async with opened(own) as pg:
            await stocked(pg)
            with pytest.raises(ZeroDivisionError):
                await take(pg, "7d0f", fails=True)
            assert await take(pg, "7d0f")
            assert await pg.value(int, "select amount from stock") == 9

    asyncio.run(main())


def test_a_message_without_an_id_is_refused(own: PgSettings) -> None:
    async def main() -> None:
        async with opened(own) as pg:
            await stocked(pg)
            with pytest.raises(ValueError, match="publish it with a message_id"):
                await take(pg, "")

    asyncio.run(main())
