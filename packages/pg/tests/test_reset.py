"""Nothing leaks from one borrower of a connection to the next, though most are not reset."""

import asyncio
import io
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from cordio_pg import PgError, PgSettings, Postgres
from cordio_pg._statement import SESSION, WRITES, traits

# What a session remembers, as the server tells it.
SNAPSHOT = """
select (select json_agg(array[name, setting] order by name) from pg_settings
        where name not like '%.%' and name not in
            ('transaction_isolation', 'transaction_read_only', 'transaction_deferrable'))::text,
       (select count(*) from pg_locks where pid = pg_backend_pid() and locktype = 'advisory'),
       array(select pg_listening_channels()),
       (select count(*) from pg_prepared_statements where from_sql),
       (select count(*) from pg_cursors where is_holdable),
       (select count(*) from pg_class where relnamespace = pg_my_temp_schema()),
       current_user::text, session_user::text, current_setting('my.own', true) is not distinct from '' or
       current_setting('my.own', true) is null
"""
HARMFUL = [
    "set search_path to nowhere",
    "SET/**/statement_timeout = 1234",
    "set session characteristics as transaction read only",
    "set role pg_monitor",
    "set session authorization pg_monitor",
    "select set_config('my.own', 'x', false)",
    "select pg_catalog.set_config('work_mem', '1234kB', false)",
    "select \"set_config\"('my.own', 'y', false)",
    "with a as (select set_config('my.own', 'z', false) as b) select * from a",
    "select 1 where set_config('my.own', 'w', false) = 'w'",
    "select leaving()",
    "insert into plain (id) select length(set_config('my.own', 'v', false))",
    "select pg_advisory_lock(7)",
    "select pg_try_advisory_lock_shared(8)",
    "listen news",
    "prepare mine as select 1",
    "create temp table short (id int)",
    "create temporary view seen as select 1 as a",
    "select 1 as a into temp table other",
    "select 1 as a into pg_temp.third",
    "declare held cursor with hold for select 1",
    "do $$ begin perform set_config('my.own', 'u', false); execute 'create temp table deep ()'; end $$",
    "load 'plpgsql'; set work_mem = '999kB'",
    "explain analyze create temp table planned as select 1",
    "begin; set work_mem = '777kB'; commit",
    "select 'a;b'; select 1; set work_mem = '888kB' -- the end",
    "begin; create temp table left_open (id int)",
    "begin; select 1 / 0",
]
HARMLESS = [
    "select 1",
    "select count(*) from plain where id > 5",
    "insert into plain (id) values (1)",
    "update plain set id = id + 1 where id < 0",
    "begin; set local work_mem = '555kB'; select pg_advisory_xact_lock(3); commit",
    "select 'set work_mem', $$listen x$$ -- set x",
    "no statement at all",
    "select 1 / 0",
]


@pytest.fixture
def one(settings: PgSettings) -> PgSettings:
    """Settings of a single connection, with something in the database to use."""

    async def main() -> None:
        async with Postgres(settings) as pg:
            await pg.execute(
                "create table if not exists plain (id int); "
                "create or replace function leaving() returns text language plpgsql as "
                "$$ begin return set_config('my.own', 'leaves', false); end $$"
            )

    asyncio.run(main())
    return settings.model_copy(update={"max_size": 1})


async def _seen(fetchrow: Callable[[str], Awaitable[Any]]) -> tuple[object, ...]:
    row = await fetchrow(SNAPSHOT)
    return tuple(row)


async def _use(pg: Postgres, statement: str, way: str) -> None:
    """Run it as a borrower does who takes no care."""
    try:
        match way:
            case "call":
                await pg.execute(statement)
            case "block":
                async with pg.connection() as connection:
                    await connection.execute(statement)
            case "raw":
                async with pg.connection() as connection:
                    await connection.raw.execute(statement)
            case _:
                async with pg.connection() as connection:
                    await connection.execute(statement)
                    raise ZeroDivisionError
    except (PgError, ZeroDivisionError, asyncpg.PostgresError):
        pass


def test_whatever_one_borrower_does_the_next_finds_the_session_as_it_was(one: PgSettings) -> None:
    async def main(uses: list[tuple[str, str]]) -> None:
        async with asyncio.timeout(60), Postgres(one) as pg:
            fresh = await _seen(pg.fetchrow)
            for statement, way in uses:
                await _use(pg, statement, way)
                assert await _seen(pg.fetchrow) == fresh, (statement, way)

    ways = st.sampled_from(["call", "block", "raw", "error"])

    @examples(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(st.tuples(st.sampled_from(HARMFUL + HARMLESS), ways), min_size=1, max_size=12))
    def proven(uses: list[tuple[str, str]]) -> None:
        asyncio.run(main(uses))

    asyncio.run(main([(statement, "call") for statement in HARMFUL + HARMLESS]))
    proven()


def test_asyncpg_s_own_reset_leaves_more_than_ours(one: PgSettings) -> None:
    """The comparison: what its pool hands to the next one that ours does not."""

    async def main() -> set[str]:
        connection = await asyncpg.connect(**_address(one))
        fresh = await _seen(connection.fetchrow)
        leaking = set()
        for statement in HARMFUL[:-2]:
            await connection.execute(statement)
            await connection.reset()
            if await _seen(connection.fetchrow) != fresh:
                leaking.add(statement)
                await connection.close()
                connection = await asyncpg.connect(**_address(one))
        await connection.close()
        return leaking

    leaking = asyncio.run(main())
    assert "prepare mine as select 1" in leaking
    assert "create temp table short (id int)" in leaking
    assert "set search_path to nowhere" not in leaking


@pytest.mark.parametrize(
    "way",
    ["fetch", "fetchrow", "fetchval", "execute", "executemany", "fetchmany", "prepare", "cursor", "copy"],
)
def test_whatever_way_a_statement_takes_it_is_seen(one: PgSettings, way: str) -> None:
    leave, many = "select set_config('my.own', 'x', false)", "select set_config('my.own', $1, false)"

    async def use(raw: "asyncpg.Connection[Any]") -> None:
        match way:
            case "executemany" | "fetchmany":
                await getattr(raw, way)(many, [("a",), ("b",)])
            case "prepare":
                await (await raw.prepare(leave)).fetch()
            case "cursor":
                async with raw.transaction():
                    assert [row async for row in raw.cursor(leave)]
            case "copy":
                await raw.copy_from_query(leave, output=io.BytesIO())
            case _:
                await getattr(raw, way)(leave)

    async def main() -> None:
        async with Postgres(one) as pg:
            fresh = await _seen(pg.fetchrow)
            async with pg.connection() as connection:
                await use(connection.raw)
                assert await connection.fetchval("select current_setting('my.own', true)") != ""
            assert await _seen(pg.fetchrow) == fresh

    asyncio.run(main())


def test_calls_that_leave_nothing_cost_no_reset_and_those_that_may_cost_one(one: PgSettings) -> None:
    async def main() -> None:
        async with Postgres(one) as pg:
            for statement in HARMLESS:
                await _use(pg, statement, "block")
            async with pg.transaction() as tx:
                await tx.execute("insert into plain values (1)")
            assert pg.state().resets <= 1  # for what is no statement, whatever it may be
            before = pg.state().resets
            await pg.fetchval("select leaving()")
            assert pg.state().resets == before + 1
        async with Postgres(one.model_copy(update={"reset": "always"})) as pg:
            await pg.fetchval("select 1")
            await pg.fetchval("select 1")
            assert pg.state().resets == 2

    asyncio.run(main())


def test_what_a_trigger_leaves_is_taken_away_where_the_settings_say_always(one: PgSettings) -> None:
    async def main() -> None:
        always = one.model_copy(update={"reset": "always"})
        async with Postgres(always) as pg:
            await pg.execute(
                "drop table if exists watched; create table watched (id int); "
                "create or replace function marks() returns trigger language plpgsql as "
                "$$ begin perform set_config('my.own', 'trigger', false); return new; end $$; "
                "create trigger marking before insert on watched for each row execute function marks()"
            )
            await pg.execute("insert into watched values (1)")
            assert await pg.fetchval("select current_setting('my.own', true)") in (None, "")

    asyncio.run(main())


def test_codecs_and_listeners_of_one_borrower_are_not_the_next_one_s(one: PgSettings) -> None:
    async def main() -> None:
        heard: list[object] = []
        async with Postgres(one) as pg:
            async with pg.connection() as connection:
                await connection.raw.set_type_codec(
                    "json", schema="pg_catalog", encoder=str, decoder=lambda text: "mine"
                )
            assert await pg.fetchval("select '[1]'::json") == [1]
            async with pg.connection() as connection:
                await connection.raw.add_listener("news", lambda *told: heard.append(told))
            await pg.execute("notify news")
            await pg.fetchval("select 1")
        assert not heard

    asyncio.run(main())


@pytest.mark.parametrize("statement", HARMFUL[:-2])
def test_what_leaves_something_is_known_by_its_text(statement: str) -> None:
    assert traits(statement) & SESSION


@pytest.mark.parametrize(
    ("statement", "known"),
    [
        ("select * from orders where id = $1", 0),
        ("select o.sku, count(*) filter (where x) from orders o group by (o.sku) having max(n) > 1", 0),
        ("insert into orders (sku) values ($1) returning *", WRITES),
        ('insert into "s"."orders"(sku) select sku from x on conflict (sku) do nothing', WRITES),
        ("with gone as (delete from a returning *) select * from gone", WRITES),
        ("select * from a for update", WRITES),
        ("select nextval('a')", WRITES),
        ("begin isolation level serializable", WRITES),
        ("select my_own(1)", WRITES | SESSION),
        ("select other.lower('A')", WRITES | SESSION),
        ("select '\\' , set_config('a', 'b', false) --'", WRITES | SESSION),
        ("/* /* */ ' */ set x = 1; --'", WRITES | SESSION),
        ("select U&'\\0041'", WRITES | SESSION),
        ("select 'open", WRITES | SESSION),
    ],
)
def test_a_statement_is_judged_by_its_text(statement: str, known: int) -> None:
    assert traits(statement) == known


def _address(settings: PgSettings) -> dict[str, Any]:
    names = ("host", "port", "user", "password", "database")
    return {name: settings.given(name) for name in names}
