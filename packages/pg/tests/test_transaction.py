"""What is done in a block happens as a whole or not at all."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from cordio_pg import Connection, PgSettings, Postgres, QueryError


def _play(settings: PgSettings, scene: Callable[[Postgres], Awaitable[None]]) -> list[int]:
    """Play a scene on an empty table and return what is in it afterwards."""

    async def main() -> list[int]:
        async with asyncio.timeout(30), Postgres(settings) as pg:
            await pg.execute("drop table if exists item; create table item (id int primary key)")
            await scene(pg)
            rows = await pg.fetch("select id from item order by id")
            return [row["id"] for row in rows]

    return asyncio.run(main())


async def _add(tx: Connection, number: int) -> None:
    await tx.execute("insert into item values ($1)", number)


def test_a_block_that_ends_well_is_kept(settings: PgSettings) -> None:
    async def scene(pg: Postgres) -> None:
        async with pg.transaction(isolation="serializable") as tx:
            await _add(tx, 1)
            assert await tx.fetchval("show transaction isolation level") == "serializable"

    assert _play(settings, scene) == [1]


def test_an_exception_undoes_the_block_and_goes_on(settings: PgSettings) -> None:
    async def scene(pg: Postgres) -> None:
        with pytest.raises(ZeroDivisionError):
            async with pg.transaction() as tx:
                await _add(tx, 1)
                print(1 / 0)

    assert _play(settings, scene) == []


def test_cancellation_undoes_the_block(settings: PgSettings) -> None:
    async def scene(pg: Postgres) -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1), pg.transaction() as tx:
                await _add(tx, 1)
                await tx.execute("select pg_sleep(60)")
        open_ones = "select count(*) from pg_stat_activity where state like 'idle in transaction%'"
        while await pg.fetchval(open_ones):
            pass

    assert _play(settings, scene) == []


def test_an_inner_block_is_undone_alone(settings: PgSettings) -> None:
    async def scene(pg: Postgres) -> None:
        async with pg.transaction() as tx:
            await _add(tx, 1)
            with pytest.raises(QueryError):
                async with tx.transaction():
                    await _add(tx, 2)
                    await _add(tx, 1)
            async with tx.transaction():
                await _add(tx, 3)

    assert _play(settings, scene) == [1, 3]


def test_an_inner_block_whose_time_is_over_is_never_kept_by_the_outer(settings: PgSettings) -> None:
    async def scene(pg: Postgres) -> None:
        try:
            async with pg.transaction() as tx:
                await _add(tx, 1)
                try:
                    async with asyncio.timeout(0.1), tx.transaction():
                        await _add(tx, 2)
                        await tx.execute("select pg_sleep(60)")
                except TimeoutError:
                    pass
        except Exception:
            await _add_alone(pg, 9)

    assert _play(settings, scene) in ([1], [9])


async def _add_alone(pg: Postgres, number: int) -> None:
    await pg.execute("insert into item values ($1)", number)


def test_a_commit_that_the_server_turned_into_a_rollback_is_an_error(settings: PgSettings) -> None:
    async def scene(pg: Postgres) -> None:
        with pytest.raises(QueryError, match="all of it was undone") as told:
            async with pg.transaction() as tx:
                await _add(tx, 1)
                with pytest.raises(QueryError):
                    await tx.execute("select 1 / 0")
        assert told.value.sqlstate == "25P02"

    assert _play(settings, scene) == []


def test_a_read_only_block_refuses_writes(settings: PgSettings) -> None:
    async def scene(pg: Postgres) -> None:
        with pytest.raises(QueryError, match="read-only transaction"):
            async with pg.transaction(readonly=True) as tx:
                await _add(tx, 1)

    assert _play(settings, scene) == []


def test_the_asyncpg_connection_can_be_reached(settings: PgSettings) -> None:
    async def scene(pg: Postgres) -> None:
        async with pg.connection() as connection:
            copied = await connection.raw.copy_records_to_table("item", records=[(4,), (5,)])
            assert copied == "COPY 2"
            assert await connection.fetchrow("select max(id) as top from item") is not None

    assert _play(settings, scene) == [4, 5]
