"""Many start at the same time, one dies, a stranger holds the lock: each migration is applied once."""

import asyncio
import contextlib
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from packages.pg.tests.migrating import FILES, apart, laid, play, stood

from cordio_pg import PgSettings, Postgres
from cordio_pg.migrations import LockHeld, Migrations
from cordio_pg.migrations._lock import KEY

# Neither of them can be done twice; the last waits for all transactions that are older than it is.
ALL = {
    **FILES,
    "0003_more.py": "async def up(tx):\n    await tx.execute(\"insert into orders values (2, 'ink')\")\n",
    "0004_index.sql": "-- no transaction\ncreate index concurrently by_sku on orders (sku);\n",
}
REPLICA = """
import asyncio, sys
from pathlib import Path
from cordio_pg import PgSettings, Postgres
from cordio_pg.migrations import Migrations

async def main():
    async with Postgres(PgSettings.model_validate_json(sys.stdin.read())) as pg:
        await Migrations(pg, Path(sys.argv[1])).up()

asyncio.run(main())
"""


@contextlib.asynccontextmanager
async def replicas(settings: PgSettings, count: int) -> AsyncIterator[list[Postgres]]:
    async with contextlib.AsyncExitStack() as stack:
        yield [await stack.enter_async_context(Postgres(settings)) for _ in range(count)]


async def happens(pg: Postgres, query: str, *args: object) -> None:
    """Wait until a query says true."""
    async with asyncio.timeout(30):
        while not await pg.fetchval(query, *args):
            await asyncio.sleep(0.02)


async def whole(pg: Postgres, folder: Path) -> None:
    assert await stood(Migrations(pg, folder)) == [f"{number} applied" for number in (1, 2, 3, 4)]
    assert [row["sku"] for row in await pg.fetch("select sku from orders order by id")] == ["pen", "ink"]
    assert await pg.fetchval("select indisvalid from pg_index where indexrelid = 'by_sku'::regclass")


def test_twenty_at_once_apply_each_once(settings: PgSettings, tmp_path: Path) -> None:
    own, folder = apart(settings, max_size=2), laid(tmp_path, ALL)

    async def main() -> None:
        async with asyncio.timeout(60), replicas(own, 20) as all_of_them:
            applied = await asyncio.gather(*(Migrations(pg, folder).up() for pg in all_of_them))
            assert sorted(one.number for some in applied for one in some) == [1, 2, 3, 4]
            await whole(all_of_them[0], folder)

    asyncio.run(main())


def test_the_next_one_takes_over_from_one_that_dies_in_the_middle(
    settings: PgSettings, tmp_path: Path
) -> None:
    slow = {**ALL, "0002_sku.sql": "select pg_sleep(3600);\n"}
    own = apart(settings, application_name="dies")
    broken, folder = laid(tmp_path / "slow", slow), laid(tmp_path / "whole", ALL)
    sleeps = (
        "select exists (select from pg_stat_activity where application_name = 'dies' "
        "and query ~ 'pg_sleep.3600')"
    )

    async def scene(pg: Postgres) -> None:
        with subprocess.Popen([sys.executable, "-c", REPLICA, str(broken)], stdin=subprocess.PIPE) as replica:
            assert replica.stdin is not None
            given = {name: getattr(own, name) for name in ("port", "search_path", "application_name")}
            assert own.password is not None
            given["password"] = own.password.get_secret_value()
            replica.stdin.write(json.dumps({**given, "migrations": ""}).encode())
            replica.stdin.close()
            await happens(pg, sleeps)
            replica.kill()
        await Migrations(pg, folder).up()
        await whole(pg, folder)

    play(own.model_copy(update={"application_name": "lives"}), scene)


def test_a_lock_of_a_stranger_is_waited_for_so_long_and_then_told(
    settings: PgSettings, tmp_path: Path
) -> None:
    own, folder = apart(settings), laid(tmp_path, ALL)
    hasty = own.model_copy(update={"migrate_within": 0.3})
    stranger = settings.model_copy(update={"application_name": "stranger"})

    async def scene(pg: Postgres) -> None:
        async with Postgres(stranger) as other, Postgres(hasty) as waits:
            async with other.connection() as held:
                await held.execute("select pg_advisory_lock($1, $2)", *KEY)
                pid = held.raw.get_server_pid()
                with pytest.raises(
                    LockHeld, match=rf"within 0.3 s: held by the server's process {pid} .*'stranger'"
                ):
                    await Migrations(waits, folder).up()
            assert await stood(Migrations(pg, folder)) == [f"{number} waiting" for number in (1, 2, 3, 4)]
            await Migrations(pg, folder).up()
            await whole(pg, folder)

    play(own, scene)


@pytest.mark.parametrize("turns", [1, 3, 10, 30, 100, 200, 300, 400, 500, 700, 1000, 1500, 2000, 3000])
def test_one_that_is_cancelled_leaves_neither_half_a_migration_nor_the_lock(
    settings: PgSettings, tmp_path: Path, turns: int
) -> None:
    files = {name: text for name, text in ALL.items() if not name.startswith("0004")}
    folder = laid(tmp_path, files)

    async def scene(pg: Postgres) -> None:
        task = asyncio.create_task(Migrations(pg, folder).up())
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        async with Postgres(pg.settings) as other:
            await Migrations(other, folder).up()
            assert await stood(Migrations(other, folder)) == ["1 applied", "2 applied", "3 applied"]
            assert await other.fetchval("select count(*) from orders") == 2

    play(apart(settings, migrate_within=20.0), scene)


def test_a_server_that_goes_away_in_the_middle_leaves_what_can_be_gone_on_with(
    settings: PgSettings, tmp_path: Path
) -> None:
    own = apart(settings, application_name="cut")
    folder = laid(
        tmp_path, {**FILES, "0003_wait.sql": "select pg_sleep(0.2)", "0004_wait.sql": "select pg_sleep(0.2)"}
    )
    cut = (
        "select bool_or(pg_terminate_backend(pid)) from pg_stat_activity "
        "where application_name = 'cut' and query ~ 'sleep'"
    )

    async def scene(pg: Postgres) -> None:
        async with Postgres(own) as dying:
            task = asyncio.create_task(Migrations(dying, folder).up())
            await happens(pg, cut)
            with pytest.raises(Exception, match="PostgreSQL at"):
                await task
        await Migrations(pg, folder).up()
        assert (await stood(Migrations(pg, folder)))[-1] == "4 applied"

    play(own.model_copy(update={"application_name": "lives"}), scene)
