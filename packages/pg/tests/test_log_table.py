"""The table of a monitor's records: made by a migration, on a connection of its own."""

import asyncio
from pathlib import Path

import pytest
from packages.pg.tests.migrating import apart

from cordio_pg import LogTable, PgSettings, Postgres
from cordio_pg.embedded import Server

INSERT = "insert into {} (level, fields) values ($1, $2::text::jsonb)"


def test_the_table_is_made_once_and_written_to(settings: PgSettings) -> None:
    own = apart(settings)

    async def main() -> None:
        for number in (1, 2):
            async with LogTable(own, "records") as table:
                await table.execute("create table if not exists records (time timestamptz)")
                await table.executemany(INSERT.format("records"), [("info", '{"sku": "pen"}')] * 2)
                assert (
                    await table.fetchval("select count(*) from records where fields ->> 'sku' = 'pen'")
                    == 2 * number
                )
                assert table.state().size == 1
        async with Postgres(own) as pg:
            query = "select series, number from cordio_migrations"
            assert [list(row.values()) for row in await pg.fetch(query)] == [["cordio records", 1]]

    asyncio.run(main())


def test_twenty_processes_make_it_at_the_same_time(settings: PgSettings) -> None:
    own = apart(settings)

    async def one() -> None:
        async with LogTable(own) as table:
            await table.execute("insert into log (level) values ('info')")

    async def main() -> None:
        async with asyncio.timeout(60), asyncio.TaskGroup() as group:
            for _ in range(20):
                group.create_task(one())

    asyncio.run(main())


def test_a_server_that_is_away_is_a_broken_connection_to_the_sink(
    server: Server, settings: PgSettings
) -> None:
    own = apart(settings, outage=0.5, timeout=1.0)

    async def main() -> None:
        async with LogTable(own) as table:
            server.stop()
            with pytest.raises(ConnectionError, match="PostgreSQL at"):
                await table.executemany(INSERT.format("log"), [("info", "{}")])
            with pytest.raises(ConnectionError):
                await LogTable(own).__aenter__()
            server.start()

    asyncio.run(main())


def test_what_is_no_name_of_a_table_is_refused(settings: PgSettings) -> None:
    async def main() -> None:
        with pytest.raises(ValueError, match="'log; drop table x' is no name of a table"):
            async with LogTable(settings, "log; drop table x"):
                pass

    asyncio.run(main())


def test_relative_files_begin_in_the_folder_that_is_given(tmp_path: Path) -> None:
    settings = LogTable(PgSettings.model_validate({"dsn": "embedded"}), root=tmp_path).settings
    assert settings.data == tmp_path / "var" / "pg"
