"""What the settings say happens to migrations at the start."""

import asyncio
from pathlib import Path

import pytest
from packages.pg.tests.migrating import FILES, apart, laid, play, stood

from cordio_pg import PgSettings, Postgres, Unavailable
from cordio_pg.embedded import Server
from cordio_pg.migrations import DataVersion, DataVersionWrong, Migrations, SchemaBehind, SchemaNewer


@pytest.fixture
def project(settings: PgSettings, tmp_path: Path) -> PgSettings:
    """Settings of a project with migrations, in a schema of its own."""
    laid(tmp_path / "home" / "migrations")
    return apart(
        settings, migrations=tmp_path / "home" / "migrations", data_version=tmp_path / "etc" / "data_version"
    )


async def _nothing(pg: Postgres) -> None: ...


def _start(settings: PgSettings) -> None:
    play(settings, _nothing)


def test_unless_told_otherwise_a_start_with_a_schema_that_is_behind_fails(project: PgSettings) -> None:
    with pytest.raises(SchemaBehind, match="run `python up.py migrate`, or set pg.migrate to 'apply'"):
        _start(project)


def test_a_start_applies_what_waits_if_it_is_to(project: PgSettings, tmp_path: Path) -> None:
    async def scene(pg: Postgres) -> list[str]:
        return await stood(Migrations(pg, tmp_path / "home" / "migrations"))

    assert play(project.model_copy(update={"migrate": "apply"}), scene) == ["1 applied", "2 applied"]
    _start(project)


def test_a_start_may_look_at_nothing(project: PgSettings) -> None:
    _start(project.model_copy(update={"migrate": "never"}))


def test_without_migrations_nothing_is_asked_at_the_start(free_port: int, tmp_path: Path) -> None:
    DataVersion(tmp_path / "etc" / "data_version").write(0)

    async def main() -> None:
        async with Postgres(PgSettings(port=free_port), root=tmp_path) as pg:
            assert pg.state().failed_connects == 0

    asyncio.run(main())


def test_the_data_version_says_what_is_needed(project: PgSettings, tmp_path: Path) -> None:
    async def first(pg: Postgres) -> None:
        await Migrations(pg, tmp_path / "home" / "migrations").up(to=1)

    play(project.model_copy(update={"migrate": "never"}), first)
    version = DataVersion(tmp_path / "etc" / "data_version")
    version.write(1)
    _start(project)
    version.write(2)
    with pytest.raises(SchemaBehind):
        _start(project)
    version.write(3)
    with pytest.raises(DataVersionWrong, match="it needs 3, but the last migration is 2"):
        _start(project)


def test_code_without_files_of_migrations_knows_its_data_version_too(
    project: PgSettings, tmp_path: Path
) -> None:
    _start(project.model_copy(update={"migrate": "apply"}))
    version, bare = DataVersion(tmp_path / "etc" / "data_version"), project.model_copy(
        update={"migrations": None}
    )
    version.write(2)
    _start(bare)
    version.write(1)
    with pytest.raises(SchemaNewer):
        _start(bare)
    version.write(3)
    with pytest.raises(SchemaBehind, match="up to 3"):
        _start(bare)


def test_a_server_that_is_away_at_the_start_is_asked_later_and_not_healthy_until_it_said_yes(
    server: Server, project: PgSettings, tmp_path: Path
) -> None:
    """The outage of the start is no failure of it: what has not to connect yet starts."""

    async def main() -> None:
        server.stop()
        async with asyncio.timeout(60), Postgres(project.model_copy(update={"outage": 1.0})) as pg:
            with pytest.raises(Unavailable):
                await pg.health()
            server.start()
            async with asyncio.timeout(20):
                while not await _reached(pg):
                    await asyncio.sleep(0.05)
            with pytest.raises(SchemaBehind):
                await pg.health()
            await Migrations(pg, tmp_path / "home" / "migrations").up()
            await pg.health()

    asyncio.run(main())


async def _reached(pg: Postgres) -> bool:
    try:
        return await pg.fetchval("select true") is True
    except Unavailable:
        return False


def test_all_files_of_a_project_are_found_from_its_root(settings: PgSettings, tmp_path: Path) -> None:
    laid(tmp_path / "home" / "migrations", {"0001_orders.sql": FILES["0001_orders.sql"]})
    default = PgSettings()
    own = apart(settings, migrations=default.migrations, data_version=default.data_version, migrate="apply")

    async def main() -> None:
        async with Postgres(own, root=tmp_path) as pg:
            assert await pg.fetchval("select count(*) from orders") == 0

    asyncio.run(main())
