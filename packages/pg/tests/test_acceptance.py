"""What a user of the service sees, from nothing to a database that fails and comes back."""

import asyncio
from pathlib import Path

import pytest
from pydantic import SecretStr

from cordio_pg import PgSettings, Postgres, QueryError, Unavailable
from cordio_pg.embedded import Server


def test_a_database_is_there_without_any_set_up_and_keeps_its_data(data: Path) -> None:
    settings = PgSettings(dsn=SecretStr("embedded"), data=data, database="orders")

    async def place() -> None:
        async with Postgres(settings) as pg:
            await pg.execute("create table orders (id serial primary key, sku text unique)")
            async with pg.transaction() as tx:
                await tx.executemany("insert into orders (sku) values ($1)", [("pen",), ("ink",)])
            with pytest.raises(QueryError) as refused:
                await pg.execute("insert into orders (sku) values ($1)", "pen")
            assert refused.value.sqlstate == "23505"

    async def read() -> list[str]:
        async with Postgres(settings) as pg:
            await pg.health()
            assert await pg.fetchval("select current_database()") == "orders"
            return [row["sku"] for row in await pg.fetch("select sku from orders order by id")]

    asyncio.run(place())
    assert asyncio.run(read()) == ["pen", "ink"]


def test_the_service_outlives_its_database_and_says_what_is_wrong_meanwhile(
    server: Server, settings: PgSettings
) -> None:
    async def main() -> None:
        async with Postgres(settings) as pg:
            await pg.health()
            await asyncio.to_thread(server.stop)
            with pytest.raises(Unavailable, match=f"127.0.0.1:{server.port} is unavailable") as told:
                await pg.health()
            assert "p@ss" not in str(told.value)
            await asyncio.to_thread(server.start)
            await pg.health()

    asyncio.run(main())
