"""What does not fit is told, each with its own error, before anything is done."""

from pathlib import Path

import pytest
from packages.pg.tests.migrating import FILES, apart, laid, play, stood

from cordio_pg import PgSettings, Postgres
from cordio_pg.migrations import (
    FolderWrong,
    HalfDone,
    MigrationChanged,
    MigrationError,
    MigrationFailed,
    MigrationMissing,
    Migrations,
    NoWayBack,
    OutOfOrder,
    SchemaBehind,
    SchemaNewer,
    SessionNeeded,
)


def _refused(settings: PgSettings, folder: Path, kind: type[MigrationError], told: str, state: str) -> None:
    """Apply what there is in a folder after it was changed: nothing but the error may come of it."""

    async def scene(pg: Postgres) -> None:
        migrations = Migrations(pg, folder)
        for call in (migrations.up, migrations.down, migrations.check, migrations.waiting):
            with pytest.raises(kind, match=told):
                await call()
        assert state in await stood(migrations)

    play(settings, scene)


@pytest.fixture
def applied(settings: PgSettings, tmp_path: Path) -> PgSettings:
    """Settings of a schema to which the usual files were applied."""

    async def scene(pg: Postgres) -> None:
        await Migrations(pg, laid(tmp_path)).up()

    own = apart(settings)
    play(own, scene)
    return own


def test_a_schema_that_is_newer_than_the_code(applied: PgSettings, tmp_path: Path) -> None:
    (tmp_path / "0002_sku.sql").unlink()
    (tmp_path / "0002_sku.down.sql").unlink()
    _refused(
        applied, tmp_path, SchemaNewer, r"is at 2 \(sku\), newer than this code, which knows 1", "2 newer"
    )


def test_a_file_that_was_changed(applied: PgSettings, tmp_path: Path) -> None:
    (tmp_path / "0001_orders.sql").write_text("create table orders (id bigint primary key)")
    _refused(applied, tmp_path, MigrationChanged, "0001_orders.sql: it was changed", "1 changed")


def test_other_ends_of_lines_are_no_change(applied: PgSettings, tmp_path: Path) -> None:
    text = FILES["0002_sku.sql"].replace("\n", "  \r\n") + "\r\n\r\n"
    (tmp_path / "0002_sku.sql").write_bytes(b"\xef\xbb\xbf" + text.encode())

    async def scene(pg: Postgres) -> None:
        assert await Migrations(pg, tmp_path).check() == 2

    play(applied, scene)


def test_a_file_that_is_gone(applied: PgSettings, tmp_path: Path) -> None:
    for name in ("0001_orders.sql", "0001_orders.down.sql"):
        (tmp_path / name).unlink()
    _refused(applied, tmp_path, MigrationMissing, "0001_orders was applied, but its file is gone", "1 missing")


def test_a_file_that_came_too_late(settings: PgSettings, tmp_path: Path) -> None:
    async def scene(pg: Postgres) -> None:
        await Migrations(pg, laid(tmp_path, {"0002_sku.sql": "create table sku (id int)"})).up()

    own = apart(settings)
    play(own, scene)
    laid(tmp_path, {"0001_orders.sql": FILES["0001_orders.sql"]})
    _refused(
        own, tmp_path, OutOfOrder, "0001_orders.sql: 2 was applied before this file came", "1 out of order"
    )


def test_a_schema_that_is_behind(settings: PgSettings, tmp_path: Path) -> None:
    async def scene(pg: Postgres) -> None:
        with pytest.raises(
            SchemaBehind, match=r"is at 0, .* \(2 wait: 0001_orders.sql, 0002_sku.sql\)"
        ) as behind:
            await Migrations(pg, laid(tmp_path)).check()
        assert "python up.py migrate" in str(behind.value)

    play(apart(settings), scene)


def test_what_is_half_done_is_told_until_somebody_settles_it(settings: PgSettings, tmp_path: Path) -> None:
    files = {"0001_pay.sql": "-- no transaction\ncreate table pay (id int);\ncreate table pay (id int);\n"}

    async def scene(pg: Postgres) -> None:
        migrations = Migrations(pg, laid(tmp_path, files))
        with pytest.raises(MigrationFailed, match="0001_pay.sql:3"):
            await migrations.up()
        for call in (migrations.up, migrations.down, migrations.check):
            with pytest.raises(HalfDone, match="migrate settle 1 --done"):
                await call()
        with pytest.raises(FolderWrong, match="it is not half done"):
            await migrations.settle(2, is_done=True)
        await migrations.settle(1, is_done=False)
        assert await stood(migrations) == ["1 waiting"]
        with pytest.raises(MigrationFailed, match="0001_pay.sql:2"):
            await migrations.up()
        await migrations.settle(1, is_done=True)
        assert await migrations.check() == 1

    play(apart(settings), scene)


def test_one_that_nothing_undoes_stops_the_way_down_before_its_begin(
    settings: PgSettings, tmp_path: Path
) -> None:
    files = {name: text for name, text in FILES.items() if name != "0001_orders.down.sql"}

    async def scene(pg: Postgres) -> None:
        migrations = Migrations(pg, laid(tmp_path, files))
        await migrations.up()
        with pytest.raises(NoWayBack, match="write 0001_orders.down.sql"):
            await migrations.down(to=0)
        assert await stood(migrations) == ["1 applied", "2 applied"]

    play(apart(settings), scene)


def test_a_mistake_in_the_last_file_is_found_before_the_first_is_applied(
    settings: PgSettings, tmp_path: Path
) -> None:
    async def scene(pg: Postgres) -> None:
        laid(tmp_path, {**FILES, "0003_pay.sql": "create table pay (id int);\ncommit;\n"})
        migrations = Migrations(pg, tmp_path)
        with pytest.raises(FolderWrong, match="0003_pay.sql:2: `commit` would end the transaction"):
            await migrations.up()
        assert (await stood(migrations))[0] == "1 waiting"

    play(apart(settings), scene)


def test_there_is_no_way_up_to_a_number_without_a_file(settings: PgSettings, tmp_path: Path) -> None:
    async def scene(pg: Postgres) -> None:
        with pytest.raises(FolderWrong, match="there is no migration 7: go up to 2 at most"):
            await Migrations(pg, laid(tmp_path)).up(to=7)

    play(apart(settings), scene)


def test_behind_a_pgbouncer_nothing_is_migrated(settings: PgSettings, tmp_path: Path) -> None:
    async def scene(pg: Postgres) -> None:
        with pytest.raises(SessionNeeded, match="migrate at the server itself"):
            await Migrations(pg, laid(tmp_path)).up()

    play(apart(settings, pgbouncer=True), scene)
