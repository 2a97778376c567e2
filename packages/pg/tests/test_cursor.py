"""A cursor reads as far as it is wanted, in flat memory, and leaves nothing behind."""

import asyncio
import tracemalloc
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

import pytest

from cordio_pg import PgSettings, Postgres, QueryError, RowMismatch

T = TypeVar("T")
_OPEN = "select count(*) from pg_stat_activity where state like 'idle in transaction%'"


@dataclass
class Item:
    n: int
    text: str


def _play(settings: PgSettings, scene: Callable[[Postgres], Awaitable[T]]) -> T:
    async def main() -> T:
        async with asyncio.timeout(120), Postgres(settings) as pg:
            return await scene(pg)

    return asyncio.run(main())


def test_300000_rows_are_read_in_flat_memory(settings: PgSettings) -> None:
    async def scene(pg: Postgres) -> tuple[int, int]:
        query, total = "select n, repeat('x', 100) as text from generate_series(1, $1::int) n", 0
        assert len([item async for item in pg.rows(Item, query, 1000)]) == 1000  # what is made once is made
        tracemalloc.start()
        async for item in pg.rows(Item, query, 300_000):
            total += item.n
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return total, peak

    total, peak = _play(settings, scene)
    assert total == 300_000 * 300_001 // 2
    assert peak < 4 * 2**20  # all of them at once are over 60 MB


@pytest.mark.parametrize("count", [0, 1, 9, 10, 11, 20])
def test_every_row_comes_once_whatever_the_batch(settings: PgSettings, count: int) -> None:
    async def scene(pg: Postgres) -> None:
        query = "select generate_series(1, $1::int) as n"
        assert [row["n"] async for row in pg.cursor(query, count, batch=10)] == [*range(1, count + 1)]
        assert [n async for n in pg.rows(int, query, count, batch=10)] == [*range(1, count + 1)]

    _play(settings, scene)


def test_a_cursor_left_early_gives_its_connection_back(settings: PgSettings) -> None:
    async def scene(pg: Postgres) -> None:
        for _ in range(settings.max_size + 2):
            async with pg.cursor("select generate_series(1, 1000000) as n", batch=5) as rows:
                async for row in rows:
                    if row["n"] == 7:
                        break
            assert await pg.fetchval(_OPEN) == 0
        for _ in range(settings.max_size + 2):
            with pytest.raises(ZeroDivisionError):
                async for n in pg.rows(int, "select generate_series(1, 1000000)"):
                    print(n / 0)

    _play(settings, scene)


def test_a_cursor_cut_off_in_the_middle_of_a_batch_leaves_nothing_open(settings: PgSettings) -> None:
    async def read(pg: Postgres, begun: asyncio.Event) -> None:
        async for _ in pg.cursor("select n, pg_sleep(n / 3) from generate_series(1, 1000) n", batch=2):
            begun.set()

    async def scene(pg: Postgres) -> None:
        for _ in range(settings.max_size + 2):
            begun = asyncio.Event()
            reading = asyncio.create_task(read(pg, begun))
            await begun.wait()
            reading.cancel()
            with pytest.raises(asyncio.CancelledError):
                await reading
            async with asyncio.timeout(5):
                while await pg.fetchval(_OPEN):
                    pass

    _play(settings, scene)


def test_a_transaction_goes_on_beside_and_after_its_cursor(settings: PgSettings) -> None:
    async def scene(pg: Postgres) -> None:
        async with pg.transaction() as tx:
            await tx.execute("create temp table seen (n int) on commit drop")
            async for n in tx.rows(int, "select generate_series(1, 5)", batch=2):
                await tx.execute("insert into seen values ($1)", n)
            assert [n async for n in tx.rows(int, "select n from seen order by n", batch=2)] == [1, 2, 3, 4, 5]
            await tx.execute("alter table seen add column more int")  # nothing reads it any more

    _play(settings, scene)


def test_a_session_gets_a_transaction_for_its_cursor_alone(settings: PgSettings) -> None:
    async def scene(pg: Postgres) -> None:
        async with pg.connection() as connection:
            assert [n async for n in connection.rows(int, "select generate_series(1, 3)")] == [1, 2, 3]
            assert not connection.raw.is_in_transaction()

    _play(settings, scene)


def test_what_goes_wrong_is_told_as_elsewhere(settings: PgSettings) -> None:
    async def scene(pg: Postgres) -> None:
        with pytest.raises(QueryError) as told:
            async for _ in pg.cursor("select 1 / (5 - generate_series(1, 10))", batch=2):
                pass
        assert told.value.sqlstate == "22012"
        with pytest.raises(RowMismatch):
            async for _ in pg.rows(Item, "select 1 as n"):
                pass
        with pytest.raises(ValueError, match="a batch is of 1 row or more, not of 0"):
            pg.cursor("select 1", batch=0)
        assert await pg.fetchval(_OPEN) == 0

    _play(settings, scene)


def test_the_limit_is_for_each_batch(settings: PgSettings) -> None:
    async def scene(pg: Postgres) -> None:
        query = "select n, pg_sleep(0.02) from generate_series(1, 20) n"
        assert len([row async for row in pg.cursor(query, batch=1, timeout="300ms")]) == 20
        with pytest.raises(Exception, match=r"the limit of 0\.1 s was over"):
            async for _ in pg.cursor("select pg_sleep(60)", timeout="100ms"):
                pass

    _play(settings, scene)
