"""Statements, many rows at once, and JSON."""

import asyncio
import io
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import TypeVar

import pytest
from pydantic import BaseModel

from cordio_pg import PgSettings, Postgres, QueryError

T = TypeVar("T")


def _play(settings: PgSettings, scene: Callable[[Postgres], Awaitable[T]]) -> T:
    async def main() -> T:
        async with asyncio.timeout(60), Postgres(settings) as pg:
            await pg.execute("drop table if exists item; create table item (id int primary key, sku text)")
            return await scene(pg)

    return asyncio.run(main())


def test_each_call_gives_its_kind_of_answer(settings: PgSettings) -> None:
    async def scene(pg: Postgres) -> None:
        assert await pg.execute("insert into item values ($1, $2)", 1, "pen") == "INSERT 0 1"
        await pg.executemany("insert into item values ($1, $2)", [(2, "ink"), (3, "cap")])
        assert [row["sku"] for row in await pg.fetch("select sku from item order by id")] == [
            "pen",
            "ink",
            "cap",
        ]
        row = await pg.fetchrow("select * from item where id = $1", 2)
        assert row is not None and dict(row.items()) == {"id": 2, "sku": "ink"}
        assert await pg.fetchrow("select * from item where id = $1", 9) is None
        assert await pg.fetchval("select count(*) from item") == 3

    _play(settings, scene)


def test_executemany_is_all_or_none(settings: PgSettings) -> None:
    async def scene(pg: Postgres) -> None:
        with pytest.raises(QueryError):
            await pg.executemany("insert into item values ($1, $2)", [(1, "a"), (2, "b"), (1, "c")])
        assert await pg.fetchval("select count(*) from item") == 0

    _play(settings, scene)


def test_rows_are_copied_in_and_out(settings: PgSettings, tmp_path: Path) -> None:
    async def more() -> AsyncIterator[tuple[int, str]]:
        for number in range(1000, 1003):
            yield number, "late"

    async def scene(pg: Postgres) -> None:
        assert await pg.copy_in("item", [(number, f"pen{number}") for number in range(1000)]) == 1000
        assert await pg.copy_in("item", more(), columns=["id", "sku"], schema="public") == 3
        file, sink = tmp_path / "items.csv", io.BytesIO()
        assert await pg.copy_out("select * from item where id < $1 order by id", 2, to=file, header=True) == 2
        assert file.read_text() == "id,sku\n0,pen0\n1,pen1\n"
        async with pg.transaction() as tx:
            await tx.execute("delete from item")
            assert await tx.copy_in("item", [(7, "in")]) == 1
            assert await tx.copy_out("select * from item", to=sink, format="text") == 1
        assert sink.getvalue() == b"7\tin\n"

    _play(settings, scene)


def test_a_copy_that_is_refused_leaves_nothing(settings: PgSettings) -> None:
    async def scene(pg: Postgres) -> None:
        with pytest.raises(QueryError):
            await pg.copy_in("item", [(1, "a"), (1, "b")])
        assert await pg.fetchval("select count(*) from item") == 0

    _play(settings, scene)


@pytest.mark.parametrize("kind", ["json", "jsonb"])
def test_json_is_pythons_data_both_ways(settings: PgSettings, kind: str) -> None:
    class Choice(BaseModel):
        at: datetime
        sizes: list[int]

    async def scene(pg: Postgres) -> None:
        values: tuple[object, ...] = ({"a": [1, 2.5, None, True, "ü\u2028"]}, [], "text", 7, None, 10**30)
        for value in values:
            assert await pg.fetchval(f"select $1::{kind}", value) == value
        moment = datetime(2026, 1, 2, tzinfo=timezone.utc)
        choice = Choice(at=moment, sizes=[1])
        assert await pg.fetchval(f"select $1::{kind}", choice) == {"at": "2026-01-02T00:00:00Z", "sizes": [1]}
        assert await pg.value(Choice, f"select $1::{kind}", choice) == choice
        async with pg.connection() as connection:
            assert await connection.raw.fetchval("""select '{"a": 1}'::jsonb""") == {"a": 1}
        # A connection that was lent, and reset, still knows.
        assert await pg.fetchval("""select '[1]'::jsonb""") == [1]

    _play(settings, scene)


def test_a_limit_holds_for_a_copy_too(settings: PgSettings) -> None:
    async def scene(pg: Postgres) -> None:
        with pytest.raises(Exception, match=r"the limit of 0\.1 s was over"):
            await pg.copy_out("select pg_sleep(60)", to=io.BytesIO(), timeout="100ms")
        assert await pg.fetchval("select 1") == 1

    _play(settings, scene)
