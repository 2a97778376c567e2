"""Migrations go up and down, each once, each as a whole."""

import asyncio
from collections import Counter
from pathlib import Path

import pytest
from packages.pg.tests.migrating import FILES, apart, laid, play, stood

from cordio_pg import PgSettings, Postgres
from cordio_pg.migrations import MigrationFailed, Migrations

PYTHON = """
# a comment
from cordio_pg import Connection

async def up(tx: Connection) -> None:
    for number in range(3):
        await tx.execute("insert into orders values ($1)", number)

async def down(tx):
    await tx.execute("delete from orders")
"""


def test_what_waits_is_applied_once_and_can_be_undone(settings: PgSettings, tmp_path: Path) -> None:
    async def scene(pg: Postgres) -> None:
        migrations = Migrations(pg, laid(tmp_path))
        assert await stood(migrations) == ["1 waiting", "2 waiting"]
        assert [str(one) for one in await migrations.up()] == ["0001_orders", "0002_sku"]
        assert await stood(migrations) == ["1 applied", "2 applied"]
        assert await migrations.up() == () and await migrations.check() == 2
        assert await pg.fetchval("select sku from orders") == "pen"
        assert [str(one) for one in await migrations.down()] == ["0002_sku"]
        assert await stood(migrations) == ["1 applied", "2 waiting"]
        assert [str(one) for one in await migrations.down(to=0)] == ["0001_orders"]
        assert await pg.fetchval("select to_regclass('orders')") is None
        assert len(await migrations.up()) == 2

    play(apart(settings), scene)


def test_it_goes_up_to_a_number_and_a_dry_run_changes_nothing(settings: PgSettings, tmp_path: Path) -> None:
    async def scene(pg: Postgres) -> None:
        migrations = Migrations(pg, laid(tmp_path))
        assert [one.number for one in await migrations.waiting()] == [1, 2]
        assert await pg.fetchval("select to_regclass('cordio_migrations')") is None
        assert [one.number for one in await migrations.up(to=1)] == [1]
        assert [one.number for one in await migrations.waiting()] == [2]
        assert [one.number for one in await migrations.undoable()] == [1]
        assert await stood(migrations) == ["1 applied", "2 waiting"]

    play(apart(settings), scene)


def test_the_table_is_in_the_schema_of_the_settings_which_is_made(
    settings: PgSettings, tmp_path: Path
) -> None:
    async def scene(pg: Postgres) -> None:
        await Migrations(pg, laid(tmp_path)).up()
        query = (
            "select table_schema from information_schema.tables where table_name = $1 and table_schema = $2"
        )
        schema = pg.settings.search_path
        assert await pg.fetchval(query, "cordio_migrations", schema) == schema
        assert await pg.fetchval(query, "orders", schema) == schema

    play(apart(settings), scene)


def test_series_of_the_same_numbers_stand_side_by_side(settings: PgSettings, tmp_path: Path) -> None:
    async def scene(pg: Postgres) -> None:
        ours = Migrations(pg, laid(tmp_path / "ours"))
        theirs = Migrations(
            pg, laid(tmp_path / "theirs", {"0001_parcels.sql": "create table parcels (id int)"}), "b"
        )
        await ours.up()
        assert await stood(theirs) == ["1 waiting"]
        await theirs.up()
        assert (await stood(ours), await stood(theirs)) == (["1 applied", "2 applied"], ["1 applied"])

    play(apart(settings), scene)


def test_python_does_what_sql_cannot(settings: PgSettings, tmp_path: Path) -> None:
    async def scene(pg: Postgres) -> None:
        files = {"0001_orders.sql": FILES["0001_orders.sql"], "0002_fill.py": PYTHON}
        migrations = Migrations(pg, laid(tmp_path, files))
        await migrations.up()
        assert await pg.fetchval("select count(*) from orders") == 3
        await migrations.down()
        assert await pg.fetchval("select count(*) from orders") == 0

    play(apart(settings), scene)


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        (
            "0002_bad.sql",
            "insert into orders values (1);\ninsert into nowhere values (1);\n",
            "0002_bad.sql:2: relation",
        ),
        (
            "0002_bad.py",
            "async def up(tx):\n    await tx.execute('insert into orders values (1)')\n    1 / 0\n",
            "Zero",
        ),
    ],
)
def test_one_that_fails_did_nothing_those_before_it_stay(
    settings: PgSettings, tmp_path: Path, name: str, text: str, told: str
) -> None:
    async def scene(pg: Postgres) -> None:
        migrations = Migrations(pg, laid(tmp_path, {"0001_orders.sql": FILES["0001_orders.sql"], name: text}))
        with pytest.raises(MigrationFailed, match=told) as failed:
            await migrations.up()
        assert failed.value.undone and "nothing of it happened" in str(failed.value)
        assert await stood(migrations) == ["1 applied", "2 waiting"]
        assert await pg.fetchval("select count(*) from orders") == 0

    play(apart(settings), scene)


def test_without_a_transaction_an_index_is_made_concurrently(settings: PgSettings, tmp_path: Path) -> None:
    file = (
        "-- no transaction: the table is large\n"
        "create index concurrently by_id on orders (id);\n"
        "create function one() returns int language sql begin atomic select case when true then 1 end; end;\n"
        "create index concurrently by_luck on orders ((id + random())); -- fails: it is not immutable\n"
    )

    async def scene(pg: Postgres) -> None:
        files = {"0001_orders.sql": FILES["0001_orders.sql"], "0002_index.sql": file}
        migrations = Migrations(pg, laid(tmp_path, files))
        with pytest.raises(MigrationFailed, match="0002_index.sql:4: .*what came before in it stays"):
            await migrations.up()
        assert await pg.fetchval("select to_regclass('by_id')") is not None
        assert await stood(migrations) == ["1 applied", "2 half done"]
        assert await pg.fetchval("select one()") == 1

    play(apart(settings), scene)


def test_what_one_sets_for_its_session_is_not_there_for_the_next(settings: PgSettings, tmp_path: Path) -> None:
    files = {"0001_dump.sql": "select set_config('search_path', '', false); set time zone 'UTC';\n"}
    files["0002_orders.sql"] = FILES["0001_orders.sql"]

    async def scene(pg: Postgres) -> None:
        migrations = Migrations(pg, laid(tmp_path, files))
        await migrations.up()
        assert await stood(migrations) == ["1 applied", "2 applied"]
        assert await pg.fetchval("select count(*) from orders") == 0

    play(apart(settings), scene)


def test_the_server_asks_for_an_end_of_a_call_but_not_of_a_migration(
    settings: PgSettings, tmp_path: Path
) -> None:
    quick = apart(settings, statement_timeout="50ms", timeout=5.0)
    quick = PgSettings.model_validate(quick.model_dump())

    async def scene(pg: Postgres) -> None:
        await Migrations(pg, laid(tmp_path, {"0001_long.sql": "select pg_sleep(0.2)"})).up()
        assert await pg.fetchval("show statement_timeout") == "50ms"

    play(quick, scene)


def test_a_database_that_is_up_to_date_is_asked_one_question(settings: PgSettings, tmp_path: Path) -> None:
    calls: Counter[str] = Counter()

    class Counts:
        def count(self, name: str, n: int = 1) -> None:
            calls[name] += n

        def timing(self, name: str, ms: float) -> None: ...

    async def main() -> None:
        async with Postgres(own) as pg:
            await Migrations(pg, laid(tmp_path)).up()
        async with Postgres(own, observer=Counts()) as pg:
            assert await Migrations(pg, tmp_path).up() == ()

    own = apart(settings)
    asyncio.run(main())
    assert calls["pg.call"] == 1
